import { data } from "dcmjs";

/** Classic CT and MR series with any geometry and any fault, for tests. Nothing here reads DICOM. */

type Vector = readonly [number, number, number];

export const explicitLittle = "1.2.840.10008.1.2.1";
export const implicitLittle = "1.2.840.10008.1.2";
export const explicitBig = "1.2.840.10008.1.2.2";
export const jpeg2000Lossless = "1.2.840.10008.1.2.4.90";

/** Overrides by keyword: undefined leaves the attribute out, null writes it empty. */
export type Attributes = Readonly<Record<string, unknown>>;

export type SeriesSpec = {
  readonly modality?: "CT" | "MR";
  readonly slices?: number;
  readonly rows?: number;
  readonly columns?: number;
  /** PixelSpacing as DICOM orders it: between rows, between columns. */
  readonly pixelSpacing?: readonly [number, number];
  readonly alongRow?: Vector;
  readonly alongColumn?: Vector;
  readonly origin?: Vector;
  /** Distance of slice k from the first along row × column. */
  readonly distanceMm?: (k: number) => number;
  /** Sideways displacement of slice k, LPS mm. */
  readonly driftMm?: (k: number) => Vector;
  readonly bits?: Partial<Bits>;
  readonly stored?: (k: number, row: number, column: number) => number;
  readonly attributes?: (k: number) => Attributes;
  readonly transferSyntax?: string;
  /** Fault injection on the pixel data element's value. */
  readonly damage?: (pixels: Uint8Array, k: number) => Uint8Array;
};

export type Bits = { allocated: 8 | 16; stored: number; high: number; signed: boolean };

/** Decimal string: at most 16 characters. */
const ds = (value: number): string => String(Number(value.toFixed(9)));

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export const uid = (...parts: readonly number[]): string =>
  ["1.2.826.0.1.3680043.10.999", ...parts].join(".");

const sopClasses = { CT: "1.2.840.10008.5.1.4.1.1.2", MR: "1.2.840.10008.5.1.4.1.1.4" } as const;

const element = (
  tag: readonly [number, number],
  vr: string,
  value: Uint8Array,
  syntax: string,
  undef: boolean,
): Uint8Array => {
  const little = syntax !== explicitBig;
  const explicit = syntax !== implicitLittle;
  const head = new DataView(new ArrayBuffer(explicit ? 12 : 8));
  head.setUint16(0, tag[0], little);
  head.setUint16(2, tag[1], little);
  if (explicit) head.setUint16(4, vr.charCodeAt(0) * 256 + vr.charCodeAt(1));
  head.setUint32(explicit ? 8 : 4, undef ? 0xffffffff : value.length, little);
  return Buffer.concat([new Uint8Array(head.buffer), value]);
};

/** The value of encapsulated pixel data: offset table, fragments, delimiter. */
export const encapsulated = (
  fragments: readonly Uint8Array[],
  offsets: readonly number[] = [],
): Uint8Array => {
  const item = (number: number, value: Uint8Array): Uint8Array => {
    const head = new DataView(new ArrayBuffer(8));
    head.setUint32(0, number, true);
    head.setUint32(4, value.length, true);
    return Buffer.concat([new Uint8Array(head.buffer), value]);
  };
  const table = new DataView(new ArrayBuffer(4 * offsets.length));
  for (const [i, offset] of offsets.entries()) table.setUint32(4 * i, offset, true);
  const itemStart = 0xe000fffe;
  const end = item(0xe0ddfffe, new Uint8Array(0));
  const items = [new Uint8Array(table.buffer), ...fragments].map((value) => item(itemStart, value));
  return Buffer.concat([...items, end]);
};

/** A Part 10 file of these attributes; `pixels` is the value of PixelData, or null for none. */
export const dicomFile = (
  attributes: Attributes,
  pixels: Uint8Array | null,
  syntax = explicitLittle,
): Uint8Array => {
  const present = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
  const dict = new data.DicomDict(
    data.DicomMetaDictionary.denaturalizeDataset({
      MediaStorageSOPClassUID: attributes["SOPClassUID"] ?? sopClasses.CT,
      MediaStorageSOPInstanceUID: attributes["SOPInstanceUID"] ?? uid(1),
      TransferSyntaxUID: syntax,
    }),
  );
  dict.dict = data.DicomMetaDictionary.denaturalizeDataset(present);
  const head = new Uint8Array(dict.write({ allowInvalidVRLength: true }));
  if (pixels === null) return head;
  const isEncapsulated = ![explicitLittle, implicitLittle, explicitBig].includes(syntax);
  return Buffer.concat([
    head,
    element([0x7fe0, 0x0010], isEncapsulated ? "OB" : "OW", pixels, syntax, isEncapsulated),
  ]);
};

/** Stored values as uncompressed pixel data; values beyond the bits stored are written as they are. */
export const nativePixels = (
  values: readonly number[],
  { allocated }: Bits,
  syntax = explicitLittle,
): Uint8Array => {
  if (allocated === 8) return Uint8Array.from(values, (value) => value & 0xff);
  const view = new DataView(new ArrayBuffer(2 * values.length));
  for (const [i, value] of values.entries()) view.setUint16(2 * i, value & 0xffff, syntax !== explicitBig);
  return new Uint8Array(view.buffer);
};

const defaults = {
  modality: "CT",
  slices: 6,
  rows: 8,
  columns: 10,
  pixelSpacing: [0.7, 0.7],
  alongRow: [1, 0, 0],
  alongColumn: [0, 1, 0],
  origin: [-100, -120, 40],
  distanceMm: (k: number) => 20 * k,
  driftMm: (): Vector => [0, 0, 0],
  stored: (k: number, row: number, column: number) => 1000 + 100 * k + 10 * row + column,
  attributes: (): Attributes => ({}),
  transferSyntax: explicitLittle,
  damage: (pixels: Uint8Array) => pixels,
} as const satisfies SeriesSpec;

const bitsOf = ({ bits }: SeriesSpec): Bits => {
  const allocated = bits?.allocated ?? 16;
  const stored = bits?.stored ?? allocated;
  return { allocated, stored, high: bits?.high ?? stored - 1, signed: bits?.signed ?? false };
};

/** Attributes of slice k of a sound series, before overrides. */
export const sliceAttributes = (spec: SeriesSpec, k: number): Attributes => {
  const s = { ...defaults, ...spec };
  const bits = bitsOf(spec);
  const normal = cross(s.alongRow, s.alongColumn);
  const drift = s.driftMm(k);
  const position = s.origin.map(
    (mm, axis) => mm + s.distanceMm(k) * (normal[axis] ?? 0) + (drift[axis] ?? 0),
  );
  const rescale =
    s.modality === "CT" ? { RescaleIntercept: "-1024", RescaleSlope: "1", RescaleType: "HU" } : {};
  return {
    SOPClassUID: sopClasses[s.modality],
    SOPInstanceUID: uid(7, k + 1),
    StudyInstanceUID: uid(5),
    SeriesInstanceUID: uid(6),
    FrameOfReferenceUID: uid(8),
    Modality: s.modality,
    ImageType: ["ORIGINAL", "PRIMARY", s.modality === "CT" ? "AXIAL" : "M"],
    PatientName: "Test^Phantom",
    PatientID: "T1",
    InstanceNumber: k + 1,
    ImagePositionPatient: position.map(ds),
    ImageOrientationPatient: [...s.alongRow, ...s.alongColumn].map(ds),
    PixelSpacing: s.pixelSpacing.map(ds),
    SliceThickness: "5",
    Rows: s.rows,
    Columns: s.columns,
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    BitsAllocated: bits.allocated,
    BitsStored: bits.stored,
    HighBit: bits.high,
    PixelRepresentation: bits.signed ? 1 : 0,
    _vrMap: {
      PixelPaddingValue: bits.signed ? "SS" : "US",
      PixelPaddingRangeLimit: bits.signed ? "SS" : "US",
    },
    ...rescale,
    ...s.attributes(k),
  };
};

/** The files of a series, in order of their slices. */
export const classicSeries = (spec: SeriesSpec = {}): readonly Uint8Array[] => {
  const s = { ...defaults, ...spec };
  return Array.from({ length: s.slices }, (_, k) => {
    const values = Array.from({ length: s.rows * s.columns }, (_, i) =>
      s.stored(k, Math.floor(i / s.columns), i % s.columns),
    );
    const pixels = s.damage(nativePixels(values, bitsOf(spec), s.transferSyntax), k);
    return dicomFile(sliceAttributes(spec, k), pixels, s.transferSyntax);
  });
};

export type TestInstance = { readonly name: string; readonly read: () => Uint8Array };

export const asInstances = (files: readonly Uint8Array[]): readonly TestInstance[] =>
  files.map((bytes, i) => ({ name: `file ${i}`, read: () => bytes }));

/** A permutation that depends on the seed alone. */
export const shuffled = <T>(items: readonly T[], seed: number): readonly T[] => {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return items
    .map((item) => [next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
};
