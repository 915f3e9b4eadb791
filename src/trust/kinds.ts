import type { Volume } from "../domain/grid.ts";

/** How often each value occurs; null as soon as there are more than `most`. */
export const countKinds = (voxels: Float32Array, most: number): ReadonlyMap<number, number> | null => {
  const counts = new Map<number, number>();
  for (const value of voxels) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > most) return null;
  }
  return counts;
};

/** Of two neighbours in a row that are both no background, the most frequent value, how many are equal. */
export const equalNeighbours = ({ voxels, grid }: Volume, counts: ReadonlyMap<number, number>): number => {
  const [background] = [...counts].reduce((most, other) => (other[1] > most[1] ? other : most));
  const columns = grid.shape[2];
  let [pairs, equal] = [0, 0];
  for (let at = 1; at < voxels.length; at++) {
    const [left, right] = [voxels[at - 1] as number, voxels[at] as number];
    if (at % columns === 0 || left === background || right === background) continue;
    pairs++;
    if (left === right) equal++;
  }
  return pairs === 0 ? 1 : equal / pairs;
};
