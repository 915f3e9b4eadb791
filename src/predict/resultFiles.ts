import type { ResultSummary } from "../domain/result.ts";
import type { OutputFile } from "../files/writeFiles.ts";
import { writeNifti } from "../nifti/writeNifti.ts";
import type { Results } from "./segmentFiles.ts";

/** The report in words; key images counted among themselves. */
const fileNameOf = (others: ResultSummary["objects"]["others"], n: number): string => {
  if (others[n]?.kind === "text") return "text-report.dcm";
  return `key-image-${others.slice(0, n + 1).filter(({ kind }) => kind === "key-image").length}.dcm`;
};

/** What the folder of a result holds. */
export const resultFiles = ({
  result,
  seg,
  sr,
  others,
  picture,
  segmentation,
}: Results): readonly OutputFile[] => [
  ["mask.nii.gz", writeNifti(segmentation.mask)],
  ["seg.dcm", seg],
  ["sr.dcm", sr],
  ["overview.png", picture],
  ...others.map((bytes, n) => [fileNameOf(result.objects.others, n), bytes] as const),
  ["result.json", `${JSON.stringify(result, null, 2)}\n`],
];
