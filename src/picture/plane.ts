import { zyx } from "../domain/axes.ts";
import type { Grid } from "../domain/grid.ts";
import { planOrientation, type Reorientation } from "../geometry/orient.ts";

/** Which patient axis (0 S, 1 P, 2 L) runs down and which to the right, and whether down is the feet. */
const layouts = [
  { down: 1, right: 2, isUpright: false }, // axial: anterior on top, the patient's right on the left
  { down: 0, right: 2, isUpright: true }, // coronal: head on top, the patient's right on the left
  { down: 0, right: 1, isUpright: true }, // sagittal: head on top, anterior on the left
] as const;

/**
 * How the slices of a grid lie on a screen, as radiologists expect them: the oriented axes are slice (in the array's own
 * order), down and right. Axes are exchanged and turned, never interpolated; which anatomical plane it is follows from
 * the axis that the array's slices are stacked along.
 */
export const planDisplay = (grid: Grid): Reorientation => {
  const { axes, flips } = planOrientation(grid, "LPS").reorientation;
  const stacked = axes.indexOf(0) as 0 | 1 | 2;
  const { down, right, isUpright } = layouts[stacked];
  return {
    sourceGrid: grid,
    axes: zyx(0, axes[down], axes[right]),
    flips: zyx(false, flips[down] !== isUpright, flips[right]),
  };
};
