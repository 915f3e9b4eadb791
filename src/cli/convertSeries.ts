import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listParts, readSeries } from "../dicom/read/readSeries.ts";
import { FailureError } from "../domain/failure.ts";
import { writeNifti } from "../nifti/writeNifti.ts";
import type { FileSeries } from "./seriesOfFiles.ts";
import { volumeFiles } from "./volumeNames.ts";
import { converted, refused, type VolumeOutcome } from "./volumeOutcome.ts";

export type ConvertLimits = {
  readonly minSlices: number;
  readonly maxVoxels: number;
  readonly onProgress: (share: number) => void;
};

/** Of the time; headers alone. */
const listingShare = 0.2;

const isStop = (error: unknown): boolean =>
  error instanceof FailureError && error.failure.code === "STOPPING";

/** Each volume of the series as a file in `folder`, or why not. Throws what is no reason of the series. */
const convertParts = async (
  { instances }: FileSeries,
  name: string,
  folder: string,
  limits: ConvertLimits,
): Promise<readonly VolumeOutcome[]> => {
  const { minSlices, onProgress } = limits;
  const parts = await listParts(instances, {
    minSlices,
    onProgress: (share) => onProgress(share * listingShare),
  });
  const files = volumeFiles(name, parts);
  const outcomes: VolumeOutcome[] = [];
  for (const [n, part] of parts.entries()) {
    const file = files[n] ?? "";
    try {
      const series = await readSeries(instances, {
        ...limits,
        part,
        onProgress: (share) => onProgress(listingShare + ((1 - listingShare) * (n + share)) / parts.length),
      });
      writeFileSync(join(folder, file), writeNifti(series.volume));
      outcomes.push(converted(part, file, series));
    } catch (error) {
      if (!(error instanceof FailureError) || isStop(error)) throw error;
      outcomes.push(refused(part, error));
    }
  }
  return outcomes;
};

/**
 * Writes each volume of a series into `folder` as `<name>[_<part>].nii.gz`: what cannot be a volume is told with its
 * reason, and where anything unexpected happens none of the series' files is left. Throws STOPPING.
 */
export const convertSeries = async (
  series: FileSeries,
  name: string,
  folder: string,
  limits: ConvertLimits,
): Promise<readonly VolumeOutcome[]> => {
  const unfinished = mkdtempSync(join(folder, ".convert-"));
  try {
    const outcomes = await convertParts(series, name, unfinished, limits);
    for (const { outcome, ...rest } of outcomes)
      if (outcome === "converted" && "file" in rest)
        renameSync(join(unfinished, rest.file), join(folder, rest.file));
    return outcomes;
  } catch (error) {
    if (isStop(error)) throw error;
    return [refused("", error)];
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
};
