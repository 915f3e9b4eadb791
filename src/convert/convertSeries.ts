import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SelectOptions } from "../dicom/select/selectVolumes.ts";
import { listParts, readSeries } from "../dicom/series/readSeries.ts";
import { FailureError } from "../domain/failure.ts";
import type { Repairs, SeriesVolume } from "../domain/series.ts";
import type { Warning, WarningCode } from "../domain/warning.ts";
import type { FileSeries } from "../files/seriesOfFiles.ts";
import { regularise } from "../geometry/regularise.ts";
import { seriesStack } from "../geometry/stack.ts";
import { writeNifti } from "../nifti/writeNifti.ts";
import { type Selection, selectParts } from "./convertSelection.ts";
import { volumeFiles } from "./volumeNames.ts";
import { converted, refused, type VolumeOutcome } from "./volumeOutcome.ts";

export type ConvertLimits = {
  readonly minSlices: number;
  readonly maxVoxels: number;
  readonly repairs: Repairs;
  /** As the service would choose among the volumes. */
  readonly select: SelectOptions;
  /** For every volume of the series. */
  readonly unread: readonly Warning[];
  readonly onProgress: (share: number) => void;
};

/** What became of a volume, and what the service would make of it. */
export type SelectedOutcome = VolumeOutcome & { readonly selection: Selection | null };

/** Of the time; headers alone. */
const selectingShare = 0.1;
const listingShare = 0.2;

const repairCodes: readonly WarningCode[] = ["SLICES_INTERPOLATED", "TILT_RESAMPLED", "GAPS_RESAMPLED"];

/** The volume as a file can hold it: one grid, on which the planes of a repaired series do not lie. */
const onOneGrid = (series: SeriesVolume): SeriesVolume =>
  series.warnings.some(({ code }) => repairCodes.includes(code))
    ? { ...series, volume: regularise(series.volume, seriesStack(series.source)).volume }
    : series;

const isStop = (error: unknown): boolean =>
  error instanceof FailureError && error.failure.code === "INTERRUPTED";

/** Each volume of the series as a file in `folder`, or why not. Throws what is no reason of the series. */
const convertParts = async (
  { instances }: FileSeries,
  name: string,
  folder: string,
  limits: ConvertLimits,
): Promise<readonly VolumeOutcome[]> => {
  const { minSlices, repairs, onProgress } = limits;
  const parts = await listParts(instances, {
    minSlices,
    repairs,
    onProgress: (share) => onProgress(selectingShare + share * (listingShare - selectingShare)),
  });
  const files = volumeFiles(name, parts);
  const outcomes: VolumeOutcome[] = [];
  for (const [n, part] of parts.entries()) {
    const file = files[n] ?? "";
    try {
      const read = await readSeries(instances, {
        ...limits,
        part,
        onProgress: (share) => onProgress(listingShare + ((1 - listingShare) * (n + share)) / parts.length),
      });
      const series = onOneGrid(read);
      writeFileSync(join(folder, file), writeNifti(series.volume));
      outcomes.push(converted(part, file, { ...series, warnings: [...limits.unread, ...series.warnings] }));
    } catch (error) {
      if (!(error instanceof FailureError) || isStop(error)) throw error;
      outcomes.push(refused(part, error));
    }
  }
  return outcomes;
};

/**
 * Writes each volume of a series into `folder` as `<name>[_<part>].nii.gz`: what cannot be a volume is told with its
 * reason, and where anything unexpected happens none of the series' files is left. Throws INTERRUPTED.
 */
export const convertSeries = async (
  series: FileSeries,
  name: string,
  folder: string,
  limits: ConvertLimits,
): Promise<readonly SelectedOutcome[]> => {
  const unfinished = mkdtempSync(join(folder, ".convert-"));
  let selectionOf: (part: string) => Selection | null = () => null;
  try {
    selectionOf = selectParts(series.instances, limits.select, (share) =>
      limits.onProgress(share * selectingShare),
    );
    const outcomes = await convertParts(series, name, unfinished, limits);
    for (const { outcome, ...rest } of outcomes)
      if (outcome === "converted" && "file" in rest)
        renameSync(join(unfinished, rest.file), join(folder, rest.file));
    return outcomes.map((outcome) => ({ ...outcome, selection: selectionOf(outcome.part) }));
  } catch (error) {
    if (isStop(error)) throw error;
    return [{ ...refused("", error), selection: selectionOf("") }];
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
};
