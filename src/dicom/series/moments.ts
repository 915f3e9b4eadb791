import { FailureError, failed } from "../../domain/failure.ts";
import type { Located } from "./describe.ts";
import { type Distances, judgePasses } from "./passes.ts";
import { heightsAlong } from "./positions.ts";
import {
  asStack,
  continues,
  isEven,
  leastSlices,
  overlap,
  type Placed,
  pairsOf,
  type Share,
  sharePositions,
  spacingOf,
} from "./shares.ts";
import { compare, type Groups, type Split, safe, type Value } from "./splitCollisions.ts";
import type { TraitName } from "./traits.ts";

/**
 * What may make images of one orientation several volumes although few or none of them share a position: another
 * moment, another acquisition, another kind of image. Everything about it stands in this table; see the README of this
 * folder for where each row comes from.
 */
type Row = {
  readonly name: TraitName | "AcquisitionTime";
  /**
   * By the standard other values are another volume. Else they may also be passes over one volume (concatenations,
   * packages, odd and even slices), and what the slices cover decides.
   */
  readonly isCertain: boolean;
  /** Each value may cover a stretch of its own. Else all have as many slices, and one that has fewer has lost some. */
  readonly hasOwnRange: boolean;
};

/** In the order of what they are worth: where a time point lacks a slice, its time does not make it a volume. */
const rows: readonly Row[] = [
  { name: "TemporalPositionIdentifier", isCertain: true, hasOwnRange: false },
  { name: "ContrastBolusAgentPhase", isCertain: true, hasOwnRange: true },
  { name: "AcquisitionContrast", isCertain: true, hasOwnRange: false },
  { name: "StackID", isCertain: true, hasOwnRange: true },
  { name: "EchoNumbers", isCertain: true, hasOwnRange: false },
  { name: "EchoTime", isCertain: true, hasOwnRange: false },
  { name: "InversionTime", isCertain: true, hasOwnRange: false },
  { name: "FlipAngle", isCertain: true, hasOwnRange: false },
  { name: "DiffusionBValue", isCertain: true, hasOwnRange: false },
  { name: "ConvolutionKernel", isCertain: true, hasOwnRange: true },
  { name: "KVP", isCertain: true, hasOwnRange: true },
  { name: "ReconstructedKind", isCertain: true, hasOwnRange: true },
  { name: "ContrastBolusAgent", isCertain: false, hasOwnRange: true },
  { name: "TriggerTime", isCertain: false, hasOwnRange: false },
  { name: "AcquisitionNumber", isCertain: false, hasOwnRange: true },
  { name: "AcquisitionTime", isCertain: false, hasOwnRange: true },
];

/** The number of the run of times to which an image belongs: runs are parted by the widest pauses. */
const runsOf = (images: readonly Located[]): ((image: Located) => Value) => {
  const known = images.map(({ traits }) => traits.acquisitionSeconds);
  const times = [...new Set(known.filter((seconds) => seconds !== null))].toSorted((a, b) => a - b);
  const pauses = times.slice(1).map((seconds, n) => seconds - (times[n] ?? 0));
  const widest = Math.max(0, ...pauses);
  const starts = times.filter((_, n) => n > 0 && (pauses[n - 1] ?? 0) >= widest / 2);
  return ({ traits: { acquisitionSeconds } }) =>
    acquisitionSeconds === null ? null : 1 + starts.filter((start) => start <= acquisitionSeconds).length;
};

/** The images by what one attribute says; null where it says nothing of some, or the same of all. */
const sharesOf = <T extends Located>(
  name: Row["name"],
  placed: readonly Placed<T>[],
): readonly Share<T>[] | null => {
  const read =
    name === "AcquisitionTime"
      ? runsOf(placed.map(({ image }) => image))
      : ({ traits }: Located): Value => traits.values[name];
  const byValue = Map.groupBy(placed, ({ image }) => read(image));
  if (byValue.size < 2 || byValue.has(null)) return null;
  return [...byValue]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([value, own]) => ({ value: safe(value), placed: own }));
};

const mixed = <T extends Located>(
  { name, isCertain }: Row,
  shares: readonly Share<T>[],
  distances: Distances | null,
): FailureError => {
  const images = shares.flatMap(({ placed }) => placed.map(({ image }) => image));
  const slices = shares.map(({ placed }) => placed.length);
  const thicknessMm = images[0]?.slice.sliceThicknessMm ?? null;
  const apart =
    distances === null
      ? ""
      : `, ${distances.aloneMm.toFixed(3)} mm apart each${distances.togetherMm === null ? "" : ` and ${distances.togetherMm.toFixed(3)} mm together`}`;
  const why = isCertain
    ? "taken apart they are no even stacks of as many slices"
    : `with slices of ${thicknessMm === null ? "unknown thickness" : `${thicknessMm} mm`} they may be one volume or several`;
  return failed(
    "MIXED_ACQUISITIONS",
    `${shares.length} values of ${name} alternate along the stack (${slices.join(" and ")} images${apart}); ${why}.`,
    {
      attribute: name,
      slices,
      ...distances,
      sliceThicknessMm: thicknessMm,
      sopInstanceUids: images.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    },
  );
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
  const shares = sharesOf(row.name, placed);
  if (shares === null) return null;
  const large = shares.filter((share) => share.placed.length >= leastSlices);
  if (!pairsOf(large).some(([a, b]) => overlap(a, b))) return null;
  const stacks = shares.flatMap(asStack);
  const pairs = pairsOf(stacks);
  const areVolumes =
    stacks.length === shares.length &&
    (row.hasOwnRange || (isEven(stacks) && !pairs.some(([a, b]) => sharePositions(a, b)))) &&
    !pairs.some(([a, b]) => continues(a, b));
  if (!areVolumes) return row.isCertain ? mixed(row, shares, null) : null;
  const split = stacks.map(({ value, placed: own }) => ({
    keys: { [row.name]: value },
    images: own.map(({ image }) => image),
  }));
  const areBetween = pairs.some(([a, b]) => overlap(a, b) && !sharePositions(a, b));
  if (row.isCertain || !areBetween) return split;
  const distances = { aloneMm: Math.max(...stacks.map(({ spacingMm }) => spacingMm)), togetherMm };
  const verdict = judgePasses(
    placed.map(({ image }) => image),
    distances,
  );
  if (verdict === "several") return split;
  return verdict === "one" || togetherMm === null ? null : mixed(row, shares, distances);
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
  for (const row of rows) {
    const found = byRow(row, placed, togetherMm);
    if (found instanceof FailureError) throw found;
    if (found !== null) return found;
  }
  return null;
};
