import { counted } from "../../domain/counted.ts";
import { failed } from "../../domain/failure.ts";
import type { Warning } from "../../domain/warning.ts";
import { norm, subtract } from "../../geometry/vector.ts";
import type { Located } from "./describe.ts";
import { mostSamePositionMm } from "./positions.ts";

/** As far apart as images of one position may lie (see `groupByPosition`). */
const samePointMm = mostSamePositionMm;

export const ambiguous = (images: readonly Located[], why: string): Error =>
  failed("AMBIGUOUS_POSITIONS", `${images.length} images ${why}.`, {
    sopInstanceUids: [...new Set(images.map(({ sopInstanceUid }) => sopInstanceUid))].sort(),
    positionsLps: images.map(({ slice }) => [...slice.positionLps]),
  });

const isSamePoint = (a: Located, b: Located): boolean =>
  norm(subtract(a.slice.positionLps, b.slice.positionLps)) < samePointMm;

const identityOf = ({ sopInstanceUid, frameNumber }: Located): string =>
  `${sopInstanceUid} ${frameNumber ?? ""}`;

/** Digest of the stored pixels of one image; null where only headers are at hand. */
export type DigestOf<T> = ((image: T) => string) | null;

/** The one to keep, the same whatever the order of arrival. */
const smallest = <T extends Located>(images: readonly T[], digestOf: DigestOf<T>): T | undefined => {
  if (images.length < 2) return images[0];
  const keyed = images.map((image) => [`${identityOf(image)} ${digestOf?.(image) ?? ""}`, image] as const);
  return keyed.toSorted(([a], [b]) => (a < b ? -1 : a === b ? 0 : 1))[0]?.[1];
};

/**
 * Each image once: what was sent twice under one name is one image (G11). Throws AMBIGUOUS_POSITIONS when one name
 * stands for images at different positions.
 */
export const keepOnePerName = <T extends Located>(
  images: readonly T[],
  digestOf: DigestOf<T>,
): readonly T[] => {
  const byName = Map.groupBy(images, identityOf);
  return [...byName.values()].flatMap((sent) => {
    const [first] = sent;
    if (first !== undefined && sent.some((image) => !isSamePoint(image, first)))
      throw ambiguous(sent, "bear one SOPInstanceUID but lie at different positions");
    return smallest(sent, digestOf) ?? [];
  });
};

/** All that is said of an image but its name and number. */
const saidOf = ({ traits }: Located): string => JSON.stringify({ ...traits, instanceNumber: null });

/**
 * Images of one position without those that equal another in their pixels and in everything by which volumes are told
 * apart: a phase may well have the pixels of another where both are empty. Without pixels all stay.
 */
export const dropLikeCopies = <T extends Located>(
  group: readonly T[],
  digestOf: DigestOf<T>,
): readonly T[] => {
  if (group.length < 2 || digestOf === null) return group;
  const alike = Map.groupBy(group, (image) => `${digestOf(image)} ${saidOf(image)}`);
  return [...alike.values()].flatMap((images) => dropCopies(images, digestOf));
};

/** Copies with identical pixels under other names count once too, where they are all of a position (G11). */
export const dropCopies = <T extends Located>(group: readonly T[], digestOf: DigestOf<T>): readonly T[] => {
  const [first] = group;
  if (group.length < 2 || first === undefined || digestOf === null) return group;
  const isCopy = (other: T): boolean => isSamePoint(other, first) && digestOf(other) === digestOf(first);
  if (!group.every(isCopy)) return group;
  const survivor = smallest(group, digestOf);
  return survivor === undefined ? [] : [survivor];
};

export const duplicateWarning = <T extends Located>(
  all: readonly T[],
  kept: readonly T[],
): readonly Warning[] => {
  const dropped = all.length - kept.length;
  if (dropped === 0) return [];
  const survivors = new Set<T>(kept);
  return [
    {
      code: "DUPLICATE_DROPPED",
      sentence: `${counted(dropped, "duplicate instance was", "duplicate instances were")} left out.`,
      details: {
        sopInstanceUids: all
          .filter((image) => !survivors.has(image))
          .map(({ sopInstanceUid }) => sopInstanceUid)
          .sort(),
      },
    },
  ];
};
