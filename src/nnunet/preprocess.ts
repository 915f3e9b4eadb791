import { mapZyx, voxelCount, type Zyx } from "../domain/axes.ts";
import type { Volume } from "../domain/grid.ts";
import type { Plan } from "../domain/plan.ts";
import { fillHoles } from "../geometry/components.ts";
import { orientedGrid, orientedWindow, planOrientation, type Reorientation } from "../geometry/orient.ts";
import { permute } from "../geometry/permute.ts";
import { type Resampling, resample, resampleInto } from "../geometry/resample.ts";
import {
  type Box,
  boundingBox,
  boxShape,
  copyWindow,
  cropped,
  permuted,
  type Strided,
  whole,
} from "../geometry/strided.ts";
import { normalise } from "./normalise.ts";
import { roundHalfEven } from "./roundHalfEven.ts";
import { separateAxis } from "./separateZ.ts";

/** What was done to the volume, in the order of doing; enough to bring a result back to the source grid. */
export type History = {
  readonly reorientation: Reorientation;
  /** Spacing of the oriented array, mm. */
  readonly spacingMm: Zyx<number>;
  /** The part of the oriented array that the network sees. */
  readonly cropBox: Box;
  /** Shape after transposing and resampling, network axes. */
  readonly networkShape: Zyx<number>;
};

export type NetworkInput = {
  readonly shape: Zyx<number>;
  /** Normalised intensities, network axes (z,y,x), C order. */
  readonly voxels: Float32Array;
  readonly history: History;
};

/** A stack thinner than half a target voxel keeps one: a volume never vanishes. */
const targetShape = (shape: Zyx<number>, fromMm: Zyx<number>, toMm: Zyx<number>): Zyx<number> =>
  mapZyx(shape, (length, axis) => Math.max(1, roundHalfEven((fromMm[axis] / toMm[axis]) * length)));

/** Cavities do not change this box, so they need no filling here. An array of zeros is kept whole. */
const nonzeroBox = (window: Strided): Box =>
  boundingBox(window) ?? mapZyx(window.shape, (length) => [0, length] as const);

/** 1 where the source is not 0 or a cavity in it, on the network grid: linear resampling of both labels, halves inside. */
const nonzeroMask = (window: Strided, shape: Zyx<number>, separate: number | null): Uint8Array => {
  const voxels = new Float32Array(voxelCount(window.shape));
  copyWindow(window, whole(voxels, window.shape));
  const filled = fillHoles(
    Uint8Array.from(voxels, (value) => (value === 0 ? 0 : 1)),
    window.shape,
  );
  const inside = new Uint8Array(voxelCount(shape));
  const linear: Resampling = { order: 1, separate: separate === null ? null : { axis: separate, order: 0 } };
  resampleInto(whole(filled, window.shape), whole(inside, shape), linear, (plane) => {
    for (let i = 0; i < plane.length; i++) plane[i] = (plane[i] as number) >= 0.5 ? 1 : 0;
  });
  return inside;
};

/**
 * The volume as the network wants it: oriented, cropped to what is not 0, transposed, resampled and normalised.
 * Network axes (z,y,x); the history brings results back.
 * nnU-Net v1 `GenericPreprocessor.preprocess_test_case`, `ImageCropper.crop`.
 */
export const preprocess = (volume: Volume, plan: Plan): NetworkInput => {
  const { reorientation } = planOrientation(volume.grid, plan.orientation);
  const { spacingMm } = orientedGrid(reorientation);
  const oriented = orientedWindow(volume.voxels, reorientation);
  const cropBox = nonzeroBox(oriented);
  const source = permuted(cropped(oriented, cropBox), plan.transposeForward);

  const sourceMm = permute(spacingMm, plan.transposeForward);
  const shape = targetShape(source.shape, sourceMm, plan.targetSpacingMm);
  const separate = separateAxis(null, sourceMm, plan.targetSpacingMm);
  const voxels = resample(source, shape, {
    order: 3,
    separate: separate === null ? null : { axis: separate, order: 0 },
  });

  const inside = plan.useMaskForNorm ? nonzeroMask(source, shape, separate) : null;
  normalise(voxels, plan.normalization, inside);
  return { shape, voxels, history: { reorientation, spacingMm, cropBox, networkShape: shape } };
};

/** Shape of the cropped array in oriented axes: what `restoreProbability` fills. */
export const croppedShape = (history: History): Zyx<number> => boxShape(history.cropBox);
