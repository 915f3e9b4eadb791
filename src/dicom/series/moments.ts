import { FailureError } from "../../domain/failure.ts";
import type { Located } from "./describe.ts";
import { mixed, type Reason } from "./mixed.ts";
import { type Distances, judgePasses } from "./passes.ts";
import { heightsAlong } from "./positions.ts";
import {
  areWoven,
  asStack,
  continues,
  haveOneDistance,
  leastSlices,
  overlap,
  type Placed,
  pairsOf,
  type Stack,
  sharePositions,
  spacingOf,
} from "./shares.ts";
import { type Groups, isAlone, type Split } from "./splitCollisions.ts";
import { sharesOf } from "./valuesAlong.ts";

/**
 * What another value of an attribute means, where values alternate along the stack:
 *
 * - `moment`: by the standard another volume. Where the values are no volumes, the series is refused.
 * - `kind`: another volume too, but good series have it unevenly. Where the values are no volumes, it says nothing.
 * - `pass`: another volume, or another pass over one (concatenations, packages, odd and even slices). What the slices
 *   cover decides.
 * - `unnamed`: nobody knows. Where what the slices cover tells of several volumes, they are refused.
 */
type Row = {
  readonly name: string;
  readonly means: "moment" | "kind" | "pass" | "unnamed";
  /** Each value may cover a stretch of its own. Else all have as many slices, and one that has fewer has lost some. */
  readonly hasOwnRange: boolean;
  /** The scanner fits it to each slice, or writes it of some slices alone: values in no order tell nothing. */
  readonly mayScatter?: true;
  /** People type it, or it tells when somebody was examined: parts are named after its number. */
  readonly isNumbered?: true;
};

/**
 * What may make images of one orientation several volumes although few or none of them share a position: another
 * moment, another acquisition, another kind of image. Everything about it stands in this table; see the README of this
 * folder for where each row comes from. In the order of what they are worth: where a time point lacks a slice, its time
 * does not make it a volume.
 */
const rows: readonly Row[] = [
  { name: "TemporalPositionIdentifier", means: "moment", hasOwnRange: false },
  { name: "ContrastBolusAgentPhase", means: "moment", hasOwnRange: true },
  { name: "AcquisitionContrast", means: "moment", hasOwnRange: false },
  { name: "StackID", means: "moment", hasOwnRange: true },
  { name: "EchoNumbers", means: "moment", hasOwnRange: false },
  { name: "EchoTime", means: "moment", hasOwnRange: false },
  { name: "InversionTime", means: "moment", hasOwnRange: false, mayScatter: true },
  { name: "FlipAngle", means: "moment", hasOwnRange: false, mayScatter: true },
  { name: "DiffusionBValue", means: "moment", hasOwnRange: false },
  { name: "ConvolutionKernel", means: "moment", hasOwnRange: true },
  { name: "KVP", means: "moment", hasOwnRange: true },
  { name: "ReconstructedKind", means: "moment", hasOwnRange: true, mayScatter: true },
  { name: "ContrastBolusAgent", means: "pass", hasOwnRange: true },
  { name: "TriggerTime", means: "pass", hasOwnRange: false },
  { name: "AcquisitionNumber", means: "pass", hasOwnRange: true },
  { name: "AcquisitionTime", means: "pass", hasOwnRange: true },
];

/** Asked only where no two images share a position: copies of one image may differ in these too. */
const rowsOfLoneImages: readonly Row[] = [
  { name: "PatientPosition", means: "kind", hasOwnRange: true },
  { name: "PixelDataCharacteristics", means: "kind", hasOwnRange: true },
  { name: "ScanOptions", means: "pass", hasOwnRange: true },
  { name: "FilterType", means: "pass", hasOwnRange: true },
  { name: "GantryDetectorTilt", means: "pass", hasOwnRange: true },
  { name: "SliceThickness", means: "pass", hasOwnRange: true },
  { name: "SequenceName", means: "pass", hasOwnRange: true, isNumbered: true },
  { name: "ProtocolName", means: "pass", hasOwnRange: true, isNumbered: true },
  { name: "SeriesDescription", means: "pass", hasOwnRange: true, isNumbered: true },
  { name: "ContrastBolusStartTime", means: "pass", hasOwnRange: true, isNumbered: true },
  { name: "SeriesTime", means: "pass", hasOwnRange: true, isNumbered: true },
  { name: "ContentTime", means: "pass", hasOwnRange: true },
];

/** Of CT: two counts that alternate in space are never one reconstruction of overlapping slices. */
const rowsOfCounts: readonly Row[] = ["DimensionIndexValues", "InstanceNumber"].map((name) => ({
  name,
  means: "unnamed",
  hasOwnRange: true,
  isNumbered: true,
}));

/** Whatever else the headers say, a row each. */
const unnamedRows = (placed: readonly Placed<Located>[]): readonly Row[] => {
  const named = new Set([...rows, ...rowsOfLoneImages].map(({ name }) => name));
  const keywords = new Set(placed.flatMap(({ image }) => Object.keys(image.kept)));
  return [...keywords]
    .filter((name) => !named.has(name))
    .sort()
    .map((name) => ({ name, means: "unnamed", hasOwnRange: true, isNumbered: true }));
};

/**
 * The images of each value of the attributes that are moments of one range, where each has as many images: what such an
 * image is of stands fast before it is known where it lies, and its position may be rounded otherwise than that of others.
 */
export const sharesByMoments = <T extends Located>(images: readonly T[]): readonly Split<T>[] =>
  rows
    .filter(({ means, hasOwnRange }) => means === "moment" && !hasOwnRange)
    .flatMap(({ name }) => {
      const shares = sharesOf(
        name,
        true,
        images.map((image) => ({ image, place: 0, positionMm: 0 })),
      );
      const counts = new Set(shares?.map(({ placed }) => placed.length));
      if (shares === null || counts.size > 1) return [];
      return [
        shares.map(({ value, placed }) => ({
          keys: { [name]: value },
          images: placed.map(({ image }) => image),
        })),
      ];
    });

/** Time points and echoes of one acquisition have as many slices each, all at one distance, and share no position. */
const areAlike = <T>(stacks: readonly Stack<T>[]): boolean =>
  haveOneDistance(stacks) &&
  new Set(stacks.map(({ placed }) => placed.length)).size === 1 &&
  !pairsOf(stacks).some(([a, b]) => sharePositions(a, b));

/** What even stacks are of which each has another value: volumes, nothing, or why they are refused. */
const judge = <T extends Located>(
  { means }: Row,
  stacks: readonly Stack<T>[],
  distances: Distances,
): "volumes" | Reason | null => {
  const pairs = pairsOf(stacks);
  const areSlabs = pairs.some(([a, b]) => continues(a, b));
  if (means === "moment") return areSlabs ? "moment" : "volumes";
  const areBetween = pairs.some(([a, b]) => overlap(a, b) && !sharePositions(a, b));
  if (!areBetween) return areSlabs ? null : "volumes";
  if (means === "kind" && !areSlabs) return "volumes";
  const images = stacks.flatMap(({ placed }) => placed.map(({ image }) => image));
  // Passes over one volume have one distance.
  const verdict = haveOneDistance(stacks) ? judgePasses(images, distances) : "several";
  if (verdict === "several" && areSlabs) return "slabs";
  if (verdict === "several") return means === "unnamed" ? "unnamed" : "volumes";
  return verdict === "unknown" && means === "pass" && !areSlabs ? "pass" : null;
};

/**
 * What one attribute makes of a stack: volumes, a refusal, or nothing. It makes volumes of values that are an even
 * stack each and cover the same stretch, unless they may be passes over one volume; blocks that follow each other are
 * one volume always.
 */
const byRow = <T extends Located>(
  row: Row,
  placed: readonly Placed<T>[],
  togetherMm: number | null,
): Split<T> | FailureError | null => {
  const { name, means } = row;
  const shares = sharesOf(name, row.isNumbered !== true, placed);
  if (shares === null) return null;
  const large = shares.filter((share) => share.placed.length >= leastSlices);
  if (!pairsOf(large).some(([a, b]) => overlap(a, b))) return null;
  const stacks = shares.flatMap(asStack);
  const areStacks = stacks.length === shares.length && (row.hasOwnRange || areAlike(stacks));
  const distances = { aloneMm: Math.max(...stacks.map(({ spacingMm }) => spacingMm)), togetherMm };
  const found = areStacks ? judge(row, stacks, distances) : means === "moment" ? "moment" : null;
  if (found === "volumes")
    return stacks.map(({ value, placed: own }) => ({
      keys: { [name]: value },
      images: own.map(({ image }) => image),
    }));
  if (found !== "moment") return found && mixed(name, found, shares, distances);
  // An even stack with one image at each position is one unless its values lie by turns: no two lose each other's slices.
  const isWhole = togetherMm !== null && !pairsOf(shares).some(([a, b]) => sharePositions(a, b));
  if (row.mayScatter && !areStacks && isWhole && !areWoven(large, togetherMm)) return null;
  return shares.every(({ isStated }) => isStated) ? mixed(name, found, shares, null) : null;
};

/**
 * The moments, acquisitions or kinds of image of which one would-be volume consists, by the first row of the table that
 * has anything to say; null where it is one volume for all that the headers say. Throws MIXED_ACQUISITIONS where several
 * alternate along the stack and cannot be taken apart, or may be one volume as well.
 */
export const splitByMoments = <T extends Located>(groups: Groups<T>): Split<T> | null => {
  const [reference] = groups.flat();
  if (reference === undefined) return null;
  const heightOf = heightsAlong(reference);
  const placed = groups.flatMap((group, place) =>
    group.map((image) => ({ image, place, positionMm: heightOf(image) })),
  );
  const togetherMm = spacingOf(groups.flatMap((group) => group.slice(0, 1)).map(heightOf));
  const asked = isAlone(groups)
    ? [...rows, ...rowsOfLoneImages, ...unnamedRows(placed), ...rowsOfCounts]
    : rows;
  for (const row of asked) {
    const found = byRow(row, placed, togetherMm);
    if (found instanceof FailureError) throw found;
    if (found !== null) return found;
  }
  return null;
};
