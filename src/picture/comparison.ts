import type { Grid, Mask, Volume } from "../domain/grid.ts";
import { orientedGrid } from "../geometry/orient.ts";
import { marginPx, textColour } from "./annotate.ts";
import { withCaption } from "./caption.ts";
import type { Colour, Image } from "./image.ts";
import { keySlices } from "./keySlices.ts";
import { sliceNumber, slicePosition } from "./label.ts";
import { drawMark, type Sheet, textMark } from "./mark.ts";
import { inReadingOrder, montage } from "./overview.ts";
import { planDisplay } from "./plane.ts";
import { drawPanel } from "./slice.ts";
import { capHeight, textScale } from "./text.ts";
import { zoomView } from "./view.ts";
import type { DisplayWindow } from "./window.ts";

/** Two colours that eyes with any colour vision tell apart (Okabe & Ito). */
export const comparisonColours: { readonly reference: Colour; readonly predicted: Colour } = {
  reference: [86, 180, 233],
  predicted: [230, 159, 0],
};

export type ComparisonOptions = {
  readonly window: DisplayWindow;
  readonly caption: readonly string[];
  readonly tiles?: number;
  readonly tilePx?: number;
};

/** The panel with the number of its slice, and where that lies. */
const labelled = (panel: Sheet, grid: Grid, k: number): Sheet => {
  const scale = textScale(panel.width) - 1;
  const low = panel.height - marginPx - capHeight(scale);
  const marks = [
    textMark(sliceNumber(grid, k), [marginPx, marginPx], scale, textColour),
    textMark(slicePosition(grid, k), [marginPx, low], scale, textColour),
  ];
  for (const mark of marks) drawMark(panel, mark);
  return { ...panel, marks: [...panel.marks, ...marks] };
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
  const display = planDisplay(volume.grid);
  const view = zoomView(either, display, orientedGrid(display)) ?? undefined;
  const outlines = [
    { mask: reference, colour: comparisonColours.reference },
    { mask: predicted, colour: comparisonColours.predicted },
  ];
  const slices = inReadingOrder(keySlices(either, tiles), volume.grid);
  const drawn = slices.map((k) =>
    labelled(drawPanel(volume, outlines, k, { window, sizePx: tilePx, view }), volume.grid, k),
  );
  return withCaption(montage(drawn, drawn.length, 2), caption, textScale(tilePx));
};
