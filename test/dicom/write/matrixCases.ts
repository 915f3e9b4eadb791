import { enhancedCt } from "../../../src/demo/phantom/multiFrame/enhancedCt.ts";
import { enhancedMr } from "../../../src/demo/phantom/multiFrame/enhancedMr.ts";
import { legacyCt } from "../../../src/demo/phantom/multiFrame/legacyCt.ts";
import type { WriteSettings } from "../../../src/dicom/write/context.ts";
import type { FailureCode } from "../../../src/domain/failure.ts";
import type { Repairs } from "../../../src/domain/series.ts";
import { type Attributes, shuffled } from "../../support/dicomSeries.ts";
import { type ImageSpec, type Images, makeImages, type Voxel } from "./matrixImages.ts";
import { namedPlaces, withPrivateBlocks } from "./matrixPrivate.ts";
import { codedTexts } from "./matrixText.ts";

/** A kind of source that has led some writer of segmentations astray. */
export type MatrixCase = {
  readonly title: string;
  readonly images: Images;
  readonly repairs: Partial<Repairs>;
  readonly settings: Partial<WriteSettings>;
  /** Text that every reader must find, by keyword. */
  readonly text: Readonly<Record<string, string>>;
  /** dciodvfy on what the source leaves open. */
  readonly mayMind: RegExp | null;
  /** Whether the planes lie at multiples of one distance, so that the SEG states it. */
  readonly statesSpacing: boolean;
  /** Whether every plane stands for as much as any other, so that voxels × that distance are the volume. */
  readonly isEven: boolean;
  /** Whether every plane lies on one regular grid, though some may be missing. */
  readonly isRegular: boolean;
  /** Programs that compare bytes find one text in source and result. */
  readonly isUtf8: boolean;
};

type CaseSpec = Partial<Omit<MatrixCase, "images" | "text">> & {
  readonly title: string;
  readonly images?: ImageSpec;
  /** The files as they arrive. */
  readonly arrive?: (files: readonly Uint8Array[]) => readonly Uint8Array[];
};

/** Cosines as scanners write them, with the noise that stands for zero. */
const [c, s] = [Math.cos(0.0873), Math.sin(0.0873)];
const [d, e] = [Math.cos(0.44), Math.sin(0.44)];
const noise = 6.1232339957e-17;
const decimal = (mm: number): string => (Math.abs(mm) < 1e-9 ? "6.1232339957e-17" : mm.toFixed(9));
const oblique = {
  modality: "MR",
  alongRow: [c, noise, -s],
  alongColumn: [s * e, d, c * e],
  origin: [-131.23456789, noise, 17.000000123],
  heightsMm: [0, 3.3, 6.6, 9.9, 13.2, 16.5],
} as const satisfies ImageSpec;

const box = (from: Voxel, to: Voxel): readonly Voxel[] =>
  Array.from({ length: to[0] - from[0] }, (_, k) =>
    Array.from({ length: to[1] - from[1] }, (_, row) =>
      Array.from(
        { length: to[2] - from[2] },
        (_, column) => [from[0] + k, from[1] + row, from[2] + column] as const,
      ),
    ),
  ).flat(2);

/** Ten voxels of 2 mm × eight of 3 mm × ten of 3 mm. */
const cuboid: ImageSpec = {
  slices: 14,
  rows: 13,
  columns: 16,
  pixelSpacing: [3, 3],
  heightsMm: Array.from({ length: 14 }, (_, k) => 2 * k),
  body: box([2, 3, 4], [12, 11, 14]),
};

/** Half axes of 12, 14 and 15 mm. */
const ellipsoid: ImageSpec = {
  slices: 14,
  rows: 22,
  columns: 24,
  pixelSpacing: [1.5, 1.5],
  heightsMm: Array.from({ length: 14 }, (_, k) => 2 * k),
  body: box([0, 0, 0], [14, 22, 24]).filter(
    ([k, row, column]) =>
      ((2 * (k - 6.5)) / 12) ** 2 + ((1.5 * (row - 10.5)) / 14) ** 2 + ((1.5 * (column - 11.5)) / 15) ** 2 <=
      1,
  ),
};

const all = (attributes: Attributes): Pick<ImageSpec, "attributes"> => ({ attributes: () => attributes });

const descending = [0, -2.5, -5, -7.5, -10, -12.5];

/** Evenly but for one slice that was lost between the third and the fourth. */
const withHole = [0, 2.5, 5, 10, 12.5, 15];

const emptyText = {
  PatientName: null,
  PatientID: null,
  PatientBirthDate: null,
  PatientSex: null,
  StudyDate: null,
  StudyTime: null,
  StudyID: null,
  AccessionNumber: null,
  ReferringPhysicianName: null,
  SeriesNumber: null,
  Manufacturer: null,
  ManufacturerModelName: undefined,
  SliceThickness: null,
};

const deIdentified = {
  PatientName: "ANON^MATRIX",
  PatientID: "ANON-1",
  PatientIdentityRemoved: "YES",
  DeidentificationMethod: "Clean all",
  LongitudinalTemporalInformationModified: "MODIFIED",
};

const deIdentifiedTitle = "a de-identified source with private elements and names of places";

const specs: readonly CaseSpec[] = [
  { title: "an axial CT" },
  { title: "a CT whose files arrive in reversed order", arrive: (files) => files.toReversed() },
  { title: "a CT counted from head to feet", images: { heightsMm: descending } },
  { title: "a CT seen from the head", images: { alongColumn: [0, -1, 0] } },
  {
    title: "an oblique MR with noise in its cosines",
    images: {
      ...oblique,
      attributes: () => ({
        ImageOrientationPatient: [...oblique.alongRow, ...oblique.alongColumn].map(decimal),
      }),
    },
  },
  {
    title: "an oblique MR counted backwards",
    images: { ...oblique, heightsMm: oblique.heightsMm.toReversed() },
  },
  {
    title: "a coronal MR",
    images: {
      modality: "MR",
      alongRow: [1, 0, 0],
      alongColumn: [0, 0, -1],
      heightsMm: [0, 4, 8, 12, 16, 20],
    },
  },
  { title: "an odd matrix of 61 × 63", images: { rows: 61, columns: 63 } },
  { title: "pixels that are not square", images: { pixelSpacing: [0.5, 0.9] } },
  {
    title: "unsigned pixels of 12 bits",
    images: { bits: { allocated: 16, stored: 12, high: 11, signed: false } },
  },
  {
    title: "signed pixels below zero",
    images: { bits: { allocated: 16, stored: 16, high: 15, signed: true }, intercept: 0, darkest: -1000 },
  },
  {
    title: "an MR with a slope of its own for every slice",
    images: { modality: "MR", slope: (k) => 2 ** -k },
  },
  ...Object.entries(codedTexts).map(([title, text]) => ({
    title,
    images: { text },
    isUtf8: text.terms[0] === "ISO_IR 192",
  })),
  { title: "an empty character set", images: all({ SpecificCharacterSet: null }) },
  {
    title: "empty attributes of type 2",
    images: all(emptyText),
    mayMind: /needed to build DICOMDIR/,
  },
  { title: "a de-identified source", images: all(deIdentified), settings: { dates: "study" } },
  {
    title: deIdentifiedTitle,
    images: all({ ...deIdentified, ...namedPlaces }),
    arrive: (files) => files.map(withPrivateBlocks),
    settings: { dates: "study" },
  },
  { title: "an Enhanced CT", images: { multiFrame: enhancedCt } },
  {
    title: "an Enhanced MR with a slope of its own for every frame",
    images: { modality: "MR", multiFrame: enhancedMr, slope: (k) => 2 ** -k },
  },
  { title: "a Legacy Converted Enhanced CT", images: { multiFrame: legacyCt } },
  { title: "a mask of one voxel", images: { body: [[2, 4, 6]] } },
  {
    title: "a mask on the first and the last slice",
    images: {
      body: [
        [0, 0, 0],
        [0, 2, 9],
        [5, 7, 1],
      ],
    },
  },
  { title: "an instance that was sent twice", arrive: (files) => [...files, ...files.slice(2, 3)] },
  { title: "RLE pixels", images: { isRle: true } },
  { title: "a cuboid", images: cuboid },
  { title: "an ellipsoid", images: ellipsoid },
  {
    title: "a missing slice, where a site allows it",
    images: { heightsMm: withHole },
    repairs: { missingSlices: 1 },
    isEven: false,
  },
  {
    title: "slices at uneven distances, where a site allows them",
    images: { heightsMm: [0, 2.5, 5, 9, 13, 17] },
    repairs: { variableSpacing: true },
    statesSpacing: false,
    isEven: false,
    isRegular: false,
  },
  {
    title: "a tilted gantry, where a site allows it",
    images: { driftMm: (k) => [0, 0.6699 * k, 0] },
    repairs: { gantryTilt: true },
    isRegular: false,
  },
];

const textOf = ({ images }: CaseSpec): MatrixCase["text"] =>
  images?.text === undefined
    ? {}
    : Object.fromEntries(Object.entries(images.text.values).map(([keyword, { text }]) => [keyword, text]));

/** The fixture matrix: every kind of source from which objects are made. */
export const matrixCases: readonly MatrixCase[] = specs.map((spec, n) => {
  const images = makeImages(n, spec.images ?? {});
  return {
    repairs: {},
    settings: {},
    mayMind: null,
    statesSpacing: true,
    isEven: true,
    isRegular: true,
    isUtf8: true,
    ...spec,
    text: textOf(spec),
    images: { ...images, files: spec.arrive?.(images.files) ?? images.files },
  };
});

/** Of its source, nothing but what is meant to be copied may stand in a result. */
export const deIdentifiedCase = matrixCases.find(({ title }) => title === deIdentifiedTitle) as MatrixCase;

/** A mask without a voxel, of which nothing is made. */
export const emptyImages = makeImages(specs.length, { body: [] });

type RefusedSource = readonly [title: string, code: FailureCode, files: readonly Uint8Array[]];

const refused = (n: number, spec: ImageSpec): readonly Uint8Array[] =>
  makeImages(specs.length + n, spec).files;

const coronal = (k: number): Attributes => ({
  ImageOrientationPatient: ["1", "0", "0", "0", "0", "-1"],
  ImagePositionPatient: ["-120.5", String(-98.25 + 3 * k), "41.3"],
});

const [cosine, sine] = [Math.cos(Math.PI / 180), Math.sin(Math.PI / 180)];
const turned = [cosine, sine, 0, -sine, cosine, 0];

/** Two stacks of six slices each, far enough apart that none goes on where the other ends. */
const apart = [0, 2.5, 5, 7.5, 10, 12.5, 50, 52.5, 55, 57.5, 60, 62.5];

/** Sources of which no objects are made. */
export const refusedSources: readonly RefusedSource[] = [
  ["a missing slice", "MISSING_SLICES", refused(1, { heightsMm: withHole })],
  ["slices at uneven distances", "NON_UNIFORM_SPACING", refused(2, { heightsMm: [0, 2.5, 5, 9, 13, 17] })],
  ["a tilted gantry", "GANTRY_TILT", refused(3, { driftMm: (k) => [0, 0.6699 * k, 0] })],
  [
    "two different images at one position",
    "AMBIGUOUS_POSITIONS",
    refused(4, { heightsMm: [0, 2.5, 5, 5, 7.5, 10] }),
  ],
  [
    "two frames of reference",
    "SEVERAL_VOLUMES",
    refused(5, {
      slices: 12,
      heightsMm: apart,
      attributes: (k) => (k < 6 ? { FrameOfReferenceUID: "2.25.3" } : {}),
    }),
  ],
  [
    "axial and coronal slices",
    "SEVERAL_VOLUMES",
    refused(6, { slices: 12, attributes: (k) => (k < 6 ? coronal(k) : {}) }),
  ],
  [
    "a slice that is turned by one degree",
    "MISSING_SLICES",
    refused(7, { attributes: (k) => (k === 3 ? { ImageOrientationPatient: turned.map(decimal) } : {}) }),
  ],
  [
    "two matrices",
    "SEVERAL_VOLUMES",
    refused(8, { slices: 12, heightsMm: apart, attributes: (k) => (k < 6 ? { Rows: 10, Columns: 8 } : {}) }),
  ],
  [
    "two pixel spacings",
    "SEVERAL_VOLUMES",
    refused(9, {
      slices: 12,
      heightsMm: apart,
      attributes: (k) => (k < 6 ? { PixelSpacing: ["0.8", "0.8"] } : {}),
    }),
  ],
  [
    "one stack in two frames of reference",
    "MIXED_ACQUISITIONS",
    refused(12, { slices: 12, attributes: (k) => (k < 6 ? { FrameOfReferenceUID: "2.25.3" } : {}) }),
  ],
  [
    "one stack of two matrices",
    "MIXED_ACQUISITIONS",
    refused(13, { slices: 12, attributes: (k) => (k < 6 ? { Rows: 10, Columns: 8 } : {}) }),
  ],
  ["a single slice", "TOO_FEW_SLICES", refused(10, { slices: 1, body: [] })],
  ["a localizer", "LOCALIZER", refused(11, all({ ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"] }))],
];

/** The same files as they may arrive: as they are, backwards, and in two other orders. */
export const orders = (files: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] => [
  files,
  files.toReversed(),
  shuffled(files, 7),
  shuffled(files, 11),
];
