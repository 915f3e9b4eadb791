import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Attributes, uid } from "../../support/dicomSeries.ts";
import { needsShared } from "../../support/shared.ts";
import { codes, fixture, read, readFixture, refusal } from "./support.ts";
import { assertSplit, ids, slices, together, two } from "./together.ts";

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

  test("V7: two pixel spacings that three decimals do not tell apart are numbered so that no digit joins theirs", () =>
    assertSplit(two({ PixelSpacing: ["0.25", "0.25"] }, { PixelSpacing: ["0.2504", "0.2504"] }), [
      "PixelSpacing=0.250x0.250_1",
      "PixelSpacing=0.250x0.250_2",
    ]));

  test("G9: two frames of reference are two volumes, never merged", () =>
    assertSplit(two({ FrameOfReferenceUID: uid(1, 1) }, { FrameOfReferenceUID: uid(1, 2) }), [
      "FrameOfReference=1",
      "FrameOfReference=2",
    ]));

  test("1c IOP: two orientations in one series are two volumes", async () => {
    const files = together([
      { attributes: () => ({}) },
      { spec: { alongRow: [0, 1, 0], alongColumn: [0, 0, -1] }, attributes: () => ({}) },
    ]);
    await assertSplit(files, ["Orientation=axial", "Orientation=sagittal"]);
  });

  test("1c ImageType, Dixon: magnitude and phase, and Dixon's images, are told apart by ImageType", async () => {
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

describe("1c: images that share their positions", () => {
  const keys: readonly (readonly [string, unknown, unknown])[] = [
    ["EchoTime", "2.4", "4.9"],
    ["EchoNumbers", "1", "2"],
    ["TemporalPositionIdentifier", "1", "2"],
    ["TriggerTime", "0", "250.5"],
    ["AcquisitionNumber", "1", "2"],
    ["DiffusionBValue", 50, 800],
  ];
  for (const [key, first, second] of keys)
    test(`1c ${key}: are two volumes by ${key}`, () =>
      assertSplit(two({ [key]: first }, { [key]: second }), [
        `${key}=${Number(first)}`,
        `${key}=${Number(second)}`,
      ]));

  test("1c AcquisitionTime, ContentTime: are two volumes by a time that runs on from the one to the other", async () => {
    for (const key of ["AcquisitionTime", "ContentTime"]) {
      const files = together([
        { attributes: (k) => ({ [key]: `1021${10 + k}.5` }) },
        { attributes: (k) => ({ [key]: `1022${10 + k}` }) },
      ]);
      await assertSplit(files, [`${key}=1`, `${key}=2`]);
    }
  });

  test("1c InstanceNumber: are told apart by the order of their numbers as a last resort, with a warning", async () => {
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

  test("1c: are split by the first key that gives equal sets of positions, not by one that leaves some over", () =>
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

test("1c: AcquisitionNumber, EchoTime or time alone never split a series whose positions differ", async () => {
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

test("1c DiffusionBValue: two private b-values at the same positions are two volumes of four slices", {
  skip,
}, async () => {
  const files = fixture("dwi_two_bvalues").map((instance) => instance.read());
  await refusal(read(files, { minSlices: 4 }), "SEVERAL_VOLUMES");
  for (const part of ["DiffusionBValue=0", "DiffusionBValue=1000"]) {
    const series = await read(files, { part, minSlices: 4 });
    assert.deepEqual([...series.volume.grid.shape], [4, 128, 128]);
    assert.ok(!codes(series).includes("SPLIT_BY_INSTANCE"));
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
