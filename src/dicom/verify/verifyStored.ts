import { type Lps, lps } from "../../domain/axes.ts";
import { FailureError, failed } from "../../domain/failure.ts";
import type { OutputKind } from "../../domain/outputs.ts";
import type { Measures } from "../../domain/result.ts";
import { add, norm, scale, subtract } from "../../geometry/vector.ts";
import { sha256 } from "../identity/sha256.ts";
import { readSegPlanes, type SegPlanes } from "../segmentation/readSegPlanes.ts";
import { judgeKeyImage } from "./judgeKeyImage.ts";
import { type Complaint, judgeMeasurements, judgeWords } from "./judgeReport.ts";

/** Positions are decimal strings of 16 characters. */
const centroidToleranceMm = 0.01;
const volumeTolerance = 1e-4;

/** Everything that a segmentation says about where it lies and what it marks, as comparable text. */
const segContent = (seg: SegPlanes): string => {
  const planes = seg.planes.map((plane) => ({ ...plane, voxels: sha256(plane.voxels) }));
  return JSON.stringify({ ...seg, planes });
};

/** Mean position of the marked voxels, and how many there are. */
const marked = ({ planes, columns, imageOrientation, pixelSpacingMm }: SegPlanes) => {
  let [voxels, sum] = [0, lps(0, 0, 0)];
  for (const plane of planes) {
    let [count, rowSum, columnSum] = [0, 0, 0];
    plane.voxels.forEach((voxel, i) => {
      if (voxel === 0) return;
      count++;
      rowSum += Math.floor(i / columns);
      columnSum += i % columns;
    });
    const along = scale(imageOrientation[0], columnSum * pixelSpacingMm[1]);
    const down = scale(imageOrientation[1], rowSum * pixelSpacingMm[0]);
    sum = add(sum, add(scale(plane.positionLps, count), add(along, down)));
    voxels += count;
  }
  return { voxels, centroidLps: scale(sum, 1 / voxels) };
};

const centroidsAgree = (a: Lps, b: Lps | null): boolean =>
  b !== null && norm(subtract(a, b)) <= centroidToleranceMm;

const judgeSeg = (stored: Uint8Array, sent: Uint8Array, measures: Measures): Complaint => {
  const seg = readSegPlanes(stored);
  if (segContent(seg) !== segContent(readSegPlanes(sent))) return "voxels or their positions";
  const { voxels, centroidLps } = marked(seg);
  if (voxels !== measures.voxels) return "number of voxels";
  // Of uneven planes the centroid weighs each by what it stands for, as the volume does; the object does not say how much.
  const evenMl = (voxels * seg.pixelSpacingMm[0] * seg.pixelSpacingMm[1] * (seg.sliceSpacingMm ?? 0)) / 1000;
  const isEven = Math.abs(evenMl - measures.volumeMl) <= volumeTolerance * measures.volumeMl;
  return isEven && !centroidsAgree(centroidLps, measures.centroidLps) ? "centroid" : null;
};

const judges: Readonly<
  Record<OutputKind, (stored: Uint8Array, sent: Uint8Array, measures: Measures) => Complaint>
> = {
  seg: judgeSeg,
  sr: judgeMeasurements,
  "text-report": judgeWords,
  "key-image": judgeKeyImage,
};

const judged = (...[kind, stored, sent, measures]: Parameters<typeof verifyStored>): Complaint => {
  try {
    return judges[kind](stored, sent, measures);
  } catch (error) {
    if (error instanceof FailureError) return error.failure.code;
    throw error;
  }
};

/**
 * Prove that what the archive holds is what was measured: the same voxels in patient space, count and centroid of the
 * mask in memory; in the reports every one of its numbers, of the same segment; the same pictures; all under the same
 * UIDs. Decoded anew from the stored bytes, also where they equal the sent ones: archives may write headers anew, and
 * both may be wrong. Throws STORED_DIFFERS.
 */
export const verifyStored = (
  kind: OutputKind,
  stored: Uint8Array,
  sent: Uint8Array,
  measures: Measures,
): void => {
  const complaint = judged(kind, stored, sent, measures);
  if (complaint === null) return;
  throw failed("STORED_DIFFERS", `The stored ${kind} is not what was sent: ${complaint}.`, {
    complaint,
    storedBytes: stored.length,
    sentBytes: sent.length,
  });
};
