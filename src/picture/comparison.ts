import { mapZyx, type Zyx } from "../domain/axes.ts";
import type { Grid, Mask, Volume } from "../domain/grid.ts";
import {
  type Box,
  boundingBox,
  boxShape,
  copyWindow,
  cropped,
  type Voxels,
  whole,
} from "../geometry/strided.ts";
import { voxelToLps } from "../geometry/vector.ts";
import { withCaption } from "./caption.ts";
import type { Colour, Image } from "./image.ts";
import { keySlices } from "./keySlices.ts";
import { inReadingOrder, montage } from "./overview.ts";
import { drawOutlined } from "./slice.ts";
import { textScale } from "./text.ts";
import type { DisplayWindow } from "./window.ts";

/** Two colours that eyes with any colour vision tell apart (Okabe & Ito). */
export const comparisonColours: { readonly reference: Colour; readonly predicted: Colour } = {
  reference: [86, 180, 233],
  predicted: [230, 159, 0],
};

/** Anatomy around an organ by which a reader finds the way, mm. */
const surroundingsMm = 20;

/** Where either mask is in the slices, and its surroundings; the whole array where both are empty. */
const regionOf = (either: Mask): Box => {
  const { shape, spacingMm } = either.grid;
  const box = boundingBox(whole(either.voxels, shape));
  return mapZyx(shape, (length, axis) => {
    // All slices stay, so that their numbers are those of the image.
    const [from, to] = axis === 0 || box === null ? [0, length] : box[axis];
    const margin = Math.round(surroundingsMm / spacingMm[axis]);
    return [Math.max(0, from - margin), Math.min(length, to + margin)] as const;
  });
};

const croppedGrid = (grid: Grid, box: Box): Grid => {
  const [k, j, i] = mapZyx(box, ([from]) => from);
  return { ...grid, shape: boxShape(box), originLps: voxelToLps(grid, k, j, i) };
};

const croppedVoxels = <T extends Voxels>(voxels: T, shape: Zyx<number>, box: Box, into: T): T => {
  copyWindow(cropped(whole(voxels, shape), box), whole(into, boxShape(box)));
  return into;
};

export type ComparisonOptions = {
  readonly window: DisplayWindow;
  readonly caption: readonly string[];
  readonly tiles?: number;
  readonly tilePx?: number;
};

/**
 * Two masks of one image where they are, side by side in key slices: the reference's outline blue, the prediction's
 * orange above it. All three on one grid; throws INTERNAL otherwise.
 */
export const drawComparison = (
  volume: Volume,
  reference: Mask,
  predicted: Mask,
  { window, caption, tiles = 4, tilePx = 260 }: ComparisonOptions,
): Image => {
  const either: Mask = {
    grid: reference.grid,
    voxels: reference.voxels.map((voxel, at) => (voxel !== 0 || predicted.voxels[at] !== 0 ? 1 : 0)),
  };
  const box = regionOf(either);
  const grid = croppedGrid(volume.grid, box);
  const count = grid.shape[0] * grid.shape[1] * grid.shape[2];
  const crop = (mask: Mask): Mask => ({
    grid,
    voxels: croppedVoxels(mask.voxels, mask.grid.shape, box, new Uint8Array(count)),
  });
  const image: Volume = {
    grid,
    voxels: croppedVoxels(volume.voxels, volume.grid.shape, box, new Float32Array(count)),
  };
  const outlines = [
    { mask: crop(reference), colour: comparisonColours.reference },
    { mask: crop(predicted), colour: comparisonColours.predicted },
  ];
  const slices = inReadingOrder(keySlices(crop(either), tiles), grid);
  const drawn = slices.map((k) => drawOutlined(image, outlines, k, window, tilePx));
  return withCaption(montage(drawn, drawn.length, tilePx), caption, textScale(tilePx));
};
