import { voxelCount } from "../../domain/axes.ts";
import type { Grid } from "../../domain/grid.ts";
import type { Part } from "./part.ts";
import type { Placement } from "./pose.ts";
import { noiseAt } from "./random.ts";
import type { Looks, Tissue } from "./tissues.ts";
import type { Trunk } from "./trunk.ts";

export type Scene = {
  readonly trunk: Trunk;
  readonly parts: readonly Part[];
  /** Painted after the parts, over everything; its share of each voxel is counted. */
  readonly target: Part;
  readonly inTarget: readonly Part[];
};

type Canvas = {
  readonly rows: number;
  readonly columns: number;
  /** mm over which a border fades in a plane. */
  readonly softMm: number;
  readonly textureSeed: number;
  readonly looks: Looks;
  readonly place: Placement;
};

/** Index ranges of a part: [k0, k1, j0, j1, i0, i1]. */
type Extent = readonly number[];

const invert = (
  place: Placement,
): ((x: number, y: number, z: number) => readonly [number, number, number]) => {
  const [a, b, c] = place;
  const minor = (p: number, q: number, u: typeof a, v: typeof a): number =>
    (u[p] ?? 0) * (v[q] ?? 0) - (u[q] ?? 0) * (v[p] ?? 0);
  const det = a[0] * minor(1, 2, b, c) - b[0] * minor(1, 2, a, c) + c[0] * minor(1, 2, a, b);
  return (x, y, z) => {
    const [u, v, w] = [x - a[3], y - b[3], z - c[3]];
    const solve = (p: number, q: number): number =>
      (u * minor(p, q, b, c) - v * minor(p, q, a, c) + w * minor(p, q, a, b)) / det;
    return [solve(1, 2), -solve(0, 2), solve(0, 1)];
  };
};

type Placed = Part & { readonly extent: Extent };

const placed = (part: Part, toVoxel: ReturnType<typeof invert>): Placed => {
  const { box } = part.solid;
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
    toVoxel(box[n & 1] ?? 0, box[2 + ((n >> 1) & 1)] ?? 0, box[4 + (n >> 2)] ?? 0),
  );
  const extent = [0, 1, 2].flatMap((axis) => {
    const at = corners.map((corner) => corner[axis] ?? 0);
    return [Math.floor(Math.min(...at)) - 1, Math.ceil(Math.max(...at)) + 1];
  });
  return { ...part, extent };
};

const valueAt = (look: Looks[Tissue], x: number, y: number, z: number, seed: number): number => {
  const grainMm = look[2];
  return look[1] === 0 ? look[0] : look[0] + look[1] * noiseAt(x / grainMm, y / grainMm, z / grainMm, seed);
};

/** Paints a part into one plane at the (fractional) slice index k; adds its share to `cover` when given. */
const paintPart = (
  plane: Float32Array,
  canvas: Canvas,
  { solid, tissue, extent }: Placed,
  k: number,
  cover: Float32Array | null,
): void => {
  const { rows, columns, softMm, looks, textureSeed } = canvas;
  const [k0 = 0, k1 = 0, j0 = 0, j1 = 0, i0 = 0, i1 = 0] = extent;
  if (k < k0 || k > k1) return;
  const [ax, ay, az] = canvas.place;
  const look = looks[tissue];
  const { distance } = solid;
  const lastRow = Math.min(rows - 1, j1);
  const lastColumn = Math.min(columns - 1, i1);
  for (let j = Math.max(0, j0); j <= lastRow; j++) {
    for (let i = Math.max(0, i0); i <= lastColumn; i++) {
      const x = ax[0] * k + ax[1] * j + ax[2] * i + ax[3];
      const y = ay[0] * k + ay[1] * j + ay[2] * i + ay[3];
      const z = az[0] * k + az[1] * j + az[2] * i + az[3];
      const d = distance(x, y, z);
      const share = 0.5 - d / softMm;
      if (share <= 0) {
        // No surface is nearer than half the distance, however rough or stretched it is.
        i += Math.max(0, Math.floor(d / (2 * softMm) - 1));
        continue;
      }
      const alpha = share > 1 ? 1 : share;
      const at = j * columns + i;
      plane[at] = (plane[at] as number) * (1 - alpha) + alpha * valueAt(look, x, y, z, textureSeed);
      if (cover !== null) cover[at] = (cover[at] as number) + alpha;
    }
  }
};

const paintTrunk = (plane: Float32Array, canvas: Canvas, trunk: Trunk, k: number): void => {
  const { rows, columns, softMm, looks, textureSeed } = canvas;
  const [ax, ay, az] = canvas.place;
  let [value, x, y, z] = [0, 0, 0, 0];
  const layer = (tissue: Tissue, d: number): void => {
    const share = 0.5 - d / softMm;
    if (share <= 0) return;
    const alpha = share > 1 ? 1 : share;
    value = value * (1 - alpha) + alpha * valueAt(looks[tissue], x, y, z, textureSeed);
  };
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      x = ax[0] * k + ax[1] * j + ax[2] * i + ax[3];
      y = ay[0] * k + ay[1] * j + ay[2] * i + ay[3];
      z = az[0] * k + az[1] * j + az[2] * i + az[3];
      value = looks.air[0];
      trunk.layersAt(x, y, z, layer);
      plane[j * columns + i] = value;
    }
  }
};

type Layers = {
  readonly trunk: Trunk;
  readonly parts: readonly Placed[];
  readonly target: Placed;
  readonly inTarget: readonly Placed[];
};

const paintPlane = (
  plane: Float32Array,
  canvas: Canvas,
  { trunk, parts, target, inTarget }: Layers,
  k: number,
  cover: Float32Array,
): void => {
  paintTrunk(plane, canvas, trunk, k);
  for (const part of parts) paintPart(plane, canvas, part, k, null);
  paintPart(plane, canvas, target, k, cover);
  for (const part of inTarget) paintPart(plane, canvas, part, k, null);
};

/** Depths within a slice at which it is sampled; their mean is what a slice of some thickness shows. */
const depths = [-0.25, 0.25] as const;

/**
 * Intensities before noise, and 1 where at least half of a voxel is the target. Borders fade over a pixel in the plane,
 * and each slice is the mean of two planes.
 */
export const paintScene = (
  scene: Scene,
  grid: Grid,
  place: Placement,
  looks: Looks,
  textureSeed: number,
): { readonly values: Float32Array; readonly target: Uint8Array } => {
  const [slices, rows, columns] = grid.shape;
  const softMm = Math.max(grid.spacingMm[1], grid.spacingMm[2]);
  const canvas: Canvas = { rows, columns, softMm, textureSeed, looks, place };
  const toVoxel = invert(place);
  const layers: Layers = {
    trunk: scene.trunk,
    parts: scene.parts.map((part) => placed(part, toVoxel)),
    target: placed(scene.target, toVoxel),
    inTarget: scene.inTarget.map((part) => placed(part, toVoxel)),
  };
  const values = new Float32Array(voxelCount(grid.shape));
  const target = new Uint8Array(values.length);
  const plane = new Float32Array(rows * columns);
  const cover = new Float32Array(rows * columns);
  for (let k = 0; k < slices; k++) {
    const start = k * plane.length;
    cover.fill(0);
    for (const depth of depths) {
      paintPlane(plane, canvas, layers, k + depth, cover);
      for (let at = 0; at < plane.length; at++) {
        values[start + at] = (values[start + at] as number) + (plane[at] as number) / depths.length;
      }
    }
    for (let at = 0; at < plane.length; at++) target[start + at] = (cover[at] as number) >= 1 ? 1 : 0;
  }
  return { values, target };
};
