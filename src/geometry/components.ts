import { voxelCount, type Zyx } from "../domain/axes.ts";

export type Components = {
  /** 0 outside, 1…n inside, numbered in the order of each component's first voxel; shape of the mask. */
  readonly labels: Int32Array;
  /** Voxels per label; entry 0 counts the outside. */
  readonly sizes: readonly number[];
};

/** Root of voxel `at` in a forest whose entries are parent index + 1; halves the path on the way. */
const rootOf = (parents: Int32Array, at: number): number => {
  let node = at;
  let parent = (parents[node] as number) - 1;
  while (parent !== node) {
    const grandparent = (parents[parent] as number) - 1;
    parents[node] = grandparent + 1;
    node = grandparent;
    parent = (parents[node] as number) - 1;
  }
  return node;
};

/** The smaller index stays root, so that the final pass meets a root before its members. */
const join = (parents: Int32Array, a: number, b: number): void => {
  const [rootA, rootB] = [rootOf(parents, a), rootOf(parents, b)];
  if (rootA < rootB) parents[rootB] = rootA + 1;
  else parents[rootA] = rootB + 1;
};

const joinBack = (parents: Int32Array, at: number, back: number): void => {
  if (parents[at - back] !== 0) join(parents, at - back, at);
};

const linkNeighbours = (mask: Uint8Array, shape: Zyx<number>, linked: "inside" | "outside"): Int32Array => {
  const [depth, height, width] = shape;
  const parents = new Int32Array(mask.length);
  for (let row = 0; row < depth * height; row++) {
    for (let i = 0; i < width; i++) {
      const at = row * width + i;
      if ((mask[at] === 0) === (linked === "inside")) continue;
      parents[at] = at + 1;
      if (i > 0) joinBack(parents, at, 1);
      if (row % height > 0) joinBack(parents, at, width);
      if (row >= height) joinBack(parents, at, width * height);
    }
  }
  return parents;
};

/** Turns the forest into labels in place: parents come first in memory, so each is already a label when its child asks. */
const numberComponents = (parents: Int32Array): Components => {
  const sizes = [0];
  for (let at = 0; at < parents.length; at++) {
    const parent = (parents[at] as number) - 1;
    const label = parent === at ? sizes.push(0) - 1 : parent < 0 ? 0 : (parents[parent] as number);
    parents[at] = label;
    sizes[label] = (sizes[label] as number) + 1;
  }
  return { labels: parents, sizes };
};

/**
 * Components of the voxels that are not 0, joined through faces (6 neighbours).
 * Same labels as scipy.ndimage.label with its default structure.
 */
export const labelComponents = (mask: Uint8Array, shape: Zyx<number>): Components =>
  numberComponents(linkNeighbours(mask, shape, "inside"));

/** Which labels have a voxel on a face of the array. */
const touchesBorder = (labels: Int32Array, shape: Zyx<number>, count: number): Uint8Array => {
  const touches = new Uint8Array(count);
  const [depth, height, width] = shape;
  for (let row = 0; row < depth * height; row++) {
    const isInner =
      row >= height && row < (depth - 1) * height && row % height > 0 && row % height < height - 1;
    const step = isInner ? Math.max(1, width - 1) : 1;
    for (let i = 0; i < width; i += step) touches[labels[row * width + i] as number] = 1;
  }
  return touches;
};

/**
 * The mask (0 or 1) with every cavity filled that the background outside cannot reach through faces, in three dimensions.
 * As scipy.ndimage.binary_fill_holes with its default structure.
 */
export const fillHoles = (mask: Uint8Array, shape: Zyx<number>): Uint8Array => {
  const { labels, sizes } = numberComponents(linkNeighbours(mask, shape, "outside"));
  const isOpen = touchesBorder(labels, shape, sizes.length);
  const filled = new Uint8Array(voxelCount(shape));
  for (let at = 0; at < filled.length; at++) {
    const label = labels[at] as number;
    filled[at] = label === 0 || isOpen[label] === 0 ? 1 : 0;
  }
  return filled;
};
