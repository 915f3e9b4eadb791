import { mapZyx } from "../domain/axes.ts";
import type { Grid, Mask } from "../domain/grid.ts";
import { orientedWindow, type Reorientation } from "../geometry/orient.ts";
import { boundingBox } from "../geometry/strided.ts";

/**
 * The square of a slice that a panel shows, in millimetres down and right from the outer corner of the slice's first
 * voxel, the axes those of the display. It may reach beyond the slice: there is nothing, and it is shown black.
 */
export type View = { readonly topMm: number; readonly leftMm: number; readonly sideMm: number };

const extentMm = ({ shape, spacingMm }: Grid): readonly [down: number, right: number] => [
  shape[1] * spacingMm[1],
  shape[2] * spacingMm[2],
];

const around = ([down, right]: readonly [number, number], sideMm: number): View => ({
  topMm: down - sideMm / 2,
  leftMm: right - sideMm / 2,
  sideMm,
});

/** The whole slice. */
export const fullView = (display: Grid): View => {
  const [down, right] = extentMm(display);
  return around([down / 2, right / 2], Math.max(down, right));
};

/** Anatomy around an organ by which a reader finds the way, mm. */
const surroundingsMm = 20;

/** Of the side, on each border: free of the organ, so that what is written there covers nothing of its outline. */
const border = 0.15;

/** A smaller square would show voxels rather than anatomy, mm. */
const leastMm = 60;

/**
 * The organ in all of its slices, its surroundings around it; the same square for every slice, so that they can be
 * compared. Null for an empty mask.
 */
export const zoomView = (mask: Mask, reorientation: Reorientation, display: Grid): View | null => {
  const box = boundingBox(orientedWindow(mask.voxels, reorientation));
  if (box === null) return null;
  const middle = mapZyx(box, ([from, to], axis) => ((from + to) / 2) * display.spacingMm[axis]);
  const sizes = mapZyx(box, ([from, to], axis) => (to - from) * display.spacingMm[axis]);
  const organMm = Math.max(sizes[1], sizes[2]);
  const sideMm = Math.max(organMm + 2 * surroundingsMm, organMm / (1 - 2 * border), leastMm);
  return around([middle[1], middle[2]], sideMm);
};

/** Lengths that a bar may stand for, mm. */
const barLengthsMm = [1, 2, 5, 10, 20, 50, 100, 200] as const;

/** The longest round length of at most a third of a panel, and how many pixels it takes there. */
export const scaleBar = (
  { sideMm }: View,
  sizePx: number,
): { readonly text: string; readonly widthPx: number } => {
  const mm = barLengthsMm.findLast((length) => length <= sideMm / 3) ?? 1;
  return { text: `${mm} mm`, widthPx: Math.round((mm * sizePx) / sideMm) };
};
