import { counted } from "../../domain/counted.ts";
import { failed } from "../../domain/failure.ts";
import { noRepairs, type Repairs } from "../../domain/series.ts";
import type { Warning } from "../../domain/warning.ts";

/** Position along the normal, mm, with the image that lies there. */
export type Station = { readonly sopInstanceUid: string; readonly positionMm: number };

/** S1: rounding of decimal strings. S2: jitter that real scanners write and the mean grid absorbs. */
const exactTolerance = (spacingMm: number): number => Math.max(0.01, 0.01 * spacingMm);
const jitterTolerance = (spacingMm: number): number => Math.max(0.01, Math.min(0.25, 0.05 * spacingMm));

/** Whether one slice distance is another but for the jitter of real scanners (S2), mm. */
export const closeWithin = (mm: number, otherMm: number): boolean =>
  Math.abs(mm - otherMm) <= jitterTolerance(otherMm);

const gapsOf = (stations: readonly Station[]): readonly number[] =>
  stations.slice(1).map(({ positionMm }, i) => positionMm - (stations[i]?.positionMm ?? Number.NaN));

const spacingOf = (stations: readonly Station[]): number =>
  ((stations.at(-1)?.positionMm ?? 0) - (stations[0]?.positionMm ?? 0)) / (stations.length - 1);

/** How far the stations stray from even distances between the first and the last, mm. */
const residualOf = (stations: readonly Station[]): number => {
  const [first = 0, spacingMm] = [stations[0]?.positionMm, spacingOf(stations)];
  return Math.max(...stations.map(({ positionMm }, k) => Math.abs(positionMm - first - k * spacingMm)));
};

const rounded = (mm: number): number => Number(mm.toFixed(4));

type Fit = { readonly spacingMm: number; readonly warnings: readonly Warning[] };

type Hole = { readonly afterUid: string; readonly beforeUid: string; readonly missing: number };

type Holes = {
  readonly baseMm: number;
  readonly holes: readonly Hole[];
  /** Whether at least half of the gaps have none. */
  readonly isException: boolean;
};

/** A base gap that is the exception explains no wider gaps than these; it would fit any. */
const mostMultiples = 3;

/**
 * The holes of a stack whose gaps are whole multiples of one base gap (S3 against S5). Null when they are not, and when
 * none of them is more than the base gap: such a stack has no holes, but strays.
 */
const findHoles = (stations: readonly Station[]): Holes | null => {
  const gaps = gapsOf(stations);
  const smallest = Math.min(...gaps);
  const multiples = gaps.map((gap) => Math.round(gap / smallest));
  const baseMm = gaps.reduce((a, b) => a + b, 0) / multiples.reduce((a, b) => a + b, 0);
  const fits = gaps.every(
    (gap, i) => Math.abs(gap - (multiples[i] ?? 0) * baseMm) <= jitterTolerance(baseMm),
  );
  const single = multiples.filter((multiple) => multiple === 1).length;
  const isException = single * 2 >= gaps.length;
  const widest = Math.max(...multiples);
  if (!fits || widest < 2 || (!isException && widest > mostMultiples)) return null;
  // A base gap that asks for more slices than there are is no slice distance, but how far two stacks are shifted.
  if (multiples.reduce((a, b) => a + b, 0) - gaps.length > stations.length) return null;
  const holes = multiples.flatMap((multiple, i) =>
    multiple > 1
      ? [
          {
            afterUid: stations[i]?.sopInstanceUid ?? "",
            beforeUid: stations[i + 1]?.sopInstanceUid ?? "",
            missing: multiple - 1,
          },
        ]
      : [],
  );
  return { baseMm, holes, isException };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const interpolated = ({ baseMm, holes }: Holes): Fit => {
  const sentence = `${counted(holes.length, "missing slice was", "missing slices were")} interpolated for the network; the mask has none there.`;
  return { spacingMm: baseMm, warnings: [{ code: "SLICES_INTERPOLATED", sentence, details: { holes } }] };
};

/** More stacks than this that lie between each other's slices are seen as gaps without any order. */
const mostStacks = 4;

/**
 * In how many even stacks of at least three slices the stations lie by turns, shifted against each other; null where in
 * none.
 */
const stacksByTurns = (stations: readonly Station[]): readonly (readonly Station[])[] | null => {
  for (let count = 2; count <= mostStacks && stations.length >= 3 * count; count++) {
    const stacks = Array.from({ length: count }, (_, rank) => stations.filter((__, k) => k % count === rank));
    if (stacks.every((stack) => residualOf(stack) <= exactTolerance(spacingOf(stack)))) return stacks;
  }
  return null;
};

/** The spacing on which a stack is put that a repair allows, with what is done to it; null where none does (S3, S5). */
const repaired = (stations: readonly Station[], repairs: Repairs): Fit | null => {
  const found = findHoles(stations);
  if (found !== null) {
    const isIsolated = found.holes.every(({ missing }) => missing === 1);
    const isAllowed = found.holes.length <= repairs.missingSlices && isIsolated;
    // Holes at regular places may be none: then slices of one moment would be laid between those of another.
    if (isAllowed && stacksByTurns(stations) === null) return interpolated(found);
    // Where most gaps are wide, that is how the stack was made.
    if (found.isException) return null;
  }
  if (!repairs.variableSpacing) return null;
  const gaps = gapsOf(stations);
  const details = { leastMm: rounded(Math.min(...gaps)), mostMm: rounded(Math.max(...gaps)) };
  const sentence = `Slice distances of ${details.leastMm} to ${details.mostMm} mm were made even for the network.`;
  return { spacingMm: median(gaps), warnings: [{ code: "GAPS_RESAMPLED", sentence, details }] };
};

const refuseStacks = (stations: readonly Station[], stacks: readonly (readonly Station[])[]): never => {
  const gaps = gapsOf(stations);
  const slices = stacks.map(({ length }) => length);
  const apartMm = spacingOf(stacks[0] ?? []);
  const shiftsMm = gaps.slice(0, stacks.length - 1).map(rounded);
  const said = `${apartMm.toFixed(3)} mm apart each and shifted by ${shiftsMm.map((mm) => mm.toFixed(3)).join(" and ")} mm`;
  throw failed(
    "NON_UNIFORM_SPACING",
    findHoles(stations) === null
      ? `The slices are ${stacks.length} even stacks of ${slices.join(" and ")} slices, ${said}; nothing in the headers tells which slice belongs to which.`
      : `The slice distances repeat every ${stacks.length} slices: either slices are missing at regular places, or these are ${stacks.length} stacks of ${slices.join(" and ")} slices, ${said}; nothing in the headers tells which.`,
    { slices, spacingMm: rounded(apartMm), shiftsMm },
  );
};

/** So many holes side by side, of one width, are how a stretch was made. */
const holesInARow = 3;

/** Whether holes are so many, or so regular, that the slices of another acquisition explain them as well. */
const isDoubtful = (stations: readonly Station[], { holes }: Holes): boolean => {
  const missing = holes.reduce((sum, hole) => sum + hole.missing, 0);
  const isRow = (_: Hole, n: number): boolean => {
    const row = holes.slice(n, n + holesInARow);
    return (
      row.length === holesInARow &&
      row.every(({ afterUid, missing: own }, k) => {
        const before = row[k - 1];
        return before === undefined || (before.beforeUid === afterUid && before.missing === own);
      })
    );
  };
  return 2 * missing > stations.length || holes.some(isRow);
};

const refuseHoles = (stations: readonly Station[], found: Holes): never => {
  const gaps = gapsOf(stations).map(rounded);
  const missing = found.holes.reduce((sum, hole) => sum + hole.missing, 0);
  const [slices, places] = [counted(missing, "slice is", "slices are"), counted(found.holes.length, "place")];
  throw failed(
    "MISSING_SLICES",
    isDoubtful(stations, found)
      ? `The slices lie ${Math.min(...gaps).toFixed(3)} mm apart here and ${Math.max(...gaps).toFixed(3)} mm there: either ${slices} missing at ${places}, or they are of several acquisitions.`
      : `${slices} missing at ${places}; the others lie ${found.baseMm.toFixed(3)} mm apart.`,
    {
      sopInstanceUids: found.holes.flatMap(({ afterUid, beforeUid }) => [afterUid, beforeUid]),
      holes: found.holes,
      spacingMm: rounded(found.baseMm),
      gapsMm: gaps,
    },
  );
};

const refuse = (stations: readonly Station[], residualMm: number): never => {
  const stacks = stacksByTurns(stations);
  if (stacks !== null) refuseStacks(stations, stacks);
  const found = findHoles(stations);
  if (found !== null) refuseHoles(stations, found);
  const gaps = gapsOf(stations);
  const [least, most] = [Math.min(...gaps), Math.max(...gaps)];
  const typical = median(gaps);
  const odd = stations.filter(
    (_, i) => i > 0 && Math.abs((gaps[i - 1] ?? 0) - typical) > jitterTolerance(typical),
  );
  throw failed(
    "NON_UNIFORM_SPACING",
    `The slice distance varies from ${least.toFixed(3)} to ${most.toFixed(3)} mm; no uniform grid fits within ${residualMm.toFixed(3)} mm.`,
    {
      sopInstanceUids: odd.map(({ sopInstanceUid }) => sopInstanceUid),
      gapsMm: gaps.map(rounded),
      residualMm: rounded(residualMm),
    },
  );
};

/**
 * Slice distance of at least two stations in ascending order, mm, measured over the whole stack so that jitter does
 * not add up; with a warning when there is jitter. Throws MISSING_SLICES, NON_UNIFORM_SPACING.
 */
export const fitSpacing = (stations: readonly Station[], repairs: Repairs = noRepairs): Fit => {
  const spacingMm = spacingOf(stations);
  const residualMm = residualOf(stations);
  if (residualMm <= exactTolerance(spacingMm)) return { spacingMm, warnings: [] };
  if (residualMm > jitterTolerance(spacingMm))
    return repaired(stations, repairs) ?? refuse(stations, residualMm);
  const jitter: Warning = {
    code: "SPACING_JITTER",
    sentence: `Slice positions stray by up to ${residualMm.toFixed(3)} mm from a grid of ${spacingMm.toFixed(4)} mm.`,
    details: { residualMm: rounded(residualMm), spacingMm: rounded(spacingMm) },
  };
  return { spacingMm, warnings: [jitter] };
};
