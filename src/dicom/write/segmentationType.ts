import { failed } from "../../domain/failure.ts";
import type { Mask } from "../../domain/grid.ts";
import type { Dataset } from "./dataset.ts";
import { packPlanes } from "./packBits.ts";

/** How the voxels are stored (PS3.3 sections C.8.20.2.3 and C.8.20.5): bits, segment numbers, probabilities. */
export type SegmentationType = "BINARY" | "LABELMAP" | "FRACTIONAL";

const segmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";
const labelMapSegmentationStorage = "1.2.840.10008.5.1.4.1.1.66.7";

export const segSopClass = (type: SegmentationType): string =>
  type === "LABELMAP" ? labelMapSegmentationStorage : segmentationStorage;

/** The named planes of a (z,y,x) array one after the other, padded to an even number of bytes. */
const bytePlanes = (voxels: Uint8Array, voxelsPerPlane: number, planes: readonly number[]): ArrayBuffer => {
  const bytes = new Uint8Array(2 * Math.ceil((planes.length * voxelsPerPlane) / 2));
  planes.forEach((plane, frame) => {
    bytes.set(voxels.subarray(plane * voxelsPerPlane, (plane + 1) * voxelsPerPlane), frame * voxelsPerPlane);
  });
  return bytes.buffer;
};

const probabilityOf = ({ probability }: Mask): Uint8Array => {
  if (probability !== undefined) return probability;
  throw failed("INTERNAL", "The mask has no probability that could be stored.");
};

const bits = (allocated: 1 | 8): Dataset => ({
  BitsAllocated: allocated,
  BitsStored: allocated,
  HighBit: allocated - 1,
  PixelRepresentation: 0,
});

/**
 * Type, pixel format and pixels of the named planes of the mask. The values of a label map are numbers of segments, 0
 * for none. Throws INTERNAL for FRACTIONAL where the mask has no probability.
 */
export const segmentationPixels = (
  type: SegmentationType,
  mask: Mask,
  planes: readonly number[],
): Dataset => {
  const voxelsPerPlane = mask.grid.shape[1] * mask.grid.shape[2];
  switch (type) {
    case "BINARY":
      return {
        ...bits(1),
        SegmentationType: "BINARY",
        PixelData: packPlanes(mask.voxels, voxelsPerPlane, planes),
      };
    case "LABELMAP":
      return {
        ...bits(8),
        SegmentationType: "LABELMAP",
        PixelPaddingValue: 0,
        PixelData: bytePlanes(mask.voxels, voxelsPerPlane, planes),
      };
    case "FRACTIONAL":
      return {
        ...bits(8),
        SegmentationType: "FRACTIONAL",
        SegmentationFractionalType: "PROBABILITY",
        MaximumFractionalValue: 255,
        PixelData: bytePlanes(probabilityOf(mask), voxelsPerPlane, planes),
      };
  }
};
