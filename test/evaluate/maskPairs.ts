import { type Zyx, zyx } from "../../src/domain/axes.ts";
import type { Mask } from "../../src/domain/grid.ts";
import { axialGrid } from "../support/grids.ts";

/** Draws of reference/makeMasks.py: the same 32-bit linear congruence there and here, so no mask need be stored. */
const makeDraw = (seed: number) => {
  let state = seed >>> 0;
  return (choices: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(((state >>> 8) * choices) / 2 ** 24);
  };
};

type Draw = ReturnType<typeof makeDraw>;
type Inside = (z: number, y: number, x: number) => boolean;

const drawTriple = (draw: Draw, shape: Zyx<number>, least: number): Zyx<number> => {
  const [z, y, x] = [draw(shape[0]), draw(shape[1]), draw(shape[2])];
  return zyx(least + z, least + y, least + x);
};

const drawBox = (draw: Draw, shape: Zyx<number>): Inside => {
  const from = drawTriple(draw, shape, 0);
  const size = drawTriple(draw, shape, 1);
  return (z, y, x) =>
    [z, y, x].every((at, axis) => {
      const [start, length] = [from[axis as 0], size[axis as 0]];
      return at >= start && at < start + length;
    });
};

const drawEllipsoid = (draw: Draw, shape: Zyx<number>): Inside => {
  const [a, b, c] = drawTriple(draw, shape, 0);
  const [p, q, r] = drawTriple(draw, shape, 1);
  return (z, y, x) =>
    ((z - a) * q * r) ** 2 + ((y - b) * p * r) ** 2 + ((x - c) * p * q) ** 2 <= (p * q * r) ** 2;
};

const drawMask = (draw: Draw, shape: Zyx<number>): Uint8Array => {
  const kind = draw(10);
  const [depth, height, width] = shape;
  const voxels = new Uint8Array(depth * height * width);
  if (kind === 0) return voxels;
  if (kind === 1) {
    voxels[draw(voxels.length)] = 1;
    return voxels;
  }
  if (kind === 2) {
    const share = 1 + draw(15);
    return voxels.map(() => (draw(16) < share ? 1 : 0));
  }
  const parts = Array.from({ length: 1 + draw(3) }, () =>
    draw(3) === 0 ? drawBox(draw, shape) : drawEllipsoid(draw, shape),
  );
  return voxels.map((_, at) => {
    const [z, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    return parts.some((isInside) => isInside(z, y, x)) ? 1 : 0;
  });
};

const spacings = [0.5, 0.7421875, 0.8, 1, 1.25, 1.5, 2.5, 3, 5, 7.8];

/** Two masks of the seed on one small anisotropic grid: empty, one voxel, noise, or boxes and ellipsoids over any border. */
export const maskPair = (seed: number): readonly [Mask, Mask] => {
  const draw = makeDraw(seed);
  const [z, y, x] = [1 + draw(12), 1 + draw(16), 1 + draw(18)];
  const [dz, dy, dx] = [draw(10), draw(10), draw(10)].map((at) => spacings[at] ?? 1) as [
    number,
    number,
    number,
  ];
  const grid = axialGrid(zyx(z, y, x), zyx(dz, dy, dx));
  const [first, second] = [drawMask(draw, grid.shape), drawMask(draw, grid.shape)];
  return [
    { grid, voxels: first },
    { grid, voxels: second },
  ];
};
