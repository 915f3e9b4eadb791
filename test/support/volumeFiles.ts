/** Files of volumes byte by byte, as other programs might write them; shares nothing with the product's readers. */
import { lps, zyx } from "../../src/domain/axes.ts";
import type { Grid } from "../../src/domain/grid.ts";
import { scale } from "../../src/geometry/vector.ts";

/** Lines of a header in their order; null takes one out. */
export type Lines = Readonly<Record<string, string | null>>;

const written = (lines: Lines, between: string, newline: string): string =>
  Object.entries(lines)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}${between}${value}${newline}`]))
    .join("");

const vector = (values: readonly number[]): string => `(${values.join(",")})`;

/** Steps along (i,j,k) and the origin of a grid, LPS mm. */
const affineOf = ({ axes, spacingMm, originLps }: Grid) => ({
  steps: ([2, 1, 0] as const).map((n) => scale(axes[n], spacingMm[n])),
  origin: originLps,
});

const sizesOf = ({ shape: [z, y, x] }: Grid): string => `${x} ${y} ${z}`;

/** An oblique grid of 4 × 3 × 2 voxels (i,j,k) with three different spacings. */
export const obliqueGrid: Grid = {
  shape: zyx(2, 3, 4),
  spacingMm: zyx(2.5, 0.75, 1.25),
  originLps: lps(-31.5, 12.25, 640.125),
  axes: zyx(lps(0.48, -0.6, 0.64), lps(-0.8, 0, 0.6), lps(0.36, 0.8, 0.48)),
};

/** An NRRD file of one byte a voxel in LPS, with lines changed. */
export const nrrdFile = (
  grid: Grid,
  voxels: Uint8Array,
  changed: Lines = {},
  { newline = "\n", after = "" }: { readonly newline?: string; readonly after?: string } = {},
): Buffer => {
  const { steps, origin } = affineOf(grid);
  const lines = {
    type: "uint8",
    dimension: "3",
    space: "left-posterior-superior",
    sizes: sizesOf(grid),
    "space directions": steps.map(vector).join(" "),
    kinds: "domain domain domain",
    encoding: "raw",
    "space origin": vector(origin),
    ...changed,
  };
  const header = `NRRD0004${newline}# a comment: of words${newline}${written(lines, ": ", newline)}${after}${newline}`;
  return Buffer.concat([Buffer.from(header), voxels]);
};

/** A MetaImage file of one byte a voxel, with lines changed. */
export const metaImageFile = (
  grid: Grid,
  voxels: Uint8Array,
  changed: Lines = {},
  newline = "\n",
): Buffer => {
  const { axes, spacingMm, originLps } = grid;
  const lines = {
    ObjectType: "Image",
    NDims: "3",
    BinaryData: "True",
    BinaryDataByteOrderMSB: "False",
    CompressedData: "False",
    TransformMatrix: [axes[2], axes[1], axes[0]].flat().join(" "),
    Offset: originLps.join(" "),
    CenterOfRotation: "0 0 0",
    AnatomicalOrientation: "RAI",
    ElementSpacing: [spacingMm[2], spacingMm[1], spacingMm[0]].join(" "),
    DimSize: sizesOf(grid),
    ElementType: "MET_UCHAR",
    ...changed,
  };
  const { ElementDataFile = "LOCAL", ...others } = lines as Record<string, string>;
  const header = written({ ...others, ElementDataFile }, " = ", newline);
  return Buffer.concat([Buffer.from(header), voxels]);
};

type Nifti2Fields = {
  readonly dim: readonly number[];
  readonly datatype: number;
  readonly bitpix: number;
  readonly voxOffset: number;
  readonly slope: number;
  readonly qformCode: number;
  readonly sformCode: number;
  readonly magic: string;
};

/** A NIfTI-2 file of one byte a voxel whose sform says where the grid is, with fields changed (nifti2.h). */
export const nifti2File = (
  grid: Grid,
  voxels: Uint8Array,
  changed: Partial<Nifti2Fields> = {},
  isLittleEndian = true,
): Buffer => {
  const [z, y, x] = grid.shape;
  const fields: Nifti2Fields = {
    dim: [3, x, y, z, 1, 1, 1, 1],
    datatype: 2,
    bitpix: 8,
    voxOffset: 544,
    slope: 1,
    qformCode: 0,
    sformCode: 1,
    magic: "n+2\0\r\n\x1a\n",
    ...changed,
  };
  const header = Buffer.alloc(544);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  view.setInt32(0, 540, isLittleEndian);
  header.write(fields.magic, 4, "latin1");
  view.setInt16(12, fields.datatype, isLittleEndian);
  view.setInt16(14, fields.bitpix, isLittleEndian);
  for (const [n, size] of fields.dim.entries()) view.setBigInt64(16 + 8 * n, BigInt(size), isLittleEndian);
  for (const [n, mm] of [1, ...grid.spacingMm.toReversed()].entries())
    view.setFloat64(104 + 8 * n, mm, isLittleEndian);
  view.setBigInt64(168, BigInt(fields.voxOffset), isLittleEndian);
  view.setFloat64(176, fields.slope, isLittleEndian);
  view.setInt32(344, fields.qformCode, isLittleEndian);
  view.setInt32(348, fields.sformCode, isLittleEndian);
  const { steps, origin } = affineOf(grid);
  for (const row of [0, 1, 2] as const)
    for (const [n, column] of [...steps, origin].entries())
      view.setFloat64(400 + 32 * row + 8 * n, (row < 2 ? -1 : 1) * column[row], isLittleEndian);
  view.setInt32(500, 2, isLittleEndian);
  return Buffer.concat([header, voxels]);
};
