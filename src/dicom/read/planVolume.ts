import { createHash } from "node:crypto";
import { voxelCount } from "../../domain/axes.ts";
import { FailureError, failed } from "../../domain/failure.ts";
import type { Grid } from "../../domain/grid.ts";
import { isUid } from "../../domain/uid.ts";
import type { Warning } from "../../domain/warning.ts";
import { blame } from "./attempt.ts";
import { dropDuplicates } from "./duplicates.ts";
import { keepSlices } from "./objectKind.ts";
import { openPart10 } from "./part10.ts";
import type { Located, Readable, Scanned } from "./scanInstances.ts";
import { requireGeometry } from "./slice.ts";
import { buildGrid, groupByPosition, requireSlices } from "./stack.ts";

const requireOneSeries = (scanned: readonly Scanned[]): void => {
  const series = [...new Set(scanned.map(({ seriesUid }) => seriesUid))].sort();
  if (series.length > 1) {
    throw failed("SEVERAL_SERIES", `The files belong to ${series.length} series.`, { seriesUids: series });
  }
  const bad = scanned.filter(({ sopInstanceUid }) => !isUid(sopInstanceUid));
  if (bad.length > 0) {
    throw failed("UID_INVALID", `${bad.length} of ${scanned.length} images have no valid SOPInstanceUID.`);
  }
};

const pixelDigest = ({ instance }: Scanned): string => {
  const { bytes, pixelData } = openPart10(instance.read());
  const start = pixelData?.valueStart ?? bytes.byteLength;
  const end = pixelData?.length === null ? bytes.byteLength : start + (pixelData?.length ?? 0);
  return createHash("sha256").update(bytes.subarray(start, end)).digest("hex");
};

/** The images in order of their planes, one for each. */
const arrange = (
  located: readonly Located[],
): { planes: readonly Located[]; warnings: readonly Warning[] } => {
  const uniform: Warning[] = [];
  const candidates = located.map((item) => ({ ...item, pixelDigest: () => pixelDigest(item) }));
  const { kept, warnings } = dropDuplicates(candidates, (unique) => {
    const grouped = groupByPosition(unique);
    uniform.push(...grouped.warnings);
    return grouped.groups;
  });
  return { planes: kept, warnings: [...uniform, ...warnings] };
};

const requireReadablePixels = (planes: readonly Located[]): readonly Readable[] => {
  for (const { pixels, sopInstanceUid } of planes) {
    if (pixels instanceof FailureError) throw blame(sopInstanceUid, pixels);
  }
  return planes as readonly Readable[];
};

const requireSize = (grid: Grid, maxVoxels: number): void => {
  const voxels = voxelCount(grid.shape);
  if (voxels <= maxVoxels) return;
  throw failed("TOO_LARGE", `The series has ${voxels} voxels; the limit is ${maxVoxels}.`, {
    voxels,
    maxVoxels,
  });
};

/** The planes in order, each once, and the grid that they fill. */
export type VolumePlan = {
  readonly planes: readonly Readable[];
  readonly grid: Grid;
  readonly warnings: readonly Warning[];
};

/** Everything that can be refused or warned of from the headers alone. */
export const planVolume = (
  scanned: readonly Scanned[],
  { minSlices, maxVoxels }: { readonly minSlices: number; readonly maxVoxels: number },
): VolumePlan => {
  const images = keepSlices(scanned);
  requireOneSeries(images.slices);
  const arranged = arrange(requireGeometry(images.slices));
  const built = buildGrid(arranged.planes.map(({ slice }) => slice));
  const planes = requireReadablePixels(arranged.planes);
  requireSlices(planes.length, minSlices);
  requireSize(built.grid, maxVoxels);
  return {
    planes,
    grid: built.grid,
    warnings: [...images.warnings, ...arranged.warnings, ...built.warnings],
  };
};
