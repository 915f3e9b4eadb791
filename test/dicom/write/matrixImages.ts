import type { Phantom } from "../../../src/demo/phantom/makePhantom.ts";
import type { SeriesFile } from "../../../src/demo/phantom/writeSeries.ts";
import { type Lps, lps, zyx } from "../../../src/domain/axes.ts";
import { type Attributes, type Bits, classicSeries, encapsulated, uid } from "../../support/dicomSeries.ts";
import { encodeRle } from "../../support/encodeFrame.ts";
import { type CodedText, placeholders, withCodedText } from "./matrixText.ts";

type Vector = readonly [number, number, number];

/** Slice in the order of the acquisition, row, column. */
export type Voxel = readonly [number, number, number];

/** A series whose body is bright: whoever marks what is brighter than `threshold` has the mask. */
export type ImageSpec = {
  readonly modality?: "CT" | "MR";
  readonly slices?: number;
  readonly rows?: number;
  readonly columns?: number;
  /** Between rows, between columns. */
  readonly pixelSpacing?: readonly [number, number];
  /** Of every slice along the normal of the first; 2.5 mm apart unless given. */
  readonly heightsMm?: readonly number[];
  /** Sideways displacement of slice k. */
  readonly driftMm?: (k: number) => Vector;
  readonly alongRow?: Vector;
  readonly alongColumn?: Vector;
  readonly origin?: Vector;
  readonly body?: readonly Voxel[];
  readonly bits?: Bits;
  readonly slope?: (k: number) => number;
  readonly intercept?: number;
  /** Rescaled value of the darkest voxel. */
  readonly darkest?: number;
  readonly attributes?: (k: number) => Attributes;
  readonly text?: CodedText;
  readonly isRle?: boolean;
  /** One object of all slices instead. */
  readonly multiFrame?: (phantom: Phantom, series: string) => readonly SeriesFile[];
};

export type Images = {
  readonly files: readonly Uint8Array[];
  /** Centres of the body's voxels, LPS mm, by the standard's formula (PS3.3 section C.7.6.2.1.1). */
  readonly points: readonly Lps[];
  /** Area of the voxels × half of the way to either neighbouring slice. */
  readonly volumeMl: number;
};

/** Between the darkest of the body (100) and the brightest besides (20), in rescaled values. */
export const threshold = 60;

/** No mirroring, turning or shifting maps it onto itself, and it lies away from the edges of 6×8×10 voxels. */
const asymmetricBody: readonly Voxel[] = [
  [1, 1, 1],
  [1, 1, 2],
  [1, 1, 3],
  [1, 2, 1],
  [2, 1, 1],
  [2, 3, 2],
  [3, 3, 3],
  [3, 6, 4],
];

const filled = (spec: ImageSpec) => {
  const slices = spec.slices ?? 6;
  const modality = spec.modality ?? "CT";
  return {
    modality,
    slices,
    rows: 8,
    columns: 10,
    pixelSpacing: [0.75, 0.75] as const,
    heightsMm: Array.from({ length: slices }, (_, k) => 2.5 * k),
    driftMm: (): Vector => [0, 0, 0],
    alongRow: [1, 0, 0] as const,
    alongColumn: [0, 1, 0] as const,
    origin: [-120.5, -98.25, 41.3] as const,
    body: asymmetricBody,
    bits: { allocated: 16, stored: 16, high: 15, signed: false } as const,
    slope: () => 1,
    intercept: modality === "CT" ? -1024 : 0,
    darkest: 0,
    attributes: (): Attributes => ({}),
    ...spec,
  };
};

type Filled = ReturnType<typeof filled>;

/** Rescaled values by slice, row, column. */
const brightness = ({ body, darkest }: Filled): ((k: number, row: number, column: number) => number) => {
  const inside = new Set(body.map((voxel) => voxel.join()));
  return (k, row, column) =>
    inside.has([k, row, column].join())
      ? 100 + ((7 * k + 3 * row + column) % 40)
      : darkest + ((k + 3 * row + 7 * column) % 20);
};

const normalOf = ({ alongRow: [a, b, c], alongColumn: [d, e, f] }: Filled): Vector => [
  b * f - c * e,
  c * d - a * f,
  a * e - b * d,
];

const pointOf = (spec: Filled, [k, row, column]: Voxel): Lps => {
  const normal = normalOf(spec);
  const drift = spec.driftMm(k);
  const along = (axis: 0 | 1 | 2): number =>
    spec.origin[axis] +
    (spec.heightsMm[k] ?? 0) * normal[axis] +
    drift[axis] +
    row * spec.pixelSpacing[0] * spec.alongColumn[axis] +
    column * spec.pixelSpacing[1] * spec.alongRow[axis];
  return lps(along(0), along(1), along(2));
};

const volumeMlOf = ({ heightsMm, pixelSpacing, body }: Filled): number => {
  const sorted = heightsMm.toSorted((a, b) => a - b);
  const gap = (n: number): number | undefined => {
    const [below, above] = [sorted[n], sorted[n + 1]];
    return below === undefined || above === undefined ? undefined : above - below;
  };
  const heightMm = body.reduce((sum, [k]) => {
    const n = sorted.indexOf(heightsMm[k] ?? 0);
    const [below, above] = [gap(n - 1) ?? gap(n) ?? 0, gap(n) ?? gap(n - 1) ?? 0];
    return sum + (below + above) / 2;
  }, 0);
  return (heightMm * pixelSpacing[0] * pixelSpacing[1]) / 1000;
};

/** Patient, study and series of case n; all cases differ in every UID. */
const identity = (n: number, { modality, slope, intercept }: Filled, k: number): Attributes => ({
  SpecificCharacterSet: "ISO_IR 100",
  StudyInstanceUID: uid(20, n),
  SeriesInstanceUID: uid(21, n),
  FrameOfReferenceUID: uid(22, n),
  SOPInstanceUID: uid(23, n, k + 1),
  PatientName: "Matrix^Case",
  PatientID: `MATRIX-${n}`,
  PatientBirthDate: "19600101",
  PatientSex: "O",
  StudyDate: "20240131",
  StudyTime: "101530",
  StudyID: "7",
  StudyDescription: "Abdomen",
  AccessionNumber: `A${n}`,
  ReferringPhysicianName: "Ref^Erring",
  SeriesNumber: "3",
  Manufacturer: "Scanner Works",
  ManufacturerModelName: "Ring 3",
  RescaleSlope: String(slope(k)),
  RescaleIntercept: String(intercept),
  RescaleType: modality === "CT" ? "HU" : "US",
  SliceThickness: "2.5",
});

const rle = "1.2.840.10008.1.2.5";

const classicFiles = (n: number, spec: Filled): readonly Uint8Array[] => {
  const { rows, columns, heightsMm, text, slope, intercept } = spec;
  const value = brightness(spec);
  const files = classicSeries({
    ...spec,
    distanceMm: (k) => heightsMm[k] ?? 0,
    stored: (k, row, column) => (value(k, row, column) - intercept) / slope(k),
    attributes: (k) => ({
      ...identity(n, spec, k),
      ...(text === undefined ? {} : placeholders(text)),
      ...spec.attributes(k),
    }),
    ...(spec.isRle === true
      ? {
          transferSyntax: rle,
          damage: (samples) => encapsulated([encodeRle({ rows, columns, bits: 16, samples })]),
        }
      : {}),
  });
  return text === undefined ? files : files.map((file) => withCodedText(file, text));
};

/** What a writer of multi-frame objects wants to know. */
const phantomOf = (n: number, spec: Filled): Phantom => {
  const { modality, slices, rows, columns, pixelSpacing, heightsMm } = spec;
  const shape = zyx(slices, rows, columns);
  const value = brightness(spec);
  const grid = {
    shape,
    spacingMm: zyx((heightsMm[1] ?? 0) - (heightsMm[0] ?? 0), ...pixelSpacing),
    originLps: lps(...spec.origin),
    axes: zyx(lps(...normalOf(spec)), lps(...spec.alongColumn), lps(...spec.alongRow)),
  };
  const voxels = Float32Array.from({ length: slices * rows * columns }, (_, i) =>
    value(Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns),
  );
  return {
    volume: { grid, voxels },
    label: { grid, voxels: Uint8Array.from(voxels, (each) => (each > threshold ? 1 : 0)) },
    facts: {
      seed: n,
      modelClass: modality === "CT" ? "CT" : "T1",
      vendor: "Siemens",
      phase: "native",
      pancreasMl: volumeMlOf(spec),
      noiseSd: 0,
    },
    encoding: {
      slopes: Array.from({ length: slices }, (_, k) => spec.slope(k)),
      intercept: spec.intercept,
      isSigned: spec.bits.signed,
      bitsStored: 16,
    },
  };
};

/** The images of case n. */
export const makeImages = (n: number, given: ImageSpec): Images => {
  const spec = filled(given);
  return {
    files:
      given.multiFrame === undefined
        ? classicFiles(n, spec)
        : given.multiFrame(phantomOf(n, spec), "matrix").map(({ bytes }) => bytes),
    points: spec.body.map((voxel) => pointOf(spec, voxel)),
    volumeMl: volumeMlOf(spec),
  };
};
