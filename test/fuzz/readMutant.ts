import { defaultReadOptions, listParts, readSeries } from "../../src/dicom/series/readSeries.ts";
import { voxelCount } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { SeriesVolume } from "../../src/domain/series.ts";
import { norm } from "../../src/geometry/vector.ts";
import type { Mutant } from "./mutants.ts";

/** What the reader made of a series: a volume, a code, or what must never be. */
export type Outcome =
  | { readonly kind: "volume" }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "defect"; readonly what: string };

const areFinite = (values: Iterable<number>): boolean => {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
};

/** What is wrong with a volume, or null. */
const faultOf = ({ source, volume }: SeriesVolume): string | null => {
  const { grid, voxels } = volume;
  if (voxels.length !== voxelCount(grid.shape)) return "the voxels do not fill the grid";
  if (source.frames.length !== grid.shape[0]) return "planes and frames differ in number";
  if (!grid.spacingMm.every((mm) => Number.isFinite(mm) && mm > 0))
    return `a spacing of ${grid.spacingMm} mm`;
  if (!areFinite(grid.originLps)) return `an origin at ${grid.originLps}`;
  if (!grid.axes.every((axis) => Math.abs(norm(axis) - 1) < 1e-6)) return "axes that are no unit vectors";
  if (!areFinite(voxels)) return "voxels that are no finite numbers";
  return null;
};

const attempt = async (read: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FailureError && error.failure.code !== "INTERNAL")
      return { kind: "refused", code: error.failure.code };
    return { kind: "defect", what: error instanceof Error ? String(error.stack) : String(error) };
  }
};

/** Reads every volume of the series as the service does, however few its slices; the worst outcome counts. */
export const readMutant = ({ files }: Mutant): Promise<Outcome> => {
  const instances = files.map((bytes, n) => ({ name: String(n), read: () => bytes }));
  const options = { ...defaultReadOptions, minSlices: 1 };
  return attempt(async () => {
    const outcomes: Outcome[] = [];
    for (const part of await listParts(instances, options)) {
      const read = async (): Promise<Outcome> => {
        const fault = faultOf(await readSeries(instances, { ...options, part }));
        return fault === null ? { kind: "volume" } : { kind: "defect", what: fault };
      };
      outcomes.push(await attempt(read));
    }
    const worst =
      outcomes.find(({ kind }) => kind === "defect") ?? outcomes.find(({ kind }) => kind === "refused");
    return worst ?? outcomes[0] ?? { kind: "defect", what: "neither a volume nor a reason" };
  });
};
