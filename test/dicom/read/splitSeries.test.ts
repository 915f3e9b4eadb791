import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { imagesOf } from "../../../src/dicom/read/describe.ts";
import { parseHeader } from "../../../src/dicom/read/header.ts";
import { keepSlices } from "../../../src/dicom/read/objectKind.ts";
import { requireGeometry } from "../../../src/dicom/read/slice.ts";
import { splitSeries } from "../../../src/dicom/read/splitSeries.ts";
import { noRepairs } from "../../../src/domain/series.ts";
import { type Attributes, classicSeries, type SeriesSpec, shuffled, uid } from "../../support/dicomSeries.ts";
import { needsShared } from "../../support/shared.ts";
import { codes, fixture, read, readFixture, refusal } from "./support.ts";

const slices = 6;

type Volume = { readonly spec?: SeriesSpec; readonly attributes: (k: number) => Attributes };

/** Files of several volumes in one series; every volume has voxels of its own. */
const together = (volumes: readonly Volume[]): readonly Uint8Array[] =>
  volumes.flatMap(({ spec, attributes }, n) =>
    classicSeries({
      modality: "MR",
      slices,
      ...spec,
      stored: (k, row, column) => 100 * n + 10 * k + row + column,
      attributes: (k) => ({
        SOPInstanceUID: uid(60 + n, k + 1),
        InstanceNumber: 1,
        ...attributes(k),
      }),
    }),
  );

/** The parts as metadata alone tell them. */
const partsOf = (files: readonly Uint8Array[]) => {
  const images = requireGeometry(keepSlices(imagesOf(files.map(parseHeader))).slices);
  return splitSeries(images, { minSlices: 5, repairs: noRepairs, digestOf: null }).parts;
};

const ids = (files: readonly Uint8Array[]): readonly string[] => partsOf(files).map(({ id }) => id);

/** Each part is read by its name to its own voxels, whatever the order of the files. */
const assertSplit = async (files: readonly Uint8Array[], expected: readonly string[]): Promise<void> => {
  assert.deepEqual(ids(files), expected);
  for (const seed of [1, 2, 3, 4, 5]) assert.deepEqual(ids(shuffled(files, seed)), expected);
  const failure = await refusal(read(files), "SEVERAL_VOLUMES");
  assert.equal((failure.details["problems"] as readonly string[]).length, expected.length);
  for (const [n, part] of expected.entries()) {
    const volume = await read(files, { part });
    const again = await read(shuffled(files, 9), { part });
    assert.equal(volume.source.frames.length, slices);
    assert.ok(
      volume.source.frames.every(({ sopInstanceUid }) =>
        sopInstanceUid.startsWith(uid(60 + n, 1).slice(0, -1)),
      ),
    );
    assert.deepEqual(again.volume.voxels, volume.volume.voxels);
    assert.equal(volume.volume.voxels[0], 100 * n);
  }
};

const two = (first: Attributes, second: Attributes): readonly Uint8Array[] =>
  together([{ attributes: () => first }, { attributes: () => second }]);

describe("what always makes different volumes", () => {
  test("G8: two matrices in one series are two volumes", async () => {
    const files = together([
      { attributes: () => ({}) },
      { spec: { columns: 12, rows: 9 }, attributes: () => ({}) },
    ]);
    assert.equal(ids(files).length, 2);
    assert.ok(ids(files).every((id) => /^Matrix=\d+x\d+$/.test(id)));
    await refusal(read(files), "SEVERAL_VOLUMES");
    const wide = await read(files, { part: "Matrix=9x12" });
    assert.deepEqual([...wide.volume.grid.shape], [6, 9, 12]);
  });

  test("G8: two pixel spacings are two volumes", () =>
    assertSplit(two({ PixelSpacing: ["0.7", "0.7"] }, { PixelSpacing: ["0.8", "0.8"] }), [
      "PixelSpacing=0.700x0.700",
      "PixelSpacing=0.800x0.800",
    ]));

  test("G9: two frames of reference are two volumes, never merged", () =>
    assertSplit(two({ FrameOfReferenceUID: uid(1, 1) }, { FrameOfReferenceUID: uid(1, 2) }), [
      "FrameOfReference=1",
      "FrameOfReference=2",
    ]));

  test("two orientations in one series are two volumes", async () => {
    const files = together([
      { attributes: () => ({}) },
      { spec: { alongRow: [0, 1, 0], alongColumn: [0, 0, -1] }, attributes: () => ({}) },
    ]);
    await assertSplit(files, ["Orientation=axial", "Orientation=sagittal"]);
  });

  test("magnitude and phase, and Dixon's images, are told apart by ImageType", async () => {
    const type = (...values: string[]): Attributes => ({ ImageType: ["ORIGINAL", "PRIMARY", ...values] });
    await assertSplit(two(type("M", "ND"), type("P", "ND")), ["ImageType=M", "ImageType=P"]);
    const dixon = ["WATER", "FAT", "IN_PHASE", "OPP_PHASE"].map((kind) => ({
      attributes: () => type("M", kind),
    }));
    await assertSplit(together(dixon), [
      "ImageType=WATER",
      "ImageType=FAT",
      "ImageType=IN_PHASE",
      "ImageType=OPP_PHASE",
    ]);
  });
});

describe("images that share their positions", () => {
  const keys: readonly (readonly [string, unknown, unknown])[] = [
    ["EchoTime", "2.4", "4.9"],
    ["EchoNumbers", "1", "2"],
    ["TemporalPositionIdentifier", "1", "2"],
    ["TriggerTime", "0", "250.5"],
    ["AcquisitionNumber", "1", "2"],
    ["DiffusionBValue", 50, 800],
  ];
  for (const [key, first, second] of keys)
    test(`are two volumes by ${key}`, () =>
      assertSplit(two({ [key]: first }, { [key]: second }), [
        `${key}=${Number(first)}`,
        `${key}=${Number(second)}`,
      ]));

  test("are two volumes by AcquisitionTime or ContentTime that runs on from the one to the other", async () => {
    for (const key of ["AcquisitionTime", "ContentTime"]) {
      const files = together([
        { attributes: (k) => ({ [key]: `1021${10 + k}.5` }) },
        { attributes: (k) => ({ [key]: `1022${10 + k}` }) },
      ]);
      await assertSplit(files, [`${key}=1`, `${key}=2`]);
    }
  });

  test("are told apart by the order of their numbers as a last resort, with a warning", async () => {
    const inBlocks = together([
      { attributes: (k) => ({ InstanceNumber: 1 + k }) },
      { attributes: (k) => ({ InstanceNumber: 7 + k }) },
    ]);
    const inTurns = together([
      { attributes: (k) => ({ InstanceNumber: 1 + 2 * k }) },
      { attributes: (k) => ({ InstanceNumber: 2 + 2 * k }) },
    ]);
    for (const files of [inBlocks, inTurns]) {
      await assertSplit(files, ["InstanceOrder=1", "InstanceOrder=2"]);
      assert.ok(codes(await read(files, { part: "InstanceOrder=2" })).includes("SPLIT_BY_INSTANCE"));
    }
  });

  test("are split by the first key that gives equal sets of positions, not by one that leaves some over", () =>
    assertSplit(
      together([
        { attributes: (k) => ({ EchoTime: k < 3 ? "1" : "2", TriggerTime: "0" }) },
        { attributes: (k) => ({ EchoTime: k < 2 ? "2" : "1", TriggerTime: "9" }) },
      ]),
      ["TriggerTime=0", "TriggerTime=9"],
    ));

  test("G12: stay ambiguous where nothing tells them apart, and where one volume lacks a position", async () => {
    await refusal(read(two({}, {})), "AMBIGUOUS_POSITIONS");
    const uneven = two({ EchoTime: "1" }, { EchoTime: "2" }).slice(0, -1);
    await refusal(read(uneven), "AMBIGUOUS_POSITIONS");
  });
});

test("AcquisitionNumber, EchoTime or time alone never split a series whose positions differ", async () => {
  const each = await read(
    together([
      {
        attributes: (k) => ({
          AcquisitionNumber: k,
          EchoTime: String(k + 1),
          AcquisitionTime: `10${10 + k}00`,
        }),
      },
    ]),
  );
  assert.equal(each.source.frames.length, slices);
  assert.deepEqual(codes(each), []);
});

test("S9: stacks of one or two images beside a volume are left out and reported", async () => {
  const files = together([
    { attributes: () => ({}) },
    { spec: { slices: 2, columns: 12 }, attributes: () => ({}) },
  ]);
  const series = await read(files);
  assert.equal(series.source.frames.length, slices);
  assert.deepEqual(codes(series), ["PARTS_DROPPED"]);
});

test("a part that is not there is named, one that is no volume gives its own reason", async () => {
  const files = together([
    { attributes: () => ({ EchoTime: "1" }) },
    { spec: { slices: 4, columns: 12 }, attributes: () => ({}) },
  ]);
  const failure = await refusal(read(files, { part: "EchoTime=9" }), "PART_NOT_FOUND");
  assert.equal(failure.details["part"], "EchoTime=9");
  const narrow = ids(files).find((id) => id.endsWith("x12"));
  assert.ok(narrow !== undefined);
  await refusal(read(files, { part: narrow }), "TOO_FEW_SLICES");
  assert.equal((await read(files)).source.frames.length, slices);
});

const skip = needsShared("fixtures", "dicom");

test("two b-values at the same positions are two volumes of four slices", { skip }, async () => {
  const files = fixture("dwi_two_bvalues").map((instance) => instance.read());
  await refusal(read(files, { minSlices: 4 }), "SEVERAL_VOLUMES");
  for (const part of ["InstanceOrder=1", "InstanceOrder=2"]) {
    const { volume } = await read(files, { part, minSlices: 4 });
    assert.deepEqual([...volume.grid.shape], [4, 128, 128]);
  }
});

test("M1, M2: an enhanced MR of eight frames has the grid that dcm2niix gives it", { skip }, async () => {
  const { volume, source, warnings } = await readFixture(fixture("enhanced_mr"));
  assert.deepEqual([...volume.grid.shape], [8, 256, 256]);
  // dcm2niix: 1.2 × 1 × 1 mm, RAS origin (-100.2936, -104.3954, -138.0508) at the corner that its flips make first.
  const corner = [0, 1, 2].map(
    (axis) =>
      (volume.grid.originLps[axis] ?? 0) + 255 * (volume.grid.axes[1][axis] ?? 0) * volume.grid.spacingMm[1],
  );
  const ras = [-(corner[0] ?? 0), -((corner[1] ?? 0) + 255 * (volume.grid.axes[2][1] ?? 0)), corner[2] ?? 0];
  for (const [axis, mm] of [-100.2935791, -104.395401, -138.0507507].entries())
    assert.ok(Math.abs((ras[axis] ?? 0) - mm) < 0.01, `${ras}`);
  assert.ok(Math.abs(volume.grid.spacingMm[0] - 1.2) < 1e-4);
  assert.deepEqual(
    source.frames.map(({ frameNumber }) => frameNumber),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["SHORT_COVERAGE"],
  );
});

test("the same image as classic and as multi-frame objects has the same voxels on the same grid", {
  skip,
}, async () => {
  const classic = await readFixture(fixture("classic_and_multiframe", "image"));
  const multi = await readFixture(fixture("classic_and_multiframe", "multiframe"));
  assert.deepEqual(multi.volume, classic.volume);
  assert.deepEqual(
    multi.source.frames.map(({ positionLps }) => positionLps),
    classic.source.frames.map(({ positionLps }) => positionLps),
  );
});
