/** Where the two versions of the header keep the fields that carry geometry and values. Sources: nifti1.h, nifti2.h. */

const kinds = {
  uint8: (view: DataView, at: number) => view.getUint8(at),
  int16: (view: DataView, at: number, little: boolean) => view.getInt16(at, little),
  int32: (view: DataView, at: number, little: boolean) => view.getInt32(at, little),
  /** Beyond 2^53 rounded, which is far more than is read of anything. */
  int64: (view: DataView, at: number, little: boolean) => Number(view.getBigInt64(at, little)),
  float32: (view: DataView, at: number, little: boolean) => view.getFloat32(at, little),
  float64: (view: DataView, at: number, little: boolean) => view.getFloat64(at, little),
} as const;

const bytesOf = { uint8: 1, int16: 2, int32: 4, int64: 8, float32: 4, float64: 8 } as const;

type Field = readonly [offset: number, kind: keyof typeof kinds];

/** Byte offsets in NIfTI-1. */
export const FIELD = {
  dim: 40,
  datatype: 70,
  bitpix: 72,
  pixdim: 76,
  voxOffset: 108,
  sclSlope: 112,
  sclInter: 116,
  xyztUnits: 123,
  qformCode: 252,
  sformCode: 254,
  quaternBcd: 256,
  qoffset: 268,
  srow: 280,
  magic: 344,
} as const;

type Name = Exclude<keyof typeof FIELD, "magic">;

export type Layout = {
  readonly version: 1 | 2;
  /** What the header's first number says of its length. */
  readonly headerBytes: number;
  /** Voxels of a single file start after the header and its 4-byte extension flag. */
  readonly firstVoxelByte: number;
  readonly magicAt: number;
  /** The mark of a single file, and how that of a header whose voxels lie in another one begins. */
  readonly magic: string;
  readonly pairMagic: string;
  readonly fields: Readonly<Record<Name, Field>>;
};

export const NIFTI_1: Layout = {
  version: 1,
  headerBytes: 348,
  firstVoxelByte: 352,
  magicAt: FIELD.magic,
  magic: "n+1\0",
  pairMagic: "ni1",
  fields: {
    dim: [FIELD.dim, "int16"],
    datatype: [FIELD.datatype, "int16"],
    bitpix: [FIELD.bitpix, "int16"],
    pixdim: [FIELD.pixdim, "float32"],
    voxOffset: [FIELD.voxOffset, "float32"],
    sclSlope: [FIELD.sclSlope, "float32"],
    sclInter: [FIELD.sclInter, "float32"],
    xyztUnits: [FIELD.xyztUnits, "uint8"],
    qformCode: [FIELD.qformCode, "int16"],
    sformCode: [FIELD.sformCode, "int16"],
    quaternBcd: [FIELD.quaternBcd, "float32"],
    qoffset: [FIELD.qoffset, "float32"],
    srow: [FIELD.srow, "float32"],
  },
};

export const NIFTI_2: Layout = {
  version: 2,
  headerBytes: 540,
  firstVoxelByte: 544,
  magicAt: 4,
  // The line ends and the old end of a text tell a file that was sent as text.
  magic: "n+2\0\r\n\x1a\n",
  pairMagic: "ni2",
  fields: {
    datatype: [12, "int16"],
    bitpix: [14, "int16"],
    dim: [16, "int64"],
    pixdim: [104, "float64"],
    voxOffset: [168, "int64"],
    sclSlope: [176, "float64"],
    sclInter: [184, "float64"],
    qformCode: [344, "int32"],
    sformCode: [348, "int32"],
    quaternBcd: [352, "float64"],
    qoffset: [376, "float64"],
    srow: [400, "float64"],
    xyztUnits: [500, "int32"],
  },
};

/** The first `count` numbers of a field. */
export const readField = (
  view: DataView,
  { fields }: Layout,
  isLittleEndian: boolean,
  name: Name,
  count: number,
): readonly number[] => {
  const [offset, kind] = fields[name];
  return Array.from({ length: count }, (_, n) =>
    kinds[kind](view, offset + n * bytesOf[kind], isLittleEndian),
  );
};
