import type { Lps } from "../../domain/axes.ts";
import { FailureError, failed } from "../../domain/failure.ts";
import type { Mask, Stack } from "../../domain/grid.ts";
import type { Measures } from "../../domain/result.ts";
import { gridPlanes, stackOf, voxelsToMl } from "../../geometry/stack.ts";
import { norm, subtract } from "../../geometry/vector.ts";
import { headerOf } from "../read/header.ts";
import { openPart10 } from "../read/part10.ts";
import { readSegPlanes, type SegPlane } from "./readSeg.ts";
import { readSr } from "./readSr.ts";
import { sha256 } from "./sha256.ts";
import { compareSeg } from "./verify.ts";

/** The SR states three decimals; SEG spacings have 16 characters. */
const volumeTolerance = 1e-4;
const srRoundingMl = 0.0005;

const agree = (aMl: number, bMl: number): boolean =>
  Math.abs(aMl - bMl) <= srRoundingMl * 1.001 + volumeTolerance * Math.abs(bMl);

const countOf = ({ voxels }: SegPlane): number => voxels.reduce((sum, voxel) => sum + voxel, 0);

/**
 * Volume from the stored SEG alone, millilitres: set bits × its own pixel measures. Null where it states no distance of
 * slices, since the distances to the planes that it leaves out are not in it.
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
  const segMl = segVolumeMl(seg) ?? unevenVolumeMl(seg, stackOf(mask.grid, planes));
  if (!agree(srMl, measures.volumeMl) || !agree(segMl, measures.volumeMl)) {
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

const volumeMl = { seg: segVolumeMl, sr: (bytes: Uint8Array): number => readSr(bytes).volumeMl };

/** Everything that a segmentation says about where it lies and what it marks, as comparable text. */
const segContent = (bytes: Uint8Array): string => {
  const seg = readSegPlanes(bytes);
  const planes = seg.planes.map((plane) => ({ ...plane, voxels: sha256(plane.voxels) }));
  return JSON.stringify({ ...seg, planes });
};

/** What was measured of what; archives may coerce the rest of a header. */
const srContent = (bytes: Uint8Array): string => {
  const { studyUid, seriesUid, sopInstanceUid, groups } = readSr(bytes).report;
  return JSON.stringify({ studyUid, seriesUid, sopInstanceUid, groups });
};

/** Every attribute and every pixel of any other object. */
const wholeContent = (bytes: Uint8Array): string => {
  const part10 = openPart10(bytes);
  const start = part10.pixelData?.valueStart ?? bytes.length;
  const pixels = part10.bytes.subarray(start, start + (part10.pixelData?.length ?? 0));
  return JSON.stringify({ header: headerOf(part10), pixels: sha256(pixels) });
};

const contents = { seg: segContent, sr: srContent, other: wholeContent };

const contentOrNothing = (content: (bytes: Uint8Array) => string, stored: Uint8Array): string | null => {
  try {
    return content(stored);
  } catch (error) {
    if (error instanceof FailureError) return null;
    throw error;
  }
};

/**
 * Prove that the archive holds what was sent: the same bytes, or, since archives may write headers anew, the same
 * voxels in patient space, the same measured volume, or the same attributes and pixels, under the same UIDs. Throws
 * STORED_DIFFERS.
 */
export const verifyStored = (
  name: "seg" | "sr" | "other",
  stored: Uint8Array,
  sent: Uint8Array,
  measures: Measures,
): void => {
  if (sha256(stored) === sha256(sent)) return;
  const isSame = contentOrNothing(contents[name], stored) === contents[name](sent);
  const storedMl = isSame && name !== "other" ? volumeMl[name](stored) : null;
  if (isSame && agree(storedMl ?? measures.volumeMl, measures.volumeMl)) return;
  throw failed("STORED_DIFFERS", `The stored ${name.toUpperCase()} is not the one that was sent.`, {
    storedBytes: stored.length,
    sentBytes: sent.length,
  });
};
