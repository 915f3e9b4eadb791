import assert from "node:assert/strict";
import { test } from "node:test";
import { classicSeries, shuffled, uid } from "../../support/dicomSeries.ts";
import { assertClose, at, codes, read, readSpec, refusal, uidsOf } from "./support.ts";

const half = Math.SQRT1_2;

test("G1: slices are sorted by position along row × column, whatever their InstanceNumber says", async () => {
  const series = await readSpec({ attributes: (k) => ({ InstanceNumber: [4, 1, 6, 2, 5, 3][k] }) });
  assert.deepEqual(
    series.source.frames.map(({ sopInstanceUid }) => sopInstanceUid),
    [1, 2, 3, 4, 5, 6].map((k) => uid(7, k)),
  );
  assert.equal(at(series, 4, 3, 2), 1000 + 400 + 30 + 2 - 1024);
});

test("G1, G2: five permutations and the reversed order give the same bytes, header and warnings", async () => {
  const files = classicSeries({ distanceMm: (k) => 7 * k + (k === 2 ? 0.1 : 0) });
  const first = await read(files);
  const orders = [...[1, 2, 3, 4, 5].map((seed) => shuffled(files, seed)), files.toReversed()];
  for (const order of orders) {
    const other = await read(order);
    assert.deepEqual(Buffer.from(other.volume.voxels.buffer), Buffer.from(first.volume.voxels.buffer));
    assert.deepEqual(other.source, first.source);
    assert.deepEqual(other.warnings, first.warnings);
  }
});

test("G2: a stack whose rows run right to left still has z along row × column", async () => {
  const series = await readSpec({ alongRow: [-1, 0, 0] });
  assertClose([...series.volume.grid.axes[0]], [0, 0, -1], 1e-12);
  assert.equal(series.source.frames[0]?.positionLps[2], 40);
});

test("G3: PatientPosition changes nothing, lying on the back, the belly or a side", async () => {
  const positions = ["HFS", "FFS", "HFP", "FFP", "HFDR", "HFDL", "FFDR", "FFDL"];
  const [first, ...others] = await Promise.all(
    positions.map((PatientPosition) => readSpec({ attributes: () => ({ PatientPosition }) })),
  );
  for (const other of others) assert.deepEqual(other.volume, first?.volume);
});

test("G4: sagittal, coronal and double oblique stacks keep their full direction matrix", async () => {
  const oblique = [0.8, 0.6 * half, 0.6 * half] as const;
  const down = [0, half, -half] as const;
  for (const [alongRow, alongColumn] of [
    [
      [0, 1, 0],
      [0, 0, -1],
    ],
    [
      [1, 0, 0],
      [0, 0, -1],
    ],
    [oblique, down],
  ] as const) {
    const { volume, source } = await readSpec({ alongRow, alongColumn });
    assertClose([...volume.grid.axes[2]], alongRow, 1e-9);
    assertClose([...volume.grid.axes[1]], alongColumn, 1e-9);
    const last = source.frames.at(-1)?.positionLps ?? [];
    const reached = volume.grid.originLps.map((mm, axis) => mm + 100 * (volume.grid.axes[0][axis] ?? 0));
    assertClose([...last], reached, 1e-6);
  }
});

test("G5: x spacing is PixelSpacing[1], y spacing is PixelSpacing[0]", async () => {
  const { volume } = await readSpec({ pixelSpacing: [4, 6.4], rows: 28, columns: 64 });
  assert.deepEqual([...volume.grid.spacingMm], [20, 4, 6.4]);
  assert.deepEqual([...volume.grid.shape], [6, 28, 64]);
});

test("G6: direction cosines are normalised and small noise between slices is a warning", async () => {
  const series = await readSpec({
    attributes: (k) => ({
      ImageOrientationPatient: ["1.001", k === 3 ? "0.0005" : "0", "0", "0", "1.001", "0"],
    }),
  });
  assert.deepEqual(codes(series), ["ORIENTATION_NOISE"]);
  assertClose(
    series.volume.grid.axes.map((axis) => Math.hypot(...axis)),
    [1, 1, 1],
    1e-12,
  );
});

test("G6: noise below 1e-4 is not worth a warning", async () => {
  const series = await readSpec({
    attributes: (k) => ({ ImageOrientationPatient: ["1", k === 3 ? "0.00005" : "0", "0", "0", "1", "0"] }),
  });
  assert.deepEqual(codes(series), []);
});

test("G6: cosines of any length are directions, with a warning where the length is off by more than 1e-4", async () => {
  const plain = await readSpec({});
  for (const length of [0.95, 1.001, 2, 100]) {
    const orientation = [length, 0, 0, 0, length, 0].map(String);
    const series = await readSpec({ attributes: () => ({ ImageOrientationPatient: orientation }) });
    assert.deepEqual(codes(series), ["ORIENTATION_NOISE"]);
    assert.deepEqual(series.volume.voxels, plain.volume.voxels);
    assertClose(series.volume.grid.axes.flat(), plain.volume.grid.axes.flat(), 1e-12);
    assert.match(series.warnings[0]?.sentence ?? "", /off unit length/);
  }
  const nearly = ["1.00005", "0", "0", "0", "1", "0"];
  assert.deepEqual(codes(await readSpec({ attributes: () => ({ ImageOrientationPatient: nearly }) })), []);
  const skew = ["2", "0", "0", "0.2", "2", "0"];
  await refusal(readSpec({ attributes: () => ({ ImageOrientationPatient: skew }) }), "NO_GEOMETRY");
});

test("G7: missing or malformed position, orientation or pixel spacing is refused with the instances, never defaulted", async () => {
  const faults: readonly (readonly [string, unknown])[] = [
    ["ImagePositionPatient", undefined],
    ["ImagePositionPatient", ["1", "2"]],
    ["ImageOrientationPatient", null],
    ["ImageOrientationPatient", ["1", "0", "0", "1", "0", "0"]],
    ["ImageOrientationPatient", ["0", "0", "0", "0", "0", "0"]],
    ["ImageOrientationPatient", ["0.001", "0", "0", "0", "0.001", "0"]],
    ["PixelSpacing", undefined],
    ["PixelSpacing", ["0", "0.7"]],
    ["PixelSpacing", ["0.7"]],
  ];
  for (const [keyword, value] of faults) {
    const failure = await refusal(
      readSpec({ attributes: (k) => (k === 2 ? { [keyword]: value } : {}) }),
      "NO_GEOMETRY",
    );
    assert.deepEqual(uidsOf(failure), [uid(7, 3)]);
    assert.deepEqual(failure.details["attributes"], [keyword]);
  }
});

test("G8: a lone image of another matrix or pixel spacing is left out, and missed where it leaves a hole", async () => {
  const [wide, narrow] = [
    classicSeries(),
    classicSeries({ columns: 12, attributes: (k) => ({ SOPInstanceUID: uid(9, k) }) }),
  ];
  const byMatrix = await read([...wide.slice(0, 5), ...narrow.slice(5)]);
  assert.deepEqual(codes(byMatrix), ["PARTS_DROPPED"]);
  assert.deepEqual(byMatrix.warnings[0]?.details?.["sopInstanceUids"], [uid(9, 5)]);
  assert.equal(byMatrix.source.frames.length, 5);
  const bySpacing = readSpec({ attributes: (k) => (k === 4 ? { PixelSpacing: ["0.7", "0.701"] } : {}) });
  assert.deepEqual(uidsOf(await refusal(bySpacing, "MISSING_SLICES")), [uid(7, 4), uid(7, 6)]);
});

test("G9: an image in another frame of reference is left out, an absent one contradicts nothing", async () => {
  const mixed = await readSpec({ attributes: (k) => (k === 5 ? { FrameOfReferenceUID: uid(99) } : {}) });
  assert.deepEqual(mixed.warnings[0]?.details?.["sopInstanceUids"], [uid(7, 6)]);
  const partly = await readSpec({ attributes: (k) => (k < 3 ? { FrameOfReferenceUID: undefined } : {}) });
  assert.equal(partly.source.frameOfReferenceUid, uid(8));
  const without = await readSpec({ attributes: () => ({ FrameOfReferenceUID: undefined }) });
  assert.equal(without.source.frameOfReferenceUid, "");
});

test("a lone image of another orientation leaves a hole that is not filled", async () => {
  const mixed = readSpec({
    attributes: (k) => (k === 1 ? { ImageOrientationPatient: ["0", "1", "0", "0", "0", "-1"] } : {}),
  });
  assert.deepEqual(uidsOf(await refusal(mixed, "MISSING_SLICES")), [uid(7, 1), uid(7, 3)]);
});

test("G6: cosines that differ by more than 1e-3 are another orientation", async () => {
  const tipped = readSpec({
    attributes: (k) =>
      k === 1 ? { ImageOrientationPatient: ["1", "0.0012", "0", "-0.0012", "1", "0"] } : {},
  });
  assert.deepEqual(uidsOf(await refusal(tipped, "MISSING_SLICES")), [uid(7, 1), uid(7, 3)]);
});

test("X1: two or three images in several orientations are a localizer", async () => {
  const orientations = [
    ["1", "0", "0", "0", "1", "0"],
    ["0", "1", "0", "0", "0", "-1"],
    ["1", "0", "0", "0", "0", "-1"],
  ];
  await refusal(
    readSpec(
      { slices: 3, attributes: (k) => ({ ImageOrientationPatient: orientations[k] }) },
      { minSlices: 1 },
    ),
    "LOCALIZER",
  );
});

test("S1: rounded positions within 1 % of a uniform grid convert without a warning", async () => {
  const series = await readSpec({ distanceMm: (k) => 20 * k + (k % 2 === 0 ? 0.05 : -0.05) });
  assert.deepEqual(codes(series), []);
});

test("S1, S2: spacing is the whole stack's length over its gaps, jitter within 5 % is a warning with the residual", async () => {
  const gaps = [6.958, 7.071, 6.958, 7.071, 6.958, 7.071, 6.958, 7.071, 6.958, 7.071, 6.958, 7.071];
  const distance = (k: number): number => gaps.slice(0, k).reduce((a, b) => a + b, 0);
  const series = await readSpec({ slices: 13, distanceMm: (k) => distance(k) + (k === 6 ? 0.1 : 0) });
  assertClose([series.volume.grid.spacingMm[0]], [distance(12) / 12], 1e-9);
  assert.deepEqual(codes(series), ["SPACING_JITTER"]);
  const residual = series.warnings[0]?.details?.["residualMm"] as number;
  assert.ok(residual > 0.07 && residual < 0.2, String(residual));
});

test("S2: jitter beyond 0.25 mm is refused even where 5 % of the spacing would allow it", async () => {
  await refusal(readSpec({ distanceMm: (k) => 20 * k + (k === 3 ? 0.3 : 0) }), "NON_UNIFORM_SPACING");
});

test("S3: missing slices are refused with the places, the count and the base gap", async () => {
  const failure = await refusal(
    readSpec({ distanceMm: (k) => 5 * (k + (k > 2 ? 1 : 0) + (k > 3 ? 2 : 0)) }),
    "MISSING_SLICES",
  );
  assert.deepEqual(failure.details["holes"], [
    { afterUid: uid(7, 3), beforeUid: uid(7, 4), missing: 1 },
    { afterUid: uid(7, 4), beforeUid: uid(7, 5), missing: 2 },
  ]);
  assert.equal(failure.details["spacingMm"], 5);
  assert.deepEqual(
    uidsOf(failure),
    [3, 4, 4, 5].map((k) => uid(7, k)),
  );
});

test("S3: gaps of twice the base gap are missing slices also where they are most of the gaps", async () => {
  for (const gaps of [
    [2, 2, 2, 4, 4, 4, 4],
    [2, 4, 4, 4, 4],
    [3, 9, 6, 9, 6],
  ]) {
    const distance = (k: number): number => gaps.slice(0, k).reduce((a, b) => a + b, 0);
    const failure = await refusal(
      readSpec({ slices: gaps.length + 1, distanceMm: distance }),
      "MISSING_SLICES",
    );
    const [base = 0] = gaps;
    assert.equal(failure.details["spacingMm"], base);
    assert.equal((failure.details["holes"] as unknown[]).length, gaps.filter((gap) => gap > base).length);
  }
});

test("S3: the hole is found although the positions jitter", async () => {
  const failure = await refusal(
    readSpec({ slices: 12, distanceMm: (k) => 5 * (k + (k > 6 ? 1 : 0)) + (k % 3 === 0 ? 0.05 : 0) }),
    "MISSING_SLICES",
  );
  assert.equal((failure.details["holes"] as unknown[]).length, 1);
});

test("S5: gaps that are no multiples of one another are refused as non-uniform", async () => {
  const gaps = [...Array<number>(13).fill(4.002), ...Array<number>(13).fill(6.999), 1.081];
  const distance = (k: number): number => gaps.slice(0, k).reduce((a, b) => a + b, 0);
  const failure = await refusal(readSpec({ slices: 28, distanceMm: distance }), "NON_UNIFORM_SPACING");
  assert.ok((failure.details["residualMm"] as number) > 1);
  assert.equal((failure.details["gapsMm"] as unknown[]).length, 27);
});

test("S5: one small gap among large ones is no base that makes all others holes", async () => {
  await refusal(readSpec({ slices: 7, distanceMm: (k) => 10 * k + (k > 0 ? -9 : 0) }), "NON_UNIFORM_SPACING");
});

test("S6: a sheared stack is refused with the angle that its positions tell, whatever the tag says", async () => {
  const tilted = readSpec({
    driftMm: (k) => [0, 20 * k * Math.tan((15.5 * Math.PI) / 180), 0],
    attributes: () => ({ GantryDetectorTilt: "0" }),
  });
  const failure = await refusal(tilted, "GANTRY_TILT");
  assertClose([failure.details["angleDegrees"] as number], [15.5], 0.01);
  assert.ok(failure.sentence.includes("15.5°"));
});

test("S6: a drift below 1 mm over the stack is no tilt, and the tag alone is none either", async () => {
  const series = await readSpec({
    driftMm: (k) => [0, 0.15 * k, 0],
    attributes: () => ({ GantryDetectorTilt: "18.5" }),
  });
  assert.deepEqual(codes(series), []);
});

test("S7: thickness larger than spacing is not corrected", async () => {
  const { volume } = await readSpec({
    slices: 50,
    distanceMm: (k) => 2 * k,
    attributes: () => ({ SliceThickness: "3.2" }),
  });
  assert.equal(volume.grid.spacingMm[0], 2);
});

test("S8: fewer slices than the limit are refused, the limit is a setting", async () => {
  const failure = await refusal(readSpec({ slices: 4 }), "TOO_FEW_SLICES");
  assert.deepEqual(failure.details, { slices: 4, minSlices: 5 });
  assert.equal((await readSpec({ slices: 4 }, { minSlices: 4 })).source.frames.length, 4);
});

test("S8: a missing slice is told before the small number is", async () => {
  await refusal(readSpec({ slices: 4, distanceMm: (k) => 5 * (k + (k > 2 ? 1 : 0)) }), "MISSING_SLICES");
});

test("S10: positions win over SpacingBetweenSlices, the disagreement is a warning", async () => {
  const series = await readSpec({ attributes: () => ({ SpacingBetweenSlices: "6.5" }) });
  assert.equal(series.volume.grid.spacingMm[0], 20);
  assert.deepEqual(codes(series), ["SPACING_TAG_DISAGREES"]);
  assert.deepEqual(codes(await readSpec({ attributes: () => ({ SpacingBetweenSlices: "-20" }) })), []);
});

test("S11: a slab shorter than 80 mm is a warning", async () => {
  assert.deepEqual(codes(await readSpec({ distanceMm: (k) => 13 * k })), ["SHORT_COVERAGE"]);
  assert.deepEqual(codes(await readSpec({ distanceMm: (k) => 14 * k })), []);
});

test("O1: frames name the source instances in the order of the planes, with their exact positions", async () => {
  const { source, volume } = await readSpec({});
  assert.equal(source.frames.length, volume.grid.shape[0]);
  assert.deepEqual(source.frames[3], {
    sopClassUid: "1.2.840.10008.5.1.4.1.1.2",
    sopInstanceUid: uid(7, 4),
    frameNumber: null,
    instanceNumber: 4,
    positionLps: [-100, -120, 100],
  });
  assert.deepEqual([source.studyUid, source.seriesUid, source.modality], [uid(5), uid(6), "CT"]);
  assert.equal(source.header["SOPInstanceUID"], uid(7, 1));
});
