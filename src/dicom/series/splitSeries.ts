import { counted } from "../../domain/counted.ts";
import { type Failure, FailureError, failed } from "../../domain/failure.ts";
import type { Grid } from "../../domain/grid.ts";
import type { Repairs } from "../../domain/series.ts";
import type { Warning } from "../../domain/warning.ts";
import { requireAll } from "./announced.ts";
import { attempt } from "./attempt.ts";
import { buildGrid, groupByPosition, requireSlices } from "./buildGrid.ts";
import { byIdentity, type Located } from "./describe.ts";
import { ambiguous, type DigestOf, duplicateWarning, keepOnePerName } from "./duplicates.ts";
import { sharesByMoments, splitByMoments } from "./moments.ts";
import { orientationDifference, partition } from "./partition.ts";
import { refusePieces } from "./pieces.ts";
import { heightsAlong } from "./positions.ts";
import { remembered, requirePositions, resolveCollisions } from "./resolveCollisions.ts";
import { closeWithin } from "./spacing.ts";
import { isAlone } from "./splitCollisions.ts";

/** What may be one volume of a series. */
export type SeriesPart<T> = {
  /** Names the part within its series, e.g. "ImageType=WATER,EchoTime=2.46"; "" where the series is one volume. */
  readonly id: string;
  /** What tells it from the other parts. */
  readonly keys: Readonly<Record<string, string>>;
  /** Ascending along row × column, one for each plane; all of them where there is a failure. */
  readonly images: readonly T[];
  /** Null where there is a failure, and where only the pixels can tell copies from contradictions. */
  readonly grid: Grid | null;
  readonly failure: Failure | null;
  readonly warnings: readonly Warning[];
};

export type SeriesParts<T> = {
  readonly parts: readonly SeriesPart<T>[];
  /** Of the series as a whole. */
  readonly warnings: readonly Warning[];
};

export type SplitOptions<T> = {
  readonly minSlices: number;
  readonly repairs: Repairs;
  readonly digestOf: DigestOf<T>;
  /** Images of the series that are no slices, and count where the scanner announces a number. */
  readonly others?: number;
};

type Keys = Readonly<Record<string, string>>;

type PartOptions<T> = SplitOptions<T> & {
  /** Throws INCOMPLETE_RETRIEVAL for every part of a series of which the scanner announces more than is there. */
  readonly requireAnnounced: () => void;
};

const partOf = <T extends Located>(
  keys: Keys,
  images: readonly T[],
  { minSlices, repairs, requireAnnounced }: PartOptions<T>,
  warnings: readonly Warning[],
): SeriesPart<T> => {
  try {
    const built = buildGrid(
      images.map(({ slice }) => slice),
      repairs,
    );
    requireSlices(images.length, minSlices);
    requireAnnounced();
    return {
      id: "",
      keys,
      images,
      grid: built.grid,
      failure: null,
      warnings: [...warnings, ...built.warnings],
    };
  } catch (error) {
    return failedPart(keys, images, error);
  }
};

const failedPart = <T extends Located>(keys: Keys, images: readonly T[], error: unknown): SeriesPart<T> => {
  if (!(error instanceof FailureError)) throw error;
  return { id: "", keys, images, grid: null, failure: error.failure, warnings: [] };
};

/** The keys of a part of a part, which may be told apart by the same attribute again. */
const within = (keys: Keys, own: Keys): Keys => ({
  ...keys,
  ...Object.fromEntries(
    Object.entries(own).map(([key, value]) => [key, key in keys ? `${keys[key]}.${value}` : value]),
  ),
});

/**
 * One stack of images that are alone at their positions: a volume, or the moments and acquisitions that it consists of.
 */
const standUp = <T extends Located>(
  keys: Keys,
  images: readonly T[],
  options: PartOptions<T>,
  warnings: readonly Warning[],
): readonly SeriesPart<T>[] => {
  const moments = attempt(() => splitByMoments(images.map((image) => [image])));
  if (moments instanceof FailureError) return [failedPart(keys, images, moments)];
  if (moments === null) return [partOf(keys, images, options, warnings)];
  return moments.flatMap((volume) => standUp(within(keys, volume.keys), volume.images, options, warnings));
};

/** Whether volumes begin at one place, but for less than half a slice, and have as many slices at one distance. */
const lieTogether = <T extends Located>(volumes: readonly SeriesPart<T>[]): boolean => {
  const [{ grid, images } = { grid: null, images: [] }] = volumes;
  const [first] = images;
  if (grid === null || first === undefined) return false;
  const heightOf = heightsAlong(first);
  const [spacingMm] = grid.spacingMm;
  return volumes.every(
    (other) =>
      other.grid !== null &&
      other.images.length === images.length &&
      closeWithin(other.grid.spacingMm[0], spacingMm) &&
      other.images.slice(0, 1).every((image) => Math.abs(heightOf(image) - heightOf(first)) < spacingMm / 2),
  );
};

/**
 * Images whose positions tell nothing, because those of one moment are rounded otherwise than those of another: by moment
 * first, each then by its positions. Null where that makes no volumes that lie together.
 */
const momentsFirst = <T extends Located>(
  keys: Keys,
  images: readonly T[],
  options: PartOptions<T>,
): readonly SeriesPart<T>[] | null => {
  for (const shares of sharesByMoments(images)) {
    const parts = shares.flatMap((share) => stackUp(within(keys, share.keys), share.images, options));
    if (lieTogether(parts)) return parts;
  }
  return null;
};

/** Whether positions could not tell what the images are, or not without their pixels. */
const isTangled = <T>({ failure, grid }: SeriesPart<T>): boolean =>
  failure === null ? grid === null : ["AMBIGUOUS_POSITIONS", "MIXED_ACQUISITIONS"].includes(failure.code);

/** The volumes of one partition: one, or several that share their positions or lie between each other's. */
const stackUp = <T extends Located>(
  keys: Keys,
  images: readonly T[],
  options: PartOptions<T>,
): readonly SeriesPart<T>[] => {
  const parts = byPositions(keys, images, options);
  return (parts.some(isTangled) ? momentsFirst(keys, images, options) : null) ?? parts;
};

const byPositions = <T extends Located>(
  keys: Keys,
  images: readonly T[],
  options: PartOptions<T>,
): readonly SeriesPart<T>[] => {
  const { minSlices } = options;
  try {
    const digestOf = remembered(options.digestOf);
    const { groups, warnings } = groupByPosition(keepOnePerName(images, digestOf));
    const withCopies = (kept: readonly T[]) => [...warnings, ...duplicateWarning(images, kept)];
    if (isAlone(groups)) return standUp(keys, groups.flat(), options, withCopies(groups.flat()));
    const found = resolveCollisions(groups, digestOf);
    if (found !== null && "whole" in found)
      return standUp(keys, found.whole, options, withCopies(found.whole));
    requirePositions(groups, minSlices);
    if (found !== null) {
      const common = withCopies(found.split.flatMap((sharer) => sharer.images));
      return found.split.flatMap((sharer) =>
        standUp(within(keys, sharer.keys), sharer.images, options, [
          ...common,
          ...(found.isLastResort ? [lastResort] : []),
        ]),
      );
    }
    if (digestOf === null) return [undecided(keys, groups.flat(), groups.length, minSlices)];
    const contested = groups.filter(({ length }) => length > 1);
    throw ambiguous(contested.flat(), `share ${contested.length} of ${groups.length} positions`);
  } catch (error) {
    return [failedPart(keys, images, error)];
  }
};

const undecided = <T extends Located>(
  keys: Keys,
  images: readonly T[],
  positions: number,
  minSlices: number,
): SeriesPart<T> => {
  requireSlices(positions, minSlices);
  return { id: "", keys, images, grid: null, failure: null, warnings: [] };
};

const lastResort: Warning = {
  code: "SPLIT_BY_INSTANCE",
  sentence: "Nothing but the order of the images tells the volumes of this series apart.",
};

/** Two or three images in several directions are a scout whatever their ImageType says (X1). */
const requireNoScout = (images: readonly Located[]): void => {
  const [first] = images;
  if (first === undefined || images.length > 3) return;
  const largest = Math.max(...images.map(({ slice }) => orientationDifference(slice, first.slice)));
  if (largest <= 1e-3) return;
  throw failed(
    "LOCALIZER",
    `${images.length} images are oriented otherwise than the first, by up to ${largest.toFixed(4)}.`,
    { sopInstanceUids: images.map(({ sopInstanceUid }) => sopInstanceUid).sort() },
  );
};

/** A stack of one or two images beside real volumes is none (S9, X2). */
const leastSlices = 3;

const dropScraps = <T extends Located>(parts: readonly SeriesPart<T>[]): SeriesParts<T> => {
  const isScrap = ({ images }: SeriesPart<T>): boolean => images.length < leastSlices;
  const scraps = parts.filter(isScrap);
  if (scraps.length === 0 || scraps.length === parts.length) return { parts, warnings: [] };
  const images = scraps.flatMap(({ images: own }) => own);
  return {
    parts: parts.filter((part) => !isScrap(part)),
    warnings: [
      {
        code: "PARTS_DROPPED",
        sentence: `${counted(images.length, "image that forms", "images that form")} no stack with the others ${images.length === 1 ? "was" : "were"} left out.`,
        details: { sopInstanceUids: images.map(({ sopInstanceUid }) => sopInstanceUid).sort() },
      },
    ],
  };
};

const named = <T extends Located>(parts: readonly SeriesPart<T>[]): readonly SeriesPart<T>[] =>
  parts.length < 2
    ? parts
    : parts.map((part) => ({
        ...part,
        id: Object.entries(part.keys)
          .map(([key, value]) => `${key}=${value}`)
          .join(","),
      }));

/**
 * The volumes of a series, the same for any order of its images: first by what can never be one volume, then, where
 * images share their positions, by what tells them apart. Nothing is averaged and nothing guessed: a part that is no
 * volume carries the reason. Throws LOCALIZER.
 */
export const splitSeries = <T extends Located>(
  images: readonly T[],
  options: SplitOptions<T>,
): SeriesParts<T> => {
  const sorted = images.toSorted(byIdentity);
  requireNoScout(sorted);
  const requireAnnounced = (): void => requireAll(sorted, options.others ?? 0);
  const parts = refusePieces(partition(sorted)).flatMap(({ keys, images: own, failure }) =>
    failure === null
      ? stackUp(keys, own, { ...options, requireAnnounced })
      : [failedPart(keys, own, failure)],
  );
  const { parts: kept, warnings } = dropScraps(parts);
  return { parts: named(kept), warnings };
};
