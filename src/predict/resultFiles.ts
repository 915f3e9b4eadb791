import { outputKinds, outputs } from "../domain/outputs.ts";
import type { OutputFile } from "../files/writeFiles.ts";
import { writeNifti } from "../nifti/writeNifti.ts";
import type { Results } from "./segmentFiles.ts";

const unnumberedKinds = outputKinds.filter((kind) => !outputs[kind].isNumbered);

/** What the folder of a result holds, and what of an earlier one must not stay beside it. */
export const resultFiles = ({ result, objects, picture, segmentation }: Results): readonly OutputFile[] => [
  ["mask.nii.gz", writeNifti(segmentation.mask)],
  ["overview.png", picture],
  ...objects.map(({ name, bytes }): OutputFile => [`${name}.dcm`, bytes]),
  ...unnumberedKinds
    .filter((kind) => !objects.some((object) => object.kind === kind))
    .map((kind): OutputFile => [`${kind}.dcm`, null]),
  ["result.json", `${JSON.stringify(result, null, 2)}\n`],
];
