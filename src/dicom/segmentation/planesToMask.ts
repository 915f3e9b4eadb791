import { type Lps, zyx } from "../../domain/axes.ts";
import { failed } from "../../domain/failure.ts";
import type { Grid, Mask } from "../../domain/grid.ts";
import { gapsOf, gridPlanes, isOnLattice, isSheared, stackOf } from "../../geometry/stack.ts";
import { cross, dot, normalise } from "../../geometry/vector.ts";
import { placeVoxels } from "./placeVoxels.ts";
import type { SegPlanes } from "./readSegPlanes.ts";

/** Frames nearer to each other than this lie in one plane, mm. */
const samePlaneMm = 1e-3;

/** First voxels of the planes that there are, each once, ascending along the normal. */
const distinctPlanes = (seg: SegPlanes, normal: Lps): readonly Lps[] =>
  seg.planes
    .map(({ positionLps }) => positionLps)
    .sort((a, b) => dot(a, normal) - dot(b, normal))
    .filter((plane, n, all) => n === 0 || dot(plane, normal) - dot(all[n - 1] as Lps, normal) > samePlaneMm);

/**
 * Distance of the source's slices: the writer's word where the frames' gaps are whole multiples of it, else the smallest
 * gap. Null where neither is known.
 */
const latticeSpacingMm = ({ sliceSpacingMm }: SegPlanes, heights: readonly number[]): number | null => {
  const gaps = gapsOf(heights);
  const smallest = gaps.length === 0 ? null : Math.min(...gaps);
  if (smallest === null || sliceSpacingMm === null || !(sliceSpacingMm > 0))
    return smallest ?? sliceSpacingMm;
  const multiple = smallest / sliceSpacingMm;
  const isWhole = Math.round(multiple) >= 1 && Math.abs(multiple - Math.round(multiple)) < 0.05;
  return isWhole ? smallest / Math.round(multiple) : smallest;
};

/**
 * The stored voxels on the smallest regular grid that holds the stored planes, in the source's own rows and columns;
 * planes between them, which a sparse segmentation leaves out, are empty. Throws NO_GEOMETRY where nothing tells the
 * distance of slices, NON_UNIFORM_SPACING and GANTRY_TILT where no regular grid holds the planes.
 */
export const planesToMask = (seg: SegPlanes): Mask => {
  const [alongRow, alongColumn] = seg.imageOrientation;
  const normal = normalise(cross(alongRow, alongColumn));
  const planes = distinctPlanes(seg, normal);
  const heights = planes.map((plane) => dot(plane, normal));
  const spacing = latticeSpacingMm(seg, heights);
  const [first] = planes;
  if (first === undefined) throw failed("NO_GEOMETRY", "The segmentation holds no frame of the segment.");
  if (spacing === null || !(spacing > 0))
    throw failed("NO_GEOMETRY", "One frame alone, and no SpacingBetweenSlices tells the distance of slices.");
  const stacked: Grid = {
    shape: zyx(planes.length, seg.rows, seg.columns),
    spacingMm: zyx(spacing, seg.pixelSpacingMm[0], seg.pixelSpacingMm[1]),
    originLps: first,
    axes: zyx(normal, normalise(alongColumn), normalise(alongRow)),
  };
  const stack = stackOf(stacked, planes);
  if (isSheared(stack)) throw failed("GANTRY_TILT", "The frames of the segmentation are a sheared stack.");
  const span = (heights.at(-1) ?? 0) - (heights[0] ?? 0);
  const slices = Math.round(span / spacing) + 1;
  const evenMm = slices > 1 ? span / (slices - 1) : spacing;
  if (!isOnLattice({ ...stack, spacingMm: zyx(evenMm, stacked.spacingMm[1], stacked.spacingMm[2]) }))
    throw failed("NON_UNIFORM_SPACING", "The frames of the segmentation do not lie on even slices.", {
      heightsMm: heights,
    });
  const grid: Grid = {
    ...stacked,
    shape: zyx(slices, seg.rows, seg.columns),
    spacingMm: zyx(evenMm, stacked.spacingMm[1], stacked.spacingMm[2]),
  };
  const { voxels, offGrid } = placeVoxels(seg, stackOf(grid, gridPlanes(grid)));
  if (offGrid > 0)
    throw failed("NON_UNIFORM_SPACING", `${offGrid} voxels lie beside the segmentation's even slices.`, {
      offGrid,
    });
  return { grid, voxels };
};
