import { type Lps, lps, type Zyx, zyx } from "../../domain/axes.ts";
import type { Grid } from "../../domain/grid.ts";
import type { ModelClass } from "../../domain/plan.ts";
import { add, scale } from "../../geometry/vector.ts";
import { type Pose, rounded } from "./pose.ts";
import type { Random } from "./random.ts";
import type { Trunk } from "./trunk.ts";

export type StackOptions = {
  /** Slices, rows, columns. */
  readonly shape?: Zyx<number>;
  readonly spacingMm?: Zyx<number>;
  /** Axial unless given. */
  readonly axes?: Zyx<Lps>;
};

const axialAxes = zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0));

const stacks: Readonly<
  Record<ModelClass, { slices: readonly [number, number]; mm: readonly [number, number] }>
> = {
  CT: { slices: [56, 80], mm: [2.5, 3.2] },
  T1: { slices: [52, 72], mm: [2.6, 3.6] },
  T2: { slices: [48, 56], mm: [3.6, 4.6] },
};

/** Planes around the trunk as a scanner of the class takes them; what is not given is drawn. */
export const makeGrid = (
  random: Random,
  modelClass: ModelClass,
  options: StackOptions,
  trunk: Trunk,
  pose: Pose,
): Grid => {
  const { slices, mm } = stacks[modelClass];
  const side = random.pick([192, 208, 224, 240, 256]);
  const drawn = zyx(Math.round(random.between(...slices)), side, side);
  const shape = options.shape ?? drawn;
  const fieldMm = 2 * trunk.halfWidth * pose.scale[0] * random.between(1.06, 1.14);
  const pixelMm = rounded(fieldMm / shape[2], 4);
  const drawnSpacing = zyx(rounded(random.between(...mm), 1), pixelMm, pixelMm);
  const spacingMm = options.spacingMm ?? drawnSpacing;
  const axes = options.axes ?? axialAxes;
  const corner = ([0, 1, 2] as const).reduce(
    (point, n) => add(point, scale(axes[n], -0.5 * (shape[n] - 1) * spacingMm[n])),
    pose.middleLps,
  );
  return {
    shape,
    spacingMm,
    axes,
    originLps: lps(rounded(corner[0], 3), rounded(corner[1], 3), rounded(corner[2], 3)),
  };
};
