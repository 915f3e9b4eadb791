import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import type { Volume } from "../../../src/domain/grid.ts";
import { readVolumeFile } from "../../../src/files/readVolumeFile.ts";
import { voxelToLps } from "../../../src/geometry/vector.ts";
import { metaImageFile, nifti2File, nrrdFile, obliqueGrid } from "../../support/volumeFiles.ts";
import { askPython, type Files, skip } from "./askPython.ts";

/** What a program says of a file: sizes along (i,j,k), the eight corners in LPS mm, k fastest, and every voxel, i fastest. */
type Truth = {
  readonly sizes: readonly number[];
  readonly corners: readonly (readonly number[])[];
  readonly values: readonly number[];
};

type Truths = Readonly<Record<string, Truth>>;

/** The farthest that a corner lies from where the program has it, mm; no voxel and no size may differ. */
const compare = ({ grid, voxels }: Volume, { sizes, corners, values }: Truth, name: string): number => {
  assert.deepEqual([...grid.shape].toReversed(), sizes, name);
  assert.deepEqual([...voxels], values.map(Math.fround), name);
  const ends = grid.shape.map((size) => [0, size - 1]);
  const own = (ends[2] ?? []).flatMap((i) =>
    (ends[1] ?? []).flatMap((j) => (ends[0] ?? []).map((k) => voxelToLps(grid, k, j, i))),
  );
  assert.equal(own.length, corners.length);
  return Math.max(
    ...own.map((point, n) => Math.hypot(...point.map((mm, axis) => mm - (corners[n]?.[axis] ?? Number.NaN)))),
  );
};

const labels = Uint8Array.from({ length: 24 }, (_, n) => (n * 7) % 5);
/** The labels as bytes of another type. */
const as = (bytes: number, put: (view: DataView, at: number, value: number) => void): Uint8Array => {
  const view = new DataView(new ArrayBuffer(labels.length * bytes));
  for (const [n, label] of labels.entries()) put(view, n * bytes, label);
  return new Uint8Array(view.buffer);
};
const big16 = as(2, (view, at, value) => view.setInt16(at, value - 2, false));
const big32 = as(4, (view, at, value) => view.setUint32(at, value, false));
const big64 = as(8, (view, at, value) => view.setFloat64(at, value / 4, false));
const text = Buffer.from(`${[...labels].join(" ")}\n`);
const deflated = deflateSync(labels);
const none = new Uint8Array();
const junk = Buffer.from("#junk#");
const nrrd = (...args: Parameters<typeof nrrdFile> extends [unknown, ...infer Rest] ? Rest : never) =>
  nrrdFile(obliqueGrid, ...args);
const meta = (...args: Parameters<typeof metaImageFile> extends [unknown, ...infer Rest] ? Rest : never) =>
  metaImageFile(obliqueGrid, ...args);

/** What the two programs read but do not write. */
const asked: Files = {
  "lps.nrrd": nrrd(labels),
  "short-lps.nrrd": nrrd(labels, { space: "LPS" }),
  "ras.nrrd": nrrd(labels, { space: "right-anterior-superior" }),
  "short-ras.nrrd": nrrd(labels, { space: "RAS" }),
  "las.nrrd": nrrd(labels, { space: "left-anterior-superior" }),
  "short-las.nrrd": nrrd(labels, { space: "LAS" }),
  "lines-of-windows.nrrd": nrrd(labels, {}, { newline: "\r\n" }),
  "keys.nrrd": nrrd(labels, {}, { after: "Segment0_Name:=pancreas: head\nSegment0_LabelValue:=1\n" }),
  "text.nrrd": nrrd(text, { encoding: "ascii" }),
  "text-of-floats.nrrd": nrrd(Buffer.from([...labels].map((label) => `${label / 4}`).join("\n")), {
    encoding: "text",
    type: "float",
  }),
  "gz.nrrd": nrrd(gzipSync(labels), { encoding: "gz" }),
  "byte-skip.nrrd": nrrd(Buffer.concat([junk, labels]), { "byte skip": "6" }),
  "byte-skip-all.nrrd": nrrd(Buffer.concat([junk, labels]), { "byte skip": "-1" }),
  "big-int16.nrrd": nrrd(big16, { type: "short", endian: "big" }),
  "big-uint32-gzip.nrrd": nrrd(gzipSync(big32), { type: "uint", endian: "big", encoding: "gzip" }),
  "big-double.nrrd": nrrd(big64, { type: "double", endian: "big" }),
  "detached.nhdr": nrrd(none, { "data file": "voxels/detached.raw" }),
  "voxels/detached.raw": labels,
  "detached-gzip.nhdr": nrrd(none, { datafile: "./voxels/detached.raw.gz", encoding: "gzip" }),
  "voxels/detached.raw.gz": gzipSync(labels),
  "plain.mha": meta(labels),
  "orientation-of-others.mha": meta(labels, { AnatomicalOrientation: "LPS" }),
  "text.mha": meta(text, { BinaryData: "False" }),
  "zlib.mha": meta(deflated, { CompressedData: "True", CompressedDataSize: String(deflated.length) }),
  "big-int16.mha": meta(big16, { ElementType: "MET_SHORT", BinaryDataByteOrderMSB: "True" }),
  "big-double.mha": meta(big64, { ElementType: "MET_DOUBLE", BinaryDataByteOrderMSB: "True" }),
  "older-names.mha": meta(labels, {
    TransformMatrix: null,
    Offset: null,
    Rotation: "0 0 1 1 0 0 0 1 0",
    Position: "1 2.5 -3",
  }),
  "element-size.mha": meta(labels, { ElementSpacing: null, ElementSize: "1 2 3.5" }),
  "backwards.mha": meta(labels, { ElementSpacing: "-1 2 3" }),
  "long.mhd": meta(none, {
    ElementType: "MET_LONG",
    BinaryDataByteOrderMSB: "True",
    ElementDataFile: "long.bin",
  }),
  "long.bin": big32,
  "behind-junk.mhd": meta(none, { HeaderSize: "6", ElementDataFile: "behind-junk.raw" }),
  "behind-junk.raw": Buffer.concat([junk, labels]),
  "behind-all.mhd": meta(none, { HeaderSize: "-1", ElementDataFile: "behind-junk.raw" }),
  "zlib.mhd": meta(none, {
    CompressedData: "True",
    CompressedDataSize: String(deflated.length),
    ElementDataFile: "zlib.zraw",
  }),
  "zlib.zraw": deflated,
  "two.nii": nifti2File(obliqueGrid, labels),
  "two-big.nii": nifti2File(obliqueGrid, big16, { datatype: 4, bitpix: 16 }, false),
  "two.nii.gz": gzipSync(nifti2File(obliqueGrid, labels, { slope: 2 })),
};

/** The files of each kind, how many there were and the farthest corner of all of them. */
let comparisons: Promise<Readonly<Record<string, readonly (readonly [file: string, farthestMm: number])[]>>>;
const compared = () => {
  comparisons ??= askPython<Truths, readonly (readonly [string, number])[]>(
    "volumes.py",
    new Map([["asked", asked]]),
    (answers, root) =>
      Object.fromEntries(
        Object.entries(answers).map(([kind, truths]) => [
          kind,
          Object.entries(truths).map(([path, truth]) => [
            path,
            compare(readVolumeFile(join(root, path)), truth, path),
          ]),
        ]),
      ),
  );
  return comparisons;
};

const kinds = [
  ["itk", 80, "80 NRRD and MetaImage files of every type of number that SimpleITK wrote"],
  ["nibabel", 240, "240 NIfTI-1 and NIfTI-2 files of every type and byte order that nibabel wrote"],
  [
    "asked",
    Object.keys(asked).filter((name) => /\.(nrrd|nhdr|mha|mhd|nii|nii\.gz)$/.test(name)).length,
    "what SimpleITK and nibabel read but do not write: texts, other byte orders, spaces and names",
  ],
] as const;

for (const [kind, count, what] of kinds)
  test(`E11: every voxel and corner is where the programs have it: ${what}`, { skip }, async () => {
    const files = (await compared())[kind] ?? [];
    assert.equal(files.length, count);
    for (const [file, farthestMm] of files) assert.ok(farthestMm < 1e-6, `${file}: ${farthestMm} mm`);
  });
