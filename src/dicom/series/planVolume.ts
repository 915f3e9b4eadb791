import { createHash } from "node:crypto";
import { voxelCount } from "../../domain/axes.ts";
import { FailureError, failed, makeFailure } from "../../domain/failure.ts";
import type { Grid } from "../../domain/grid.ts";
import { noRepairs, type Repairs } from "../../domain/series.ts";
import { isUid } from "../../domain/uid.ts";
import type { Warning } from "../../domain/warning.ts";
import { gridFault } from "../../geometry/gridFault.ts";
import { openPart10 } from "../file/part10.ts";
import { frameBytes, locateFrames } from "../pixels/pixelBytes.ts";
import { blame } from "./attempt.ts";
import { keepSlices } from "./keepSlices.ts";
import type { Readable, Scanned, ScannedPlane } from "./scanInstances.ts";
import { requireGeometry } from "./slice.ts";
import { type SeriesPart, splitSeries } from "./splitSeries.ts";

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

/** Digest of the stored pixels of one plane, as they lie in the file. */
const pixelDigest = ({ instance, pixels, framesInObject, frameNumber }: Scanned): string => {
  const part10 = openPart10(instance.read());
  const { bytes, pixelData } = part10;
  const start = pixelData?.valueStart ?? bytes.byteLength;
  const whole = bytes.subarray(start, start + (pixelData?.length ?? bytes.byteLength));
  const ranges =
    pixels instanceof FailureError
      ? undefined
      : locateFrames(part10, pixels, framesInObject)[(frameNumber ?? 1) - 1];
  const own = ranges === undefined ? whole : frameBytes(part10, ranges);
  return createHash("sha256").update(own).digest("hex");
};

/** What may be volumes of some scanned files, and what was left out. */
export type ScannedParts = {
  readonly parts: readonly SeriesPart<ScannedPlane>[];
  readonly warnings: readonly Warning[];
};

/** The volumes of a scanned series. Throws what keeps the whole series from being any. */
export const partsOf = (scanned: readonly Scanned[], minSlices: number, repairs: Repairs): ScannedParts => {
  const images = keepSlices(scanned);
  requireOneSeries(images.slices);
  const split = splitSeries(requireGeometry(images.slices), {
    minSlices,
    repairs,
    digestOf: pixelDigest,
    others: scanned.length - images.slices.length,
  });
  return { parts: split.parts, warnings: [...images.warnings, ...split.warnings] };
};

const requireReadablePixels = (planes: readonly ScannedPlane[]): readonly Readable[] => {
  for (const { pixels, sopInstanceUid } of planes) {
    if (pixels instanceof FailureError) throw blame(sopInstanceUid, pixels);
  }
  const readable = planes as readonly Readable[];
  const assumed = readable.filter(({ pixels }) => pixels.isRescaleAssumed === true);
  if (assumed.length > 0 && assumed.length < readable.length)
    throw failed("CT_NO_RESCALE", `${assumed.length} of ${readable.length} images have no rescale.`, {
      sopInstanceUids: assumed.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    });
  return readable;
};

const requireSize = (grid: Grid, maxVoxels: number): void => {
  const voxels = voxelCount(grid.shape);
  if (voxels <= maxVoxels) return;
  throw failed("TOO_LARGE", `The series has ${voxels} voxels; the limit is ${maxVoxels}.`, {
    voxels,
    maxVoxels,
  });
};

const requirePlausible = (grid: Grid): void => {
  const fault = gridFault(grid);
  if (fault !== null) throw failed("GEOMETRY_IMPLAUSIBLE", fault.sentence, fault.details);
};

/** The part that is meant: the one of this name, or the only one that is a volume. */
const choosePart = (
  { parts }: ScannedParts,
  wanted: string | undefined,
): { readonly part: SeriesPart<ScannedPlane>; readonly warnings: readonly Warning[] } => {
  if (wanted !== undefined) {
    const part = parts.find(({ id }) => id === wanted);
    if (part !== undefined) return { part, warnings: [] };
    throw failed("PART_NOT_FOUND", `The series has no volume "${wanted}" any more.`, { part: wanted });
  }
  const volumes = parts.filter(({ failure }) => failure === null);
  const [only] = volumes.length > 0 ? volumes : parts.toSorted((a, b) => b.images.length - a.images.length);
  if (only === undefined) throw failed("NO_IMAGES", "The series is empty.");
  if (volumes.length > 1) {
    throw failed("SEVERAL_VOLUMES", `The series holds ${volumes.length} volumes; name one of them.`, {
      problems: volumes.map(({ id, images }) => `${id} (${images.length} images)`),
    });
  }
  return { part: only, warnings: parts.flatMap((part) => (part === only ? [] : leftOut(part))) };
};

const leftOut = ({ id, images, failure }: SeriesPart<ScannedPlane>): readonly Warning[] => [
  {
    code: "PARTS_DROPPED",
    sentence: `The ${images.length} images of ${id} were left out: ${failure?.sentence ?? "another part was named."}`,
    details: { code: failure?.code ?? null },
  },
];

/** The planes in order, each once, and the grid that they fill. */
export type VolumePlan = {
  readonly planes: readonly Readable[];
  readonly grid: Grid;
  readonly warnings: readonly Warning[];
};

/** Everything that can be refused or warned of from the headers alone. */
export const planVolume = (
  scanned: readonly Scanned[],
  options: {
    readonly minSlices: number;
    readonly maxVoxels: number;
    readonly part?: string | undefined;
    readonly repairs?: Repairs | undefined;
  },
): VolumePlan => {
  const parts = partsOf(scanned, options.minSlices, options.repairs ?? noRepairs);
  const { part, warnings } = choosePart(parts, options.part);
  if (part.failure !== null || part.grid === null)
    throw new FailureError(
      part.failure ?? makeFailure("AMBIGUOUS_POSITIONS", "Images share their positions."),
    );
  const planes = requireReadablePixels(part.images);
  requirePlausible(part.grid);
  requireSize(part.grid, options.maxVoxels);
  return { planes, grid: part.grid, warnings: [...parts.warnings, ...warnings, ...part.warnings] };
};
