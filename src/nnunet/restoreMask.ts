import { voxelCount } from "../domain/axes.ts";
import { failed } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";
import type { ExportResampling, Plan } from "../domain/plan.ts";
import { orientedWindow } from "../geometry/orient.ts";
import { withProbability } from "../geometry/probability.ts";
import { type Resampling, resample, resampleInto } from "../geometry/resample.ts";
import type { SplineOrder } from "../geometry/spline.ts";
import { cropped, permuted, type Strided, whole } from "../geometry/strided.ts";
import { removeSmallComponents } from "./postprocess.ts";
import { croppedShape, type History } from "./preprocess.ts";
import { separateAxis } from "./separateZ.ts";

const toSplineOrder = (order: number): SplineOrder => {
  if (order === 0 || order === 1 || order === 3) return order;
  throw failed("PLAN_INVALID", `Results cannot be resampled with order ${order}; 0, 1 and 3 can.`, { order });
};

/**
 * The target spacing enters in network axes although the array is back in source axes: nnU-Net compares them so, and with
 * a transposing plan that picks its axis.
 */
const exportResampling = (settings: ExportResampling, history: History, plan: Plan): Resampling => {
  const axis = separateAxis(settings.forceSeparateZ, history.spacingMm, plan.targetSpacingMm);
  const order = toSplineOrder(settings.order);
  return { order, separate: axis === null ? null : { axis, order: toSplineOrder(settings.orderZ) } };
};

/** The probability in source axes, still at the network's spacing. */
const transposedBack = (probability: Float32Array, history: History, plan: Plan): Strided => {
  if (probability.length !== voxelCount(history.networkShape)) {
    throw failed(
      "OUTPUT_INVALID",
      `${probability.length} probabilities do not fill the network grid of ${history.networkShape.join(" × ")}.`,
    );
  }
  return permuted(whole(probability, history.networkShape), plan.transposeBackward);
};

/**
 * Arg-max of (1 − p, p) as the original takes it: both channels are resampled in double precision and rounded to float32
 * before they are compared, and the foreground has to be strictly greater. Close to ½ the two roundings differ, so
 * thresholding the rounded p alone would not do.
 */
const takeForeground = (plane: Float64Array): void => {
  for (let i = 0; i < plane.length; i++) {
    const p = plane[i] as number;
    plane[i] = Math.fround(p) > Math.fround(1 - p) ? 1 : 0;
  }
};

/** The same decision with how sure it is: 128 to 255 for foreground, 0 to 127 for background. */
const takeProbability = (plane: Float64Array): void => {
  for (let i = 0; i < plane.length; i++) {
    const p = plane[i] as number;
    const level = Math.round(255 * p);
    plane[i] = Math.fround(p) > Math.fround(1 - p) ? Math.max(level, 128) : Math.min(level, 127);
  }
};

/**
 * Foreground probability on the cropped part of the oriented source array (`history.cropBox`), before any decision.
 * (z,y,x) float32. nnU-Net v1 `save_segmentation_nifti_from_softmax`, first half.
 */
export const restoreProbability = (probability: Float32Array, history: History, plan: Plan): Float32Array =>
  resample(
    transposedBack(probability, history, plan),
    croppedShape(history),
    exportResampling(plan.exportResampling, history, plan),
  );

/**
 * The mask on the source grid: probabilities brought back, decided, pasted into the uncropped array, freed of small
 * components, in the source's own orientation; with `keepProbability` the probability behind it too, which needs one
 * byte a voxel more. Throws OUTPUT_INVALID, PLAN_INVALID.
 * nnU-Net v1 `save_segmentation_nifti_from_softmax`, `remove_all_but_the_largest_connected_component`.
 */
export const restoreMask = (
  probability: Float32Array,
  history: History,
  plan: Plan,
  keepProbability = false,
): { mask: Mask } => {
  const grid = history.reorientation.sourceGrid;
  const restored = new Uint8Array(voxelCount(grid.shape));
  resampleInto(
    transposedBack(probability, history, plan),
    cropped(orientedWindow(restored, history.reorientation), history.cropBox),
    exportResampling(plan.exportResampling, history, plan),
    keepProbability ? takeProbability : takeForeground,
  );
  const voxels = keepProbability ? restored.map((level) => level >>> 7) : restored;
  const [z, y, x] = grid.spacingMm;
  removeSmallComponents(voxels, grid.shape, z * y * x, plan.postprocessing);
  return { mask: keepProbability ? withProbability({ grid, voxels }, restored) : { grid, voxels } };
};
