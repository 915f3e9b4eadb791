import { writeNifti } from "../../nifti/writeNifti.ts";
import type { Phantom } from "./makePhantom.ts";
import { type SeriesFile, writeSeries } from "./writeSeries.ts";

/**
 * Everything of a phantom, by relative path: `dicom/` with its series (written now unless it is given),
 * `image.nii.gz` with what a reader makes of the series, `label.nii.gz` with the pancreas; both lie on the series' grid
 * in patient space.
 */
export const writePhantom = (
  phantom: Phantom,
  series: readonly SeriesFile[] = writeSeries(phantom),
): readonly SeriesFile[] => [
  ...series.map(({ name, bytes }) => ({ name: `dicom/${name}`, bytes })),
  { name: "image.nii.gz", bytes: writeNifti(phantom.volume) },
  { name: "label.nii.gz", bytes: writeNifti(phantom.label) },
];
