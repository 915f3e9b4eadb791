import assert from "node:assert/strict";
import { test } from "node:test";
import { imageOnGrid } from "../../src/cohort/galleryImage.ts";
import { readGroupsTable } from "../../src/cohort/groupsTable.ts";
import { listMasks } from "../../src/cohort/listMasks.ts";
import { readMaskFile } from "../../src/cohort/maskFile.ts";
import { pairMasks } from "../../src/cohort/pairMasks.ts";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { FailureError } from "../../src/domain/failure.ts";
import { readPancreasNames } from "../../src/settings/pancreasNames.ts";
import { asymmetricMask, makeContext, makeSource } from "../dicom/write/sources.ts";
import { metaImageFile, nifti2File, nrrdFile } from "../support/volumeFiles.ts";
import { boxMask, tempFolder } from "./masks.ts";

const source = makeSource();
const seg = buildSeg(asymmetricMask(source.grid), makeContext(source)).bytes;
const isUsage = (error: unknown): boolean => error instanceof FailureError && error.failure.code === "USAGE";

test("masks of a folder are NIfTI and SEG, named by file or by case folder; all else is passed over", (t) => {
  const folder = tempFolder(t);
  folder.write("b.nii.gz", boxMask([1, 1, 1], [2, 2, 2]));
  folder.write("deep/a.dcm", seg);
  folder.write("case-c/mask.nii.gz", boxMask([1, 1, 1], [2, 2, 2]));
  folder.write("case-c/seg.dcm", seg);
  folder.write("notes.txt", "no mask");
  folder.write("dataset.json", "{}");
  assert.deepEqual(
    listMasks(folder.path)
      .masks.map(({ name, kind, sourceSeriesUid }) => [name, kind, sourceSeriesUid])
      .sort(),
    [
      ["a", "seg", source.seriesUid],
      ["b", "volume", null],
      ["case-c", "volume", null],
    ],
  );
});

test("one file is a folder of one; nothing is refused", (t) => {
  const folder = tempFolder(t);
  folder.write("x.nii", boxMask([1, 1, 1], [1, 1, 1]));
  assert.equal(listMasks(`${folder.path}/x.nii`).masks[0]?.name, "x");
  assert.throws(() => listMasks(`${folder.path}/absent`), isUsage);
  const empty = tempFolder(t);
  empty.write("readme.md", "text");
  assert.throws(() => listMasks(empty.path), isUsage);
});

const names = readPancreasNames(null);

const file = (name: string, sourceSeriesUid: string | null = null) => ({
  path: name,
  kind: sourceSeriesUid === null ? ("volume" as const) : ("seg" as const),
  name,
  place: name,
  sourceSeriesUid,
  dataFile: null,
  refusal: null,
});

test("pairs are of one name, else of one series; what stays alone says why", () => {
  const { pairs, alone } = pairMasks(
    [file("a"), file("1.2.3"), file("c", "1.2.4"), file("lonely"), file("d", "1.2.5")],
    [
      file("a", "1.2.9"),
      file("x", "1.2.3"),
      file("1.2.4"),
      file("y", "1.2.5"),
      file("z", "1.2.5"),
      file("stray"),
    ],
  );
  assert.deepEqual(
    pairs.map(({ reference, prediction }) => [reference.name, prediction.name]),
    [
      ["a", "a"],
      ["1.2.3", "x"],
      ["c", "1.2.4"],
    ],
  );
  assert.deepEqual(
    alone.map(({ name, error }) => [name, error.failure.sentence]),
    [
      ["lonely", "No prediction has this name or is of this series."],
      ["d", "2 predictions are of this series."],
      ["stray", "No reference has this name or is of this series."],
    ],
  );
});

test("of a NIfTI any label counts, or the one asked for; an image is no mask", async (t) => {
  const folder = tempFolder(t);
  const two = boxMask([1, 1, 1], [2, 2, 2]);
  two.voxels.set(boxMask([4, 4, 4], [1, 1, 3], undefined, 7).voxels.subarray(4 * 108), 4 * 108);
  folder.write("labels.nii.gz", two);
  const [labels] = listMasks(folder.path).masks;
  assert.ok(labels);
  const count = async (label: number | null): Promise<number> =>
    (await readMaskFile(labels, label, names)).mask.voxels.reduce((sum, voxel) => sum + voxel, 0);
  assert.deepEqual([await count(null), await count(1), await count(7), await count(3)], [11, 8, 3, 0]);
});

test("a SEG's mask is its own planes alone", async (t) => {
  const folder = tempFolder(t);
  folder.write("a.dcm", seg);
  const [listed] = listMasks(folder.path).masks;
  assert.ok(listed);
  const { mask, isWholeImage, frameOfReferenceUid } = await readMaskFile(listed, null, names);
  assert.deepEqual(mask.grid.shape, [3, 5, 7]);
  assert.deepEqual([isWholeImage, frameOfReferenceUid], [false, source.frameOfReferenceUid]);
});

test("groups come from any column of a CSV, whatever its separator; modalities as papers write them", () => {
  for (const separator of [",", ";", "\t"]) {
    const lines = [
      ["Case", "Modality", "Center", "Scanner"],
      ["a", "t1w", '"Ring, 3"', ""],
      ["b", "CT", "B", "S"],
    ];
    const { rows, separator: found } = readGroupsTable(
      Buffer.from(`\ufeff${lines.map((cells) => cells.join(separator)).join("\r\n")}\r\n`),
    );
    assert.deepEqual(rows, [
      { name: "a", groups: { modality: "T1", centre: "Ring, 3" } },
      { name: "b", groups: { modality: "CT", centre: "B", scanner: "S" } },
    ]);
    assert.equal(found, separator);
  }
});

test("a table without groups, with a case twice or with ragged lines is refused", () => {
  for (const text of [
    "",
    "case\na\n",
    "case,x,x\na,1,2\n",
    "case,x\na,1\na,2\n",
    "case,x\na,1,2\n",
    'case,x\na,"1\n',
  ])
    assert.throws(() => readGroupsTable(Buffer.from(text)), isUsage, JSON.stringify(text));
});

test("E11: the image of a case is found in every format, by its name with and without a channel", async (t) => {
  const folder = tempFolder(t);
  const { grid } = boxMask([0, 0, 0], [1, 1, 1]);
  const images = [1, 2, 3, 4].map((first) =>
    Uint8Array.from({ length: 6 * 9 * 12 }, (_, at) => first + (at % 200)),
  );
  const [a, b, c, d] = images as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  folder.write("a_0000.nrrd", nrrdFile(grid, a));
  folder.write("deep/b.mha", metaImageFile(grid, b));
  folder.write("c_0000.nii", nifti2File(grid, c));
  folder.write("d.mhd", metaImageFile(grid, new Uint8Array(), { ElementDataFile: "d.raw" }));
  folder.write("d.raw", d);
  for (const [n, name] of ["a", "b", "c", "d"].entries())
    assert.deepEqual(
      [...(await imageOnGrid(folder.path, [name], grid)).voxels],
      [...(images[n] ?? [])],
      name,
    );
  assert.ok((await imageOnGrid(folder.path, ["e"], grid)).voxels.every((value) => value === 0));
});
