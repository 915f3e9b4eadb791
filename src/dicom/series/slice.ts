import { type Lps, lps } from "../../domain/axes.ts";
import { failed } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import { farthestMm, spacingLimitsMm } from "../../geometry/gridFault.ts";
import { cross, dot, norm, normalise } from "../../geometry/vector.ts";
import { number, numbers, text } from "../file/header.ts";

/** Where the pixels of one image lie in the patient. */
export type Slice = {
  readonly sopInstanceUid: string;
  readonly rows: number;
  readonly columns: number;
  /** Between rows and between columns (PixelSpacing[0] and [1]), mm. */
  readonly rowSpacingMm: number;
  readonly columnSpacingMm: number;
  /** Centre of the first pixel. */
  readonly positionLps: Lps;
  /** Unit vector along a row, i.e. towards higher column indices. */
  readonly alongRow: Lps;
  /** Unit vector down a column, perpendicular to `alongRow`. */
  readonly alongColumn: Lps;
  /** How far the header's direction cosines are from unit length, as a share. */
  readonly lengthError: number;
  /** Empty when absent. */
  readonly frameOfReferenceUid: string;
  /** Never used for geometry, only compared with it and for a lone slice. */
  readonly spacingBetweenSlicesMm: number | null;
  readonly sliceThicknessMm: number | null;
};

/** Cosine of the angle between row and column; directions that stray further from a right angle describe no plane. */
const cosineTolerance = 0.02;
/** Directions of any length are directions (G6), but for those that may be rounded zeros. */
const leastLength = 0.01;

const triple = (values: readonly number[], from: number): Lps | null => {
  const [a, b, c] = values.slice(from, from + 3);
  return a === undefined || b === undefined || c === undefined ? null : lps(a, b, c);
};

type Axes = Pick<Slice, "alongRow" | "alongColumn" | "lengthError">;

const orientation = (values: readonly number[]): Axes | null => {
  const row = triple(values, 0);
  const column = triple(values, 3);
  if (values.length !== 6 || row === null || column === null) return null;
  const lengths = [norm(row), norm(column)];
  if (lengths.some((length) => !(length >= leastLength))) return null;
  const alongRow = normalise(row);
  if (Math.abs(dot(alongRow, normalise(column))) > cosineTolerance) return null;
  const normal = normalise(cross(alongRow, column));
  const lengthError = Math.max(...lengths.map((length) => Math.abs(length - 1)));
  return { alongRow, alongColumn: cross(normal, alongRow), lengthError };
};

/** The attributes without which there is no geometry (G7), by what is wrong with them. */
const missingAttributes = (header: Header): readonly string[] => {
  const spacing = numbers(header, "PixelSpacing");
  const faults: Readonly<Record<string, boolean>> = {
    ImagePositionPatient: numbers(header, "ImagePositionPatient").length !== 3,
    ImageOrientationPatient: orientation(numbers(header, "ImageOrientationPatient")) === null,
    PixelSpacing: spacing.length !== 2 || spacing.some((mm) => mm <= 0),
    Rows: (number(header, "Rows") ?? 0) < 1,
    Columns: (number(header, "Columns") ?? 0) < 1,
  };
  return Object.keys(faults).filter((keyword) => faults[keyword]);
};

/** The geometry of one header, or the keywords that are missing or malformed. Never a default in their place. */
export const readSlice = (header: Header): Slice | { readonly missing: readonly string[] } => {
  const positionLps = triple(numbers(header, "ImagePositionPatient"), 0);
  const axes = orientation(numbers(header, "ImageOrientationPatient"));
  const [rowSpacingMm, columnSpacingMm] = numbers(header, "PixelSpacing");
  const missing = missingAttributes(header);
  if (
    missing.length > 0 ||
    positionLps === null ||
    axes === null ||
    rowSpacingMm === undefined ||
    columnSpacingMm === undefined
  ) {
    return { missing };
  }
  return {
    sopInstanceUid: text(header, "SOPInstanceUID") ?? "",
    rows: number(header, "Rows") ?? 0,
    columns: number(header, "Columns") ?? 0,
    rowSpacingMm,
    columnSpacingMm,
    positionLps,
    ...axes,
    frameOfReferenceUid: text(header, "FrameOfReferenceUID") ?? "",
    spacingBetweenSlicesMm: number(header, "SpacingBetweenSlices"),
    sliceThicknessMm: number(header, "SliceThickness"),
  };
};

type Readable = { readonly sopInstanceUid: string; readonly slice: ReturnType<typeof readSlice> };

type Odd = {
  readonly sopInstanceUid: string;
  readonly attribute: string;
  readonly valuesMm: readonly number[];
};

/** What no scanner writes though it is a number: a slip of a converter, not a place in a patient. */
const oddMeasures = ({ sopInstanceUid, ...slice }: Slice): readonly Odd[] => {
  const pixelMm = [slice.rowSpacingMm, slice.columnSpacingMm];
  const { least, most } = spacingLimitsMm;
  return [
    ...(pixelMm.every((mm) => mm >= least && mm <= most)
      ? []
      : [{ sopInstanceUid, attribute: "PixelSpacing", valuesMm: pixelMm }]),
    ...(slice.positionLps.every((mm) => Math.abs(mm) <= farthestMm)
      ? []
      : [{ sopInstanceUid, attribute: "ImagePositionPatient", valuesMm: [...slice.positionLps] }]),
  ];
};

const requirePlausible = (slices: readonly Slice[]): void => {
  const odd = slices.flatMap(oddMeasures);
  const [first] = odd;
  if (first === undefined) return;
  const { attribute, valuesMm } = first;
  const same = odd.filter((other) => other.attribute === attribute);
  throw failed(
    "GEOMETRY_IMPLAUSIBLE",
    `${same.length} of ${slices.length} images have a ${attribute} that no image of a patient has, such as ${valuesMm.join(", ")} mm.`,
    { sopInstanceUids: same.map(({ sopInstanceUid }) => sopInstanceUid).sort(), attribute, valuesMm },
  );
};

/**
 * Every object's slice. Throws NO_GEOMETRY naming the instances and attributes when one has none, GEOMETRY_IMPLAUSIBLE
 * with the numbers when one has values beyond all measure.
 */
export const requireGeometry = <T extends Readable>(
  objects: readonly T[],
): readonly (T & { slice: Slice })[] => {
  const without = objects.flatMap(({ slice, sopInstanceUid }) =>
    "missing" in slice ? [{ sopInstanceUid, missing: slice.missing }] : [],
  );
  if (without.length > 0) {
    const attributes = [...new Set(without.flatMap(({ missing }) => missing))].sort();
    throw failed(
      "NO_GEOMETRY",
      `${without.length} of ${objects.length} images lack a usable ${attributes.join(", ")}.`,
      { sopInstanceUids: without.map(({ sopInstanceUid }) => sopInstanceUid).sort(), attributes },
    );
  }
  const located = objects as readonly (T & { slice: Slice })[];
  requirePlausible(located.map(({ slice }) => slice));
  return located;
};
