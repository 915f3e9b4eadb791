import { zyx } from "../../domain/axes.ts";
import { counted } from "../../domain/counted.ts";
import { FailureError, failed, makeFailure } from "../../domain/failure.ts";
import type { Grid } from "../../domain/grid.ts";
import { noRepairs, type Repairs } from "../../domain/series.ts";
import type { Warning } from "../../domain/warning.ts";
import { dot, norm, scale, subtract } from "../../geometry/vector.ts";
import { byIdentity, type Located } from "./describe.ts";
import { orientationDifference } from "./partition.ts";
import { heightsAlong, normalOf, samePositionMm } from "./positions.ts";
import type { Slice } from "./slice.ts";
import { fitSpacing } from "./spacing.ts";

/** Slabs that are thinner rarely hold a whole pancreas (S11). */
const shortCoverageMm = 80;

/**
 * Slices of one orientation in ascending order of their position along row × column (G1, G2), those at one position in
 * one group (G12), and a warning for noisy orientations (G6). Positions come from ImagePositionPatient alone.
 */
export const groupByPosition = <T extends Located>(
  images: readonly T[],
): { readonly groups: readonly (readonly T[])[]; readonly warnings: readonly Warning[] } => {
  const [reference] = images.toSorted(byIdentity);
  if (reference === undefined) throw failed("NO_IMAGES", "The series is empty.");
  const along = heightsAlong(reference);
  const sorted = images.toSorted((a, b) => along(a) - along(b) || byIdentity(a, b));
  const toleranceMm = samePositionMm(sorted.map(along));
  const groups: T[][] = [];
  for (const image of sorted) {
    const open = groups.at(-1);
    const [first] = open ?? [];
    if (open !== undefined && first !== undefined && along(image) - along(first) < toleranceMm)
      open.push(image);
    else groups.push([image]);
  }
  return { groups, warnings: orientationNoise(images, reference) };
};

/** Less is not worth a word. */
const noiseLevel = 1e-4;

const orientationNoise = (images: readonly Located[], reference: Located): readonly Warning[] => {
  const largest = Math.max(...images.map(({ slice }) => orientationDifference(slice, reference.slice)));
  const lengthError = Math.max(...images.map(({ slice }) => slice.lengthError));
  const findings = [
    ...(largest > noiseLevel ? [`vary by ${largest.toExponential(1)} between slices`] : []),
    ...(lengthError > noiseLevel ? [`are off unit length by ${lengthError.toExponential(1)}`] : []),
  ];
  if (findings.length === 0) return [];
  return [
    {
      code: "ORIENTATION_NOISE",
      sentence: `The direction cosines ${findings.join(" and ")}.`,
      details: { largestDifference: largest, lengthError },
    },
  ];
};

/** Whether all slices begin on one straight line: a tilted gantry shears evenly, anything else has another reason. */
const isStraight = (slices: readonly Slice[], first: Slice, toleranceMm: number): boolean => {
  const last = subtract(slices.at(-1)?.positionLps ?? first.positionLps, first.positionLps);
  const direction = scale(last, 1 / norm(last));
  return slices.every(({ positionLps }) => {
    const step = subtract(positionLps, first.positionLps);
    return norm(subtract(step, scale(direction, dot(step, direction)))) <= toleranceMm;
  });
};

/** S6: how far the positions leave the normal through the first one; GantryDetectorTilt is often absent or wrong. */
const checkShear = (slices: readonly Slice[], first: Slice, mayRepair: boolean): readonly Warning[] => {
  const normal = normalOf(first);
  const offsets = slices.map(({ positionLps }) => {
    const step = subtract(positionLps, first.positionLps);
    const height = dot(step, normal);
    return { height, driftMm: Math.sqrt(Math.max(0, norm(step) ** 2 - height ** 2)) };
  });
  const worst = offsets.reduce((a, b) => (b.driftMm > a.driftMm ? b : a));
  const toleranceMm = Math.max(1, 0.5 * Math.max(first.rowSpacingMm, first.columnSpacingMm));
  if (worst.driftMm <= toleranceMm) return [];
  const angle = (Math.atan2(worst.driftMm, worst.height) * 180) / Math.PI;
  const isLine = isStraight(slices, first, toleranceMm);
  if (mayRepair && isLine)
    return [
      {
        code: "TILT_RESAMPLED",
        sentence: `The stack is sheared by ${angle.toFixed(1)}°; it was straightened for the network and the mask sheared back.`,
        details: { angleDegrees: Number(angle.toFixed(3)), driftMm: Number(worst.driftMm.toFixed(3)) },
      },
    ];
  const sopInstanceUids = slices
    .filter((_, k) => (offsets[k]?.driftMm ?? 0) > toleranceMm)
    .map(({ sopInstanceUid }) => sopInstanceUid);
  const driftMm = Number(worst.driftMm.toFixed(3));
  if (!isLine)
    throw new FailureError(
      makeFailure(
        "GANTRY_TILT",
        `The slices do not lie above each other, nor on a slope: they stray sideways by up to ${worst.driftMm.toFixed(1)} mm.`,
        { driftMm, sopInstanceUids },
        "Send the slices of each acquisition, at one place of the table, as a series of its own.",
      ),
    );
  throw failed(
    "GANTRY_TILT",
    `The stack is sheared by ${angle.toFixed(1)}°: slices drift ${worst.driftMm.toFixed(1)} mm off the normal.`,
    {
      angleDegrees: Number(angle.toFixed(3)),
      driftMm,
      sopInstanceUids,
    },
  );
};

/** A lone slice has no distance to a neighbour; its thickness is the best guess for a picture of one plane. */
const loneSpacing = ({ sliceThicknessMm }: Slice): number =>
  sliceThicknessMm !== null && sliceThicknessMm > 0 ? sliceThicknessMm : 1;

const tagDisagreement = (slices: readonly Slice[], spacingMm: number): readonly Warning[] => {
  const tagged = slices.find(({ spacingBetweenSlicesMm }) => spacingBetweenSlicesMm !== null);
  const tagMm = Math.abs(tagged?.spacingBetweenSlicesMm ?? spacingMm);
  if (Math.abs(tagMm - spacingMm) <= Math.max(0.01, 0.01 * spacingMm)) return [];
  return [
    {
      code: "SPACING_TAG_DISAGREES",
      sentence: `SpacingBetweenSlices says ${tagMm} mm, the positions ${spacingMm.toFixed(4)} mm; the positions count.`,
      details: { tagMm, spacingMm },
    },
  ];
};

const coverage = (slices: number, spacingMm: number): readonly Warning[] => {
  const coverageMm = slices * spacingMm;
  if (coverageMm >= shortCoverageMm) return [];
  return [
    {
      code: "SHORT_COVERAGE",
      sentence: `The stack covers ${coverageMm.toFixed(1)} mm; the pancreas may be cut off.`,
      details: { coverageMm: Number(coverageMm.toFixed(3)) },
    },
  ];
};

/**
 * The grid of slices that are alone at their positions and in ascending order: x along a row with PixelSpacing[1], y
 * down a column with PixelSpacing[0] (G5), z along row × column. What a repair allows becomes a warning, and the grid
 * is nominal. Throws GANTRY_TILT, MISSING_SLICES, NON_UNIFORM_SPACING.
 */
export const buildGrid = (
  slices: readonly Slice[],
  repairs: Repairs = noRepairs,
): { readonly grid: Grid; readonly warnings: readonly Warning[] } => {
  const [first] = slices;
  if (first === undefined) throw failed("NO_IMAGES", "The series is empty.");
  const sheared = checkShear(slices, first, repairs.gantryTilt);
  const normal = normalOf(first);
  const stations = slices.map(({ sopInstanceUid, positionLps }) => ({
    sopInstanceUid,
    positionMm: dot(positionLps, normal),
  }));
  const isLone = slices.length === 1;
  const fit = isLone ? { spacingMm: loneSpacing(first), warnings: [] } : fitSpacing(stations, repairs);
  const grid: Grid = {
    shape: zyx(slices.length, first.rows, first.columns),
    spacingMm: zyx(fit.spacingMm, first.rowSpacingMm, first.columnSpacingMm),
    originLps: first.positionLps,
    axes: zyx(normal, first.alongColumn, first.alongRow),
  };
  const warnings = [
    ...sheared,
    ...fit.warnings,
    ...(isLone ? [] : tagDisagreement(slices, fit.spacingMm)),
    ...coverage(slices.length, fit.spacingMm),
  ];
  return { grid, warnings };
};

/** Throws TOO_FEW_SLICES (S8). */
export const requireSlices = (count: number, minSlices: number): void => {
  if (count >= minSlices) return;
  throw failed(
    "TOO_FEW_SLICES",
    `The series has ${counted(count, "slice")}; at least ${minSlices} are needed.`,
    {
      slices: count,
      minSlices,
    },
  );
};
