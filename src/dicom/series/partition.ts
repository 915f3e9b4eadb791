import { cross } from "../../geometry/vector.ts";
import { byIdentity, type Located } from "./describe.ts";
import type { Slice } from "./slice.ts";

/** Images that can never be one volume with those of another partition, and what tells them apart in this series. */
export type Partition<T> = {
  /** Only keys in which the partitions of the series differ; values of safe characters. */
  readonly keys: Readonly<Record<string, string>>;
  readonly images: readonly T[];
};

/** Cosines that differ more belong to different stacks (G6). */
export const orientationTolerance = 1e-3;
/** Relative: how headers round, 0.9765625 to 0.977. 0.2 mm at the edge of a field of view of 400 mm, less than a pixel. */
const pixelSpacingTolerance = 1e-3;

export const orientationDifference = (a: Slice, b: Slice): number => {
  const [p, q] = [a, b].map(({ alongRow, alongColumn }) => [...alongRow, ...alongColumn]);
  return Math.max(...(p ?? []).map((cosine, i) => Math.abs(cosine - (q?.[i] ?? Number.NaN))));
};

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= pixelSpacingTolerance * Math.max(a, b);

const sameMatrix = (a: Slice, b: Slice): boolean => a.rows === b.rows && a.columns === b.columns;

const sameSpacing = (a: Slice, b: Slice): boolean =>
  isClose(a.rowSpacingMm, b.rowSpacingMm) && isClose(a.columnSpacingMm, b.columnSpacingMm);

const planeNames = ["sagittal", "coronal", "axial"] as const;

const planeName = ({ alongRow, alongColumn }: Slice): string => {
  const normal = cross(alongRow, alongColumn).map(Math.abs);
  return planeNames[normal.indexOf(Math.max(...normal))] ?? "oblique";
};

type Groups = <T extends Located>(images: readonly T[]) => readonly (readonly T[])[];

type Criterion = {
  readonly name: string;
  readonly groupsOf: Groups;
  /** Null: only its number tells one partition from the next. */
  readonly nameOf: ((image: Located) => string) | null;
};

/** Each image with the first group whose first image it equals. */
const cluster =
  (isSame: (a: Located, b: Located) => boolean): Groups =>
  (images) => {
    type Image = (typeof images)[number];
    const groups: Image[][] = [];
    for (const image of images) {
      const home = groups.find(([first]) => first !== undefined && isSame(first, image));
      if (home === undefined) groups.push([image]);
      else home.push(image);
    }
    return groups;
  };

/**
 * De-identifiers remove the UID from some objects: those belong to the only space that the others name. Where they name
 * several, nothing tells to which.
 */
const bySpace: Groups = (images) => {
  const named = images.filter(({ slice }) => slice.frameOfReferenceUid !== "");
  const spaces = cluster((a, b) => a.slice.frameOfReferenceUid === b.slice.frameOfReferenceUid)(named);
  if (spaces.length < 2) return [images];
  const nameless = images.filter(({ slice }) => slice.frameOfReferenceUid === "");
  return nameless.length === 0 ? spaces : [...spaces, nameless];
};

const kindOf = ({ traits }: Located): string => traits.imageType.toSorted().join("+");

/** The keys of a series that always make different volumes (G8, G9). */
const criteria: readonly Criterion[] = [
  {
    name: "SOPClass",
    groupsOf: cluster((a, b) => a.sopClassUid === b.sopClassUid && a.modality === b.modality),
    nameOf: ({ modality }) => modality,
  },
  {
    name: "Matrix",
    groupsOf: cluster((a, b) => sameMatrix(a.slice, b.slice)),
    nameOf: ({ slice }) => `${slice.rows}x${slice.columns}`,
  },
  {
    name: "PixelSpacing",
    groupsOf: cluster((a, b) => sameSpacing(a.slice, b.slice)),
    nameOf: ({ slice }) => `${slice.rowSpacingMm.toFixed(3)}x${slice.columnSpacingMm.toFixed(3)}`,
  },
  { name: "FrameOfReference", groupsOf: bySpace, nameOf: null },
  {
    name: "Orientation",
    groupsOf: cluster((a, b) => orientationDifference(a.slice, b.slice) <= orientationTolerance),
    nameOf: ({ slice }) => planeName(slice),
  },
  { name: "ImageType", groupsOf: cluster((a, b) => kindOf(a) === kindOf(b)), nameOf: kindOf },
];

const safe = (text: string): string => text.replace(/[^\w.+-]/g, "_").slice(0, 64);

/** ImageType without the values that all share, so that the telling one remains. */
const tellingKinds = (groups: readonly (readonly Located[])[]): readonly string[] => {
  const kinds = groups.map(([first]) => first?.traits.imageType ?? []);
  const shared = (kinds[0] ?? []).filter((kind) => kinds.every((other) => other.includes(kind)));
  return kinds.map((own) => own.filter((kind) => !shared.includes(kind)).join("+") || "plain");
};

/** Names of groups, made different by numbers where the images give them the same. */
const namesOf = ({ name, nameOf }: Criterion, groups: readonly (readonly Located[])[]): readonly string[] => {
  const plain =
    name === "ImageType"
      ? tellingKinds(groups)
      : groups.map(([first]) => (first === undefined || nameOf === null ? "" : nameOf(first)));
  return plain.map((own, index) => {
    const isUnique = own !== "" && plain.filter((other) => other === own).length === 1;
    // 0.977x0.977 with a 2 behind it would be read as another spacing.
    const parted = /\d$/.test(own) ? `${own}_` : own;
    return safe(isUnique ? own : `${parted}${index + 1}`);
  });
};

const divide = <T extends Located>(
  partitions: readonly Partition<T>[],
  criterion: Criterion,
): readonly Partition<T>[] =>
  partitions.flatMap(({ keys, images }) => {
    const groups = criterion.groupsOf(images);
    if (groups.length < 2) return [{ keys, images }];
    const names = namesOf(criterion, groups);
    return groups.map((group, index) => ({
      keys: { ...keys, [criterion.name]: names[index] ?? "" },
      images: group,
    }));
  });

/**
 * Images by what can never be one volume: modality and SOP class, matrix, pixel spacing, frame of reference, orientation and, for MR, kind of
 * image (G8, G9, PS3.3 section C.8.3.1.1.1). The same partitions for any order of the images.
 */
export const partition = <T extends Located>(images: readonly T[]): readonly Partition<T>[] =>
  criteria.reduce<readonly Partition<T>[]>(divide, [{ keys: {}, images: images.toSorted(byIdentity) }]);
