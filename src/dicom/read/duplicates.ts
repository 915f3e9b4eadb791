import { failed } from "../../domain/failure.ts";
import type { Warning } from "../../domain/warning.ts";
import { norm, subtract } from "../../geometry/vector.ts";
import type { Slice } from "./slice.ts";

/** One image with the means to compare its pixels with another's. */
export type Candidate = {
  readonly slice: Slice;
  /** Digest of the stored pixel data; asked for only where two images compete for one position. */
  readonly pixelDigest: () => string;
};

const samePointMm = 0.01;

const ambiguous = (slices: readonly Slice[], why: string): Error =>
  failed("AMBIGUOUS_POSITIONS", `${slices.length} images ${why}.`, {
    sopInstanceUids: [...new Set(slices.map(({ sopInstanceUid }) => sopInstanceUid))].sort(),
    positionsLps: slices.map(({ positionLps }) => [...positionLps]),
  });

const isSamePoint = (a: Slice, b: Slice): boolean =>
  norm(subtract(a.positionLps, b.positionLps)) < samePointMm;

/** The one to keep, the same whatever the order of arrival. */
const smallest = <T extends Candidate>(candidates: readonly T[]): T | undefined => {
  const key = ({ slice, pixelDigest }: T): string => `${slice.sopInstanceUid} ${pixelDigest()}`;
  return candidates.length < 2
    ? candidates[0]
    : candidates
        .map((candidate) => [key(candidate), candidate] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1))[0]?.[1];
};

/** One instance sent twice is one image; the same name at two places is a contradiction. */
const keepOnePerUid = <T extends Candidate>(candidates: readonly T[]): readonly T[] => {
  const byUid = Map.groupBy(candidates, ({ slice }) => slice.sopInstanceUid);
  return [...byUid.values()].flatMap((sent) => {
    const [first] = sent;
    if (first !== undefined && sent.some(({ slice }) => !isSamePoint(slice, first.slice))) {
      throw ambiguous(
        sent.map(({ slice }) => slice),
        "bear one SOPInstanceUID but lie at different positions",
      );
    }
    return smallest(sent) ?? [];
  });
};

const keepOnePerPosition = <T extends Candidate>(group: readonly T[]): readonly T[] => {
  if (group.length < 2) return group;
  const [first] = group;
  const isSame = (other: T): boolean =>
    first !== undefined &&
    isSamePoint(other.slice, first.slice) &&
    other.pixelDigest() === first.pixelDigest();
  if (!group.every(isSame)) return group;
  const survivor = smallest(group);
  return survivor === undefined ? [] : [survivor];
};

/**
 * One image for each position: instances sent twice and copies with identical pixels are dropped with a warning (G11).
 * Throws AMBIGUOUS_POSITIONS for different pixels at one position (G12), naming every contested image.
 */
export const dropDuplicates = <T extends Candidate>(
  candidates: readonly T[],
  group: (candidates: readonly T[]) => readonly (readonly T[])[],
): { readonly kept: readonly T[]; readonly warnings: readonly Warning[] } => {
  const groups = group(keepOnePerUid(candidates)).map(keepOnePerPosition);
  const contested = groups.filter(({ length }) => length > 1);
  if (contested.length > 0) {
    throw ambiguous(
      contested.flat().map(({ slice }) => slice),
      `share ${contested.length} of ${groups.length} positions`,
    );
  }
  const kept = groups.flat();
  const dropped = candidates.length - kept.length;
  if (dropped === 0) return { kept, warnings: [] };
  const survivors = new Set<T>(kept);
  const warning: Warning = {
    code: "DUPLICATE_DROPPED",
    sentence: `${dropped} duplicate instances were left out.`,
    details: {
      sopInstanceUids: candidates
        .filter((candidate) => !survivors.has(candidate))
        .map(({ slice }) => slice.sopInstanceUid)
        .sort(),
    },
  };
  return { kept, warnings: [warning] };
};
