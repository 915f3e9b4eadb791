import { mapZyx, type Zyx, zyx } from "../domain/axes.ts";
import type { Box } from "../geometry/strided.ts";
import { roundHalfEven } from "./roundHalfEven.ts";

/**
 * The shape that holds at least one patch, and where the image lies in it: centred, an odd voxel going to the far side.
 * batchgenerators `pad_nd_image`.
 */
export const padToPatch = (shape: Zyx<number>, patchSize: Zyx<number>): { shape: Zyx<number>; box: Box } => {
  const padded = mapZyx(shape, (length, axis) => Math.max(length, patchSize[axis]));
  const box = mapZyx(shape, (length, axis) => {
    const below = Math.floor((padded[axis] - length) / 2);
    return [below, below + length] as const;
  });
  return { shape: padded, box };
};

/**
 * First indices of the tiles along each axis of a padded shape: evenly spread, at most `tileStride` of a patch apart.
 * nnU-Net v1 `_compute_steps_for_sliding_window`.
 */
export const tileStarts = (
  shape: Zyx<number>,
  patchSize: Zyx<number>,
  tileStride: number,
): Zyx<readonly number[]> =>
  mapZyx(shape, (length, axis) => {
    const room = length - patchSize[axis];
    const count = Math.ceil(room / (patchSize[axis] * tileStride)) + 1;
    if (count === 1) return [0];
    const step = room / (count - 1);
    return Array.from({ length: count }, (_, i) => roundHalfEven(step * i));
  });

/** Every tile, z slowest, x fastest. */
export const listTiles = (starts: Zyx<readonly number[]>, patchSize: Zyx<number>): readonly Box[] =>
  starts[0].flatMap((z) =>
    starts[1].flatMap((y) =>
      starts[2].map(
        (x): Box =>
          zyx([z, z + patchSize[0]] as const, [y, y + patchSize[1]] as const, [x, x + patchSize[2]] as const),
      ),
    ),
  );
