import type { Triple } from "./affineGrid.ts";
import type { Refuse } from "./refuse.ts";

/** 2 GiB as float32, above every clinical series. */
const MOST_VOXELS = 2 ** 29;

/** Voxels may lie behind other things; more than this before or behind them is refused. */
export const MOST_OTHER_BYTES = 16 * 2 ** 20;

/** No deflate stream grows more than this. */
export const DEFLATE_RATIO = 1032;

/** How many voxels there are. Throws for more than any image has, before memory is taken. */
export const countVoxels = (sizes: Triple, refuse: Refuse): number => {
  const count = sizes[0] * sizes[1] * sizes[2];
  if (count <= MOST_VOXELS) return count;
  throw refuse(`The header announces ${count} voxels; at most ${MOST_VOXELS} are read.`, { sizes });
};

export const refuseIfTooShort = (available: number, needed: number, refuse: Refuse): void => {
  if (available >= needed) return;
  throw refuse(`The header announces ${needed} bytes, the file holds at most ${available}.`, {
    needed,
    available,
  });
};
