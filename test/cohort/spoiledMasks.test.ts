import assert from "node:assert/strict";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { assessFolders } from "../../src/cohort/assessFolders.ts";
import { listMasks } from "../../src/cohort/listMasks.ts";
import { zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Mask } from "../../src/domain/grid.ts";
import { writeNifti } from "../../src/nifti/writeNifti.ts";
import { readPancreasNames } from "../../src/settings/pancreasNames.ts";
import { axialGrid } from "../support/grids.ts";
import { metaImageFile, nifti2File, nrrdFile } from "../support/volumeFiles.ts";
import { boxMask, type Folder, smallGrid, tempFolder } from "./masks.ts";

const good = boxMask([2, 3, 1], [2, 3, 8]);
const plain = (mask: Mask): Buffer => gunzipSync(writeNifti(mask));

/** The file of a mask with its header changed, and perhaps its voxels. */
const edited = (edit: (header: Buffer) => Buffer | undefined, mask = good): Buffer => {
  const file = plain(mask);
  return gzipSync(edit(file) ?? file);
};

const withInt16s = (...fields: readonly (readonly [offset: number, value: number])[]): Buffer =>
  edited((file) => {
    for (const [offset, value] of fields) file.writeInt16LE(value, offset);
    return undefined;
  });

/** The same voxels as numbers of another NIfTI datatype. */
const retyped = (datatype: number, bits: number, values: (at: number) => number): Buffer =>
  edited((file) => {
    file.writeInt16LE(datatype, 70);
    file.writeInt16LE(bits, 72);
    const voxels = Buffer.alloc((good.voxels.length * bits) / 8);
    for (let at = 0; at < good.voxels.length; at++)
      if (bits === 16) voxels.writeInt16LE(values(at), 2 * at);
      else voxels.writeFloatLE(values(at), 4 * at);
    return Buffer.concat([file.subarray(0, 352), voxels]);
  });

const flipped = (): Mask => {
  const { grid, voxels } = good;
  const [depth, height, width] = grid.shape;
  const turned = new Uint8Array(voxels.length);
  for (let at = 0; at < voxels.length; at++) {
    const i = at % width;
    turned[at - i + (width - 1 - i)] = voxels[at] ?? 0;
  }
  const [z, y, x] = grid.axes;
  const last = (width - 1) * grid.spacingMm[2];
  const origin = grid.originLps.map((value, axis) => value + last * (x[axis as 0 | 1 | 2] ?? 0));
  assert.ok(depth * height > 0);
  return {
    grid: {
      ...grid,
      axes: zyx(z, y, x.map((value) => -value) as unknown as typeof x),
      originLps: origin as unknown as typeof grid.originLps,
    },
    voxels: turned,
  };
};

const moved = (mm: number): Mask => ({
  ...good,
  grid: {
    ...smallGrid,
    originLps: smallGrid.originLps.map(
      (value, axis) => value + (axis === 0 ? mm : 0),
    ) as unknown as typeof smallGrid.originLps,
  },
});

type Spoil = (predictions: Folder, references: Folder) => void;

/** Writes one prediction in another form, in place of c1.nii.gz. */
const instead =
  (name: string, content: Mask | Uint8Array | string): Spoil =>
  (predictions) => {
    rmSync(join(predictions.path, "c1.nii.gz"));
    predictions.write(name, content);
  };

const labels = (all: readonly number[]): Mask => ({
  grid: smallGrid,
  voxels: good.voxels.map((voxel, at) => voxel && (all[at % all.length] ?? 1)),
});

/** Two cases of Dice 1, then one way to spoil the predictions; `label` is asked of both sides. */
type Way = readonly [way: string, spoil: Spoil, expected: string | RegExp, label?: number];

const right = "c0 1 | c1 1";
const leftOut = (why: string): RegExp => new RegExp(`^c0 1 \\| c1 left out: .*${why}`);

const ways: readonly Way[] = [
  ["not at all", () => {}, right],
  [
    "an image of CT numbers",
    instead(
      "c1.nii.gz",
      retyped(4, 16, (at) => ((at * 37) % 1500) - 1000),
    ),
    leftOut("more than 256 different values from -1000 to 499; give masks, not images"),
  ],
  [
    "CT numbers of few values",
    instead(
      "c1.nii.gz",
      retyped(4, 16, (at) => (at % 3) - 1),
    ),
    leftOut("values from -1 to 1; give masks, not images"),
  ],
  [
    "probabilities",
    instead(
      "c1.nii.gz",
      retyped(16, 32, (at) => (at % 10) / 10),
    ),
    leftOut("which is no label; give masks, not images"),
  ],
  [
    "numbers that are none",
    instead(
      "c1.nii.gz",
      retyped(16, 32, (at) => (at === 5 ? Number.NaN : 0)),
    ),
    leftOut("not a finite number"),
  ],
  [
    "labels of many organs",
    instead("c1.nii.gz", labels(Array.from({ length: 13 }, (_, n) => n + 1))),
    leftOut("\\d+ labels from 1 to 13: more than one organ; name the label of the pancreas"),
  ],
  [
    "labels of two parts",
    instead("c1.nii.gz", labels([1, 2])),
    "c0 1 | c1 1 | the labels 1, 2 of the prediction count together as the pancreas: c1",
  ],
  [
    "another label than asked for",
    instead("c1.nii.gz", labels([2])),
    "c0 1 | c1 0 | the prediction holds no label 1, only 2: it counts as empty: c1 !",
    1,
  ],
  ["a label that nobody has", () => {}, "No reference holds label 5; they hold 1.", 5],
  ["an empty mask", instead("c1.nii.gz", boxMask([0, 0, 0], [0, 0, 0])), "c0 1 | c1 0"],
  [
    "voxels of another size",
    instead("c1.nii.gz", { ...good, grid: axialGrid(zyx(6, 9, 12), zyx(2.5, 1, 1.2)) }),
    leftOut("do not coincide"),
  ],
  ["half a voxel to the side", instead("c1.nii.gz", moved(0.5)), leftOut("do not coincide")],
  [
    "three voxels to the side",
    instead("c1.nii.gz", moved(3)),
    leftOut(
      "different fields of view: in voxels \\(z, y, x\\) of the one, which go from 0, 0, 0 to 5, 8, 11, the other goes from 0, 0, 3 to 5, 8, 14",
    ),
  ],
  ["axes stored the other way round", instead("c1.nii.gz", flipped()), right],
  [
    "four dimensions",
    instead("c1.nii.gz", withInt16s([40, 4], [48, 2])),
    leftOut("dimensions 12 × 9 × 6 × 2; one 3-D volume is read"),
  ],
  [
    "no position in space",
    instead("c1.nii.gz", withInt16s([252, 0], [254, 0])),
    leftOut("Neither sform nor qform is set"),
  ],
  [
    "a broken stream",
    instead("c1.nii.gz", writeNifti(good).subarray(0, 90)),
    leftOut("gzip stream is damaged"),
  ],
  ["nothing in the file", instead("c1.nii.gz", ""), leftOut("0 bytes")],
  ["gzip under the name .nii", instead("c1.nii", writeNifti(good)), right],
  ["plain voxels under the name .nii.gz", instead("c1.nii.gz", plain(good)), right],
  [
    "a FreeSurfer volume",
    instead("c1.mgz", "x"),
    leftOut("a FreeSurfer volume; convert it with mri_convert"),
  ],
  [
    "an Analyze pair",
    (folder, references) => {
      instead("c1.hdr", new Uint8Array(348))(folder, references);
      folder.write("c1.img", new Uint8Array(648));
    },
    leftOut(
      "one half of an Analyze pair, which is not read: Analyze has no place in space; convert it to NIfTI",
    ),
  ],
  ["a pair of .hdr and .img", instead("c1.hdr", plain(good)), leftOut("one half of a pair")],
  ["a packed file", instead("c1.nii.zip", "PK"), leftOut("packed; unpack it")],
  ["an array", instead("c1.npz", "PK"), leftOut("an array without position in space")],
  ["a surface", instead("c1.stl", "solid"), leftOut("a surface; convert it to voxels")],
  ["NIfTI-2", instead("c1.nii", nifti2File(smallGrid, good.voxels)), right],
  ["compressed NIfTI-2", instead("c1.nii.gz", gzipSync(nifti2File(smallGrid, good.voxels))), right],
  [
    "NIfTI-2 without position in space",
    instead("c1.nii", nifti2File(smallGrid, good.voxels, { sformCode: 0 })),
    leftOut("Neither sform nor qform is set, .*; save the file anew with the affine of its image"),
  ],
  ["NRRD", instead("c1.nrrd", nrrdFile(smallGrid, good.voxels)), right],
  [
    "a segmentation of 3D Slicer",
    instead(
      "c1.seg.nrrd",
      nrrdFile(smallGrid, gzipSync(good.voxels), { encoding: "gzip" }, { after: "Segment0_ID:=Segment_1\n" }),
    ),
    right,
  ],
  [
    "a segmentation of 3D Slicer in layers",
    instead(
      "c1.seg.nrrd",
      nrrdFile(smallGrid, good.voxels, {
        dimension: "4",
        sizes: "2 12 9 6",
        kinds: "list domain domain domain",
      }),
    ),
    leftOut("A segmentation in layers is exported from 3D Slicer as a label map"),
  ],
  [
    "NRRD with its voxels beside it",
    (folder, references) => {
      instead("c1.nhdr", nrrdFile(smallGrid, new Uint8Array(), { "data file": "c1.raw" }))(
        folder,
        references,
      );
      folder.write("c1.raw", good.voxels);
    },
    right,
  ],
  [
    "NRRD without its voxels",
    instead("c1.nhdr", nrrdFile(smallGrid, new Uint8Array(), { "data file": "c1.raw" })),
    leftOut('said to lie in "c1.raw"; there is no such file beside the header'),
  ],
  [
    "NRRD that asks for another's file",
    instead("c1.nhdr", nrrdFile(smallGrid, new Uint8Array(), { "data file": "../../c1.raw" })),
    leftOut("only files beside the header are read"),
  ],
  [
    "NRRD in the voxels' own space",
    instead("c1.nrrd", nrrdFile(smallGrid, good.voxels, { space: null, "space dimension": "3" })),
    leftOut("names no space, so that position and orientation are unknown"),
  ],
  [
    "NRRD of CT numbers",
    instead(
      "c1.nrrd",
      nrrdFile(
        smallGrid,
        new Uint8Array(Int16Array.from(good.voxels, (_, at) => ((at * 37) % 1500) - 1000).buffer),
        { type: "int16", endian: "little" },
      ),
    ),
    leftOut("more than 256 different values from -1000 to 499; give masks, not images"),
  ],
  ["MetaImage", instead("c1.mha", metaImageFile(smallGrid, good.voxels)), right],
  [
    "MetaImage with its voxels beside it, under a name of Analyze",
    (folder, references) => {
      instead("c1.mhd", metaImageFile(smallGrid, new Uint8Array(), { ElementDataFile: "c1.img" }))(
        folder,
        references,
      );
      folder.write("c1.img", good.voxels);
    },
    right,
  ],
  [
    "MetaImage without position in space",
    instead("c1.mha", metaImageFile(smallGrid, good.voxels, { TransformMatrix: null, Offset: null })),
    leftOut("does not say TransformMatrix, so that the place of the voxels is unknown"),
  ],
  [
    "MetaImage in ITK's space taken for RAS",
    instead("c1.mha", metaImageFile(smallGrid, good.voxels, { TransformMatrix: "-1 0 0 0 -1 0 0 0 1" })),
    leftOut("different fields of view"),
  ],
  [
    "MetaImage cut off",
    instead("c1.mha", metaImageFile(smallGrid, good.voxels).subarray(0, -100)),
    leftOut("announces 648 bytes, the file holds at most 548"),
  ],
  ["NRRD under the name .nii.gz", instead("c1.nii.gz", nrrdFile(smallGrid, good.voxels)), right],
  ["MetaImage under the name .nrrd", instead("c1.nrrd", metaImageFile(smallGrid, good.voxels)), right],
  ["NIfTI under the name .mha", instead("c1.mha", writeNifti(good)), right],
  ["NRRD under a name that says nothing", instead("c1", nrrdFile(smallGrid, good.voxels)), right],
  [
    "a mask in two formats",
    (folder) => folder.write("c1.nrrd", nrrdFile(smallGrid, good.voxels)),
    leftOut("2 files are called c1: c1.nii.gz, c1.nrrd"),
  ],
  [
    "two files of one name",
    (folder) => folder.write("c1.nii", good),
    leftOut("2 files are called c1: c1.nii, c1.nii.gz"),
  ],
  ["no file", (folder) => rmSync(join(folder.path, "c1.nii.gz")), leftOut("No prediction has this name")],
  [
    "a file too many",
    (folder) => folder.write("c2.nii.gz", good),
    "c0 1 | c1 1 | c2 left out: No reference has this name or is of this series.",
  ],
  [
    "another name",
    instead("C1.nii.gz", good),
    "c0 1 | c1 left out: No prediction has this name or is of this series. | C1 left out: No reference has this name or is of this series.",
  ],
  [
    "a hidden twin of a Mac",
    (folder) => folder.write("._c1.nii.gz", "x"),
    "c0 1 | c1 1 | no masks, passed over among the predictions: ._c1.nii.gz",
  ],
  [
    "files that are no masks",
    (folder) => folder.write("notes.txt", "x"),
    "c0 1 | c1 1 | no masks, passed over among the predictions: notes.txt",
  ],
  [
    "names in NFD",
    (folder, references) => {
      folder.write("josé.nii.gz".normalize("NFD"), good);
      references.write("josé.nii.gz".normalize("NFC"), good);
    },
    "c0 1 | c1 1 | josé 1",
  ],
  [
    "one name in two folders",
    (folder, references) => {
      for (const one of [folder, references])
        for (const centre of ["A", "B"]) one.write(`${centre}/c7.nii.gz`, good);
    },
    "A/c7 1 | B/c7 1 | c0 1 | c1 1",
  ],
  ["a folder for each case", instead("c1/mask.nii.gz", good), right],
  [
    "a link",
    (folder) => {
      folder.write("real/c1.nii.gz", good);
      rmSync(join(folder.path, "c1.nii.gz"));
      symlinkSync(join(folder.path, "real", "c1.nii.gz"), join(folder.path, "link.nii.gz"));
    },
    /^c0 1 \| c1 1 \| link left out: No reference/,
  ],
  [
    "a link to nothing",
    (folder) => {
      rmSync(join(folder.path, "c1.nii.gz"));
      symlinkSync("/nowhere/c1.nii.gz", join(folder.path, "c1.nii.gz"));
    },
    leftOut("The file cannot be opened \\(ENOENT\\)"),
  ],
];

const outcome = async (predictions: Folder, references: Folder, label: number | null): Promise<string> => {
  try {
    const { cases, leftOut, remarks } = await assessFolders(
      listMasks(references.path),
      listMasks(predictions.path),
      {
        referenceLabel: label,
        predictionLabel: label,
        names: readPancreasNames(null),
        groups: null,
        modality: null,
        resample: false,
        toleranceMm: 2,
      },
      () => {},
    );
    assert.ok(cases.every(({ agreement }) => agreement.dice !== 0 || agreement.hd95Mm === null));
    return [
      ...cases.map(({ name, agreement }) => `${name} ${agreement.dice}`),
      ...leftOut.map(({ name, failure }) => `${name} left out: ${failure.sentence}`),
      ...remarks.map(({ sentence, names, needsLook }) => `${sentence}: ${names}${needsLook ? " !" : ""}`),
    ].join(" | ");
  } catch (error) {
    if (error instanceof FailureError && error.failure.code === "USAGE") return error.failure.sentence;
    throw error;
  }
};

for (const [way, spoil, expected, label] of ways)
  test(`E3, E9, E11: a folder of masks spoiled by: ${way}`, async (t) => {
    const [references, predictions] = [tempFolder(t), tempFolder(t)];
    for (const name of ["c0", "c1"])
      for (const folder of [references, predictions]) folder.write(`${name}.nii.gz`, good);
    spoil(predictions, references);
    const found = await outcome(predictions, references, label ?? null);
    if (typeof expected === "string") assert.equal(found, expected);
    else assert.match(found, expected);
  });
