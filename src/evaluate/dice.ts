import { failed } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";

/**
 * Dice's overlap 2|A∩B| / (|A|+|B|) of two masks on one grid (any shape; every value but 0 counts); 1 when both are
 * empty. Throws USAGE when the shapes differ.
 */
export const diceOf = (a: Mask, b: Mask): number => {
  if (a.grid.shape.some((length, axis) => length !== b.grid.shape[axis as 0 | 1 | 2]))
    throw failed(
      "USAGE",
      `Masks of ${a.grid.shape.join("×")} and ${b.grid.shape.join("×")} voxels have no overlap.`,
    );
  let [both, sum] = [0, 0];
  for (let i = 0; i < a.voxels.length; i++) {
    const [inA, inB] = [a.voxels[i] !== 0, b.voxels[i] !== 0];
    if (inA && inB) both++;
    sum += Number(inA) + Number(inB);
  }
  return sum === 0 ? 1 : (2 * both) / sum;
};
