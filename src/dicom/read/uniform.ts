import { type FailureCode, failed } from "../../domain/failure.ts";
import type { Warning } from "../../domain/warning.ts";
import type { Slice } from "./slice.ts";

/** Cosines that differ more belong to different stacks; less than the noise level is not worth a word (G6). */
const orientationTolerance = 1e-3;
const orientationNoise = 1e-4;
/** Relative: 0.04 mm over a field of view of 400 mm. */
const pixelSpacingTolerance = 1e-4;

const orientationDifference = (a: Slice, b: Slice): number => {
  const [p, q] = [a, b].map(({ alongRow, alongColumn }) => [...alongRow, ...alongColumn]);
  return Math.max(...(p ?? []).map((cosine, i) => Math.abs(cosine - (q?.[i] ?? Number.NaN))));
};

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= pixelSpacingTolerance * Math.max(a, b);

const sameShape = (a: Slice, b: Slice): boolean =>
  a.rows === b.rows &&
  a.columns === b.columns &&
  isClose(a.rowSpacingMm, b.rowSpacingMm) &&
  isClose(a.columnSpacingMm, b.columnSpacingMm);

/** De-identifiers remove the UID from some objects; only two different ones contradict each other. */
const sameSpace = (a: Slice, b: Slice): boolean =>
  a.frameOfReferenceUid === "" ||
  b.frameOfReferenceUid === "" ||
  a.frameOfReferenceUid === b.frameOfReferenceUid;

const uids = (slices: readonly Slice[]): readonly string[] =>
  slices.map(({ sopInstanceUid }) => sopInstanceUid).sort();

const refuseOutliers = (
  slices: readonly Slice[],
  isSame: (slice: Slice) => boolean,
  code: FailureCode,
  sentence: (outliers: number) => string,
  measured: (slice: Slice) => unknown,
): void => {
  const outliers = slices.filter((slice) => !isSame(slice));
  if (outliers.length === 0) return;
  throw failed(code, sentence(outliers.length), {
    sopInstanceUids: uids(outliers),
    values: [...new Set(slices.map((slice) => JSON.stringify(measured(slice))))].sort(),
  });
};

const byUid = (a: Slice, b: Slice): number => (a.sopInstanceUid < b.sopInstanceUid ? -1 : 1);

/** The slice that all others are compared with; the same one in whatever order they come. */
export const referenceSlice = (slices: readonly Slice[]): Slice => {
  const [reference] = [...slices].sort(byUid);
  if (reference === undefined) throw failed("NO_IMAGES", "The series is empty.");
  return reference;
};

/** Two or three images in as many directions are a scout whatever their ImageType says (X1). */
const isScout = (slices: readonly Slice[]): boolean => slices.length <= 3;

/**
 * That all slices share matrix, pixel spacing, frame of reference and orientation; a warning for noisy orientations.
 * Throws MIXED_SHAPE, MIXED_FRAME_OF_REFERENCE, MIXED_ORIENTATION, LOCALIZER.
 */
export const checkUniform = (unordered: readonly Slice[]): readonly Warning[] => {
  const slices = [...unordered].sort(byUid);
  const reference = referenceSlice(slices);
  const total = slices.length;
  const differences = slices.map((slice) => orientationDifference(slice, reference));
  refuseOutliers(
    slices,
    (slice) => orientationDifference(slice, reference) <= orientationTolerance,
    isScout(slices) ? "LOCALIZER" : "MIXED_ORIENTATION",
    (n) =>
      `${n} of ${total} images are oriented otherwise than the first, by up to ${Math.max(...differences).toFixed(4)}.`,
    ({ alongRow, alongColumn }) => [...alongRow, ...alongColumn].map((cosine) => Number(cosine.toFixed(3))),
  );
  refuseOutliers(
    slices,
    (slice) => sameShape(slice, reference),
    "MIXED_SHAPE",
    (n) => `${n} of ${total} images differ in matrix or pixel spacing from the first.`,
    ({ rows, columns, rowSpacingMm, columnSpacingMm }) => ({ rows, columns, rowSpacingMm, columnSpacingMm }),
  );
  const named = slices.find(({ frameOfReferenceUid }) => frameOfReferenceUid !== "") ?? reference;
  refuseOutliers(
    slices,
    (slice) => sameSpace(slice, named),
    "MIXED_FRAME_OF_REFERENCE",
    (n) => `${n} of ${total} images lie in another frame of reference.`,
    ({ frameOfReferenceUid }) => frameOfReferenceUid,
  );
  const noise = Math.max(...differences);
  if (noise <= orientationNoise) return [];
  return [
    {
      code: "ORIENTATION_NOISE",
      sentence: `The direction cosines vary by ${noise.toExponential(1)} between slices.`,
      details: { largestDifference: noise },
    },
  ];
};
