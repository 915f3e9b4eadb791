import type { Mask } from "../domain/grid.ts";
import { sayMl } from "../domain/millilitres.ts";
import type { Measures } from "../domain/result.ts";
import type { Warning } from "../domain/warning.ts";

/**
 * Smallest and largest pancreas of 204 adults (20 to 80 years, trauma CT, no pancreatic disease): mean 77.9 ml, SD
 * 21.7 ml. "Normal pancreatic volume in adults is influenced by visceral fat, vertebral body width and age", Abdominal
 * Radiology 2019; 44(3): 958-966, doi 10.1007/s00261-018-1793-8.
 */
const adultVolumeMl = { smallest: 18.8, largest: 139.8 };

type Edge = "first slice" | "last slice" | "lateral border";

const hasVoxel = (voxels: Uint8Array, from: number, to: number): boolean =>
  voxels.subarray(from, to).some((voxel) => voxel !== 0);

const touchesLateralBorder = ({ voxels, grid }: Mask): boolean => {
  const [slices, rows, columns] = grid.shape;
  for (let z = 0; z < slices; z++) {
    const plane = z * rows * columns;
    if (hasVoxel(voxels, plane, plane + columns)) return true;
    if (hasVoxel(voxels, plane + (rows - 1) * columns, plane + rows * columns)) return true;
    for (let y = 1; y < rows - 1; y++) {
      const row = plane + y * columns;
      if (voxels[row] !== 0 || voxels[row + columns - 1] !== 0) return true;
    }
  }
  return false;
};

const touchedEdges = (mask: Mask): readonly Edge[] => {
  const [slices, rows, columns] = mask.grid.shape;
  const perSlice = rows * columns;
  const touches: readonly (readonly [Edge, boolean])[] = [
    ["first slice", hasVoxel(mask.voxels, 0, perSlice)],
    ["last slice", hasVoxel(mask.voxels, (slices - 1) * perSlice, slices * perSlice)],
    ["lateral border", touchesLateralBorder(mask)],
  ];
  return touches.filter(([, isTouched]) => isTouched).map(([edge]) => edge);
};

const judgeEdges = (mask: Mask): readonly Warning[] => {
  const edges = touchedEdges(mask);
  if (edges.length === 0) return [];
  return [
    {
      code: "MASK_AT_EDGE",
      sentence: `The mask reaches the edge of the image (${edges.join(", ")}); the pancreas may be cut off.`,
      details: { edges },
    },
  ];
};

const judgeVolume = ({ volumeMl }: Measures): readonly Warning[] => {
  const { smallest, largest } = adultVolumeMl;
  if (volumeMl >= smallest && volumeMl <= largest) return [];
  return [
    {
      code: "VOLUME_UNUSUAL",
      sentence: `The volume of ${sayMl(volumeMl)} lies outside the ${smallest} to ${largest} ml of healthy adults.`,
      details: { volumeMl, smallestMl: smallest, largestMl: largest },
    },
  ];
};

/** What makes a mask doubtful; nothing is changed by it. An empty mask is no mask to doubt: none. */
export const judgeMask = (mask: Mask, measures: Measures): readonly Warning[] =>
  measures.voxels === 0 ? [] : [...judgeEdges(mask), ...judgeVolume(measures)];
