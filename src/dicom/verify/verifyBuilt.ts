import type { Lps } from "../../domain/axes.ts";
import { failed } from "../../domain/failure.ts";
import type { Mask, Stack } from "../../domain/grid.ts";
import type { Measures } from "../../domain/result.ts";
import { gridPlanes, isEvenStack, stackOf, voxelsToMl } from "../../geometry/stack.ts";
import { norm, subtract } from "../../geometry/vector.ts";
import { readSegPlanes, type SegPlane } from "../segmentation/readSegPlanes.ts";
import { decimals } from "../write/measurements.ts";
import { compareSeg } from "./compareSeg.ts";
import { readSr } from "./readSr.ts";

/** Of the volume; SEG spacings have 16 characters. */
const volumeTolerance = 1e-4;

/** Of volumes below 0.01 mm³ the SR's last decimal is more than that share. */
const toleranceMl = (volumeMl: number): number =>
  Math.max(volumeTolerance * volumeMl, 0.5005 * 10 ** -decimals.volume(volumeMl));

const agree = (aMl: number, measuredMl: number): boolean =>
  Math.abs(aMl - measuredMl) <= toleranceMl(measuredMl);

const countOf = ({ voxels }: SegPlane): number => voxels.reduce((sum, voxel) => sum + voxel, 0);

/**
 * Volume from the stored SEG alone, millilitres: set bits × its own pixel measures, which is the measured one where the
 * source's planes lie evenly. Null where it states no distance of slices.
 */
export const segVolumeMl = (seg: Uint8Array): number | null => {
  const { planes, pixelSpacingMm, sliceSpacingMm } = readSegPlanes(seg);
  if (sliceSpacingMm === null) return null;
  const voxels = planes.reduce((sum, plane) => sum + countOf(plane), 0);
  return (voxels * pixelSpacingMm[0] * pixelSpacingMm[1] * sliceSpacingMm) / 1000;
};

/** Volume of what an uneven SEG marks, each frame counted for the source plane at which it lies. */
const unevenVolumeMl = (seg: Uint8Array, stack: Stack): number => {
  const voxelsOnPlane = stack.planesLps.map(() => 0);
  for (const plane of readSegPlanes(seg).planes) {
    const distances = stack.planesLps.map((source) => norm(subtract(source, plane.positionLps)));
    const z = distances.indexOf(Math.min(...distances));
    voxelsOnPlane[z] = (voxelsOnPlane[z] ?? 0) + countOf(plane);
  }
  return voxelsToMl(voxelsOnPlane, stack);
};

/**
 * Prove before anything is sent that the SEG marks the mask's voxels in patient space, and that SEG, SR and measures
 * state one volume and refer to each other. `planes` is the position of each source image (see `compareSeg`). Throws
 * INTERNAL.
 */
export const verifyBuilt = (
  seg: Uint8Array,
  sr: Uint8Array,
  mask: Mask,
  measures: Measures,
  planes: readonly Lps[] = gridPlanes(mask.grid),
): void => {
  const comparison = compareSeg(seg, mask, planes);
  if (comparison.kind === "different") {
    throw failed("INTERNAL", `The SEG differs from the mask in ${comparison.voxels} voxels.`, comparison);
  }
  const { volumeMl: srMl, group } = readSr(sr);
  const stack = stackOf(mask.grid, planes);
  const segMl = isEvenStack(stack) ? segVolumeMl(seg) : unevenVolumeMl(seg, stack);
  if (!agree(srMl, measures.volumeMl) || !agree(segMl ?? Number.NaN, measures.volumeMl)) {
    throw failed("INTERNAL", "Mask, SEG and SR do not state the same volume.", {
      measuredMl: measures.volumeMl,
      segMl,
      srMl,
    });
  }
  const segSopInstanceUid = group.segment?.sopInstanceUid ?? null;
  if (segSopInstanceUid !== readSegPlanes(seg).sopInstanceUid) {
    throw failed("INTERNAL", "The SR refers to another SEG.", {
      segSopInstanceUid,
    });
  }
};
