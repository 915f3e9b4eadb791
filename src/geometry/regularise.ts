import { voxelCount, type Zyx, zyx } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Grid, Mask, Stack, Volume } from "../domain/grid.ts";
import { withProbability } from "./probability.ts";
import { type PlacedStack, placeStack } from "./regularGrid.ts";
import { samplePlanes } from "./samplePlanes.ts";
import { isRegular } from "./stack.ts";

export type Regularised = {
  /** On an orthogonal, evenly spaced grid; the volume given, where it lies on one already. */
  readonly volume: Volume;
  /** A mask on that grid brought back to the stack's own planes. Throws INTERNAL for a mask of another shape. */
  readonly toStack: (mask: Mask) => Mask;
};

const requireShape = (grid: Grid, { shape }: Grid, voxels: ArrayLike<number>): void => {
  if (grid.shape.every((size, axis) => size === shape[axis]) && voxels.length === voxelCount(shape)) return;
  throw failed("INTERNAL", "The voxels do not lie on the planes of the stack.", {
    shape: grid.shape,
    stackShape: shape,
    voxels: voxels.length,
  });
};

/**
 * Where the planes of the regular grid begin in the stack, counted along the stack's own shear: table and patient move in
 * its direction, so skin, spine and great vessels of neighbouring planes lie above each other in it. For the other organs
 * the way along the normal errs as much.
 */
const gridCorners = ({ grid, corners }: PlacedStack): readonly Zyx<number>[] => {
  let below = 0;
  return Array.from({ length: grid.shape[0] }, (_, slice) => {
    while (below + 1 < corners.length && (corners[below + 1] as Zyx<number>)[0] <= slice) below++;
    const [z, y, x] = corners[below] as Zyx<number>;
    const [nextZ, nextY, nextX] = corners[below + 1] ?? zyx(slice + 1, y, x);
    const share = (slice - z) / (nextZ - z);
    return zyx(below + share, -y - share * (nextY - y), -x - share * (nextX - x));
  });
};

const leastOf = (voxels: Float32Array): number => {
  let least = Number.POSITIVE_INFINITY;
  for (const voxel of voxels) if (voxel < least) least = voxel;
  return least;
};

const volumeOnGrid = ({ voxels }: Volume, { shape }: Stack, placed: PlacedStack): Volume => {
  const [, rows, columns] = placed.grid.shape;
  const regular = new Float32Array(voxelCount(placed.grid.shape));
  // What lies beside the planes looks as empty as the emptiest of what they show: air in CT, no signal in MR.
  const outside = leastOf(voxels);
  samplePlanes(
    { source: { voxels, shape }, corners: gridCorners(placed), rows, columns, outside },
    (plane, slice) => regular.set(plane, slice * rows * columns),
  );
  return { grid: placed.grid, voxels: regular };
};

/** Bytes of the regular grid on the stack's planes, each passed through `take`. */
const bytesOnStack = (
  bytes: Uint8Array,
  stackGrid: Grid,
  { grid, corners }: PlacedStack,
  take: (value: number) => number,
): Uint8Array => {
  const [, rows, columns] = stackGrid.shape;
  const onStack = new Uint8Array(voxelCount(stackGrid.shape));
  const source = { voxels: bytes, shape: grid.shape };
  samplePlanes({ source, corners, rows, columns, outside: 0 }, (plane, k) => {
    const at = k * rows * columns;
    for (let i = 0; i < plane.length; i++) onStack[at + i] = take(plane[i] as number);
  });
  return onStack;
};

const maskOnStack = (mask: Mask, stackGrid: Grid, placed: PlacedStack): Mask => {
  requireShape(mask.grid, placed.grid, mask.voxels);
  const voxels = bytesOnStack(mask.voxels, stackGrid, placed, (share) => (share >= 0.5 ? 1 : 0));
  const onStack = { grid: stackGrid, voxels };
  return mask.probability === undefined
    ? onStack
    : withProbability(onStack, bytesOnStack(mask.probability, stackGrid, placed, Math.round));
};

/**
 * A volume on the planes of a stack, for a network that knows only regular grids: linear between planes and pixels
 * (S3, S5, S6). A plane of the stack that lies on one of the grid keeps its values, and gets back the mask's very voxels.
 * Masks come back linearly too, halves inside: against the nearest voxel, the Dice of a pancreas is the same along one
 * axis, and 0.01 to 0.02 higher where planes are shifted along both. Needs one volume more and two planes. Throws INTERNAL for a volume of another shape.
 */
export const regularise = (volume: Volume, stack: Stack): Regularised => {
  requireShape(volume.grid, stack, volume.voxels);
  if (isRegular(stack)) return { volume, toStack: (mask) => mask };
  const placed = placeStack(stack);
  return {
    volume: volumeOnGrid(volume, stack, placed),
    toStack: (mask) => maskOnStack(mask, volume.grid, placed),
  };
};
