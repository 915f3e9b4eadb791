import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { oddSeries } from "../../src/demo/phantom/oddSeries.ts";
import { defaultReadOptions, listParts, readSeries } from "../../src/dicom/series/readSeries.ts";
import { lps, zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Grid, Volume } from "../../src/domain/grid.ts";
import type { ModelClass } from "../../src/domain/plan.ts";
import type { SeriesVolume } from "../../src/domain/series.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { judgeValues, requireValues } from "../../src/trust/judgeValues.ts";
import { asInstances } from "../support/dicomSeries.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";

const classes = ["CT", "T1", "T2"] as const;
const tiny = { shape: zyx(24, 48, 48), spacingMm: zyx(6, 7, 7) } as const;
const coarse = { spacingMm: zyx(10, 6, 6) } as const;

const grid = (columns: number): Grid => ({
  shape: zyx(4, 8, columns),
  spacingMm: zyx(5, 1, 1),
  originLps: lps(0, 0, 0),
  axes: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)),
});

const volumeOf = (valueAt: (at: number) => number): Volume => ({
  grid: grid(16),
  voxels: Float32Array.from({ length: 4 * 8 * 16 }, (_, at) => valueAt(at)),
});

const withValues = (
  { grid: own, voxels }: Volume,
  change: (value: number, at: number) => number,
): Volume => ({
  grid: own,
  voxels: voxels.map(change),
});

/** The sentence that refuses a volume, "" where it passes. */
const said = (volume: Volume, modelClass: ModelClass): string =>
  judgeValues(volume, modelClass)?.sentence ?? "";

const image = (...parts: readonly string[]): Volume => readNifti(readFileSync(sharedFolder(...parts)));

const skip = needsShared("fixtures", "nifti") || needsShared("vectors", "ct");
const skipCase = needsShared("fixtures", "cases", "label-map-as-ct");

test("V8: a label map given as any class is refused by its number of values", { skip: skipCase }, () => {
  const labels = image("fixtures", "cases", "label-map-as-ct", "labelmap.nii.gz");
  for (const modelClass of classes) {
    const failure = judgeValues(labels, modelClass);
    assert.equal(failure?.code, "SEQUENCE_MISMATCH");
    assert.match(
      failure.sentence,
      new RegExp(`^42 different values, and 99\\.3 % .* a label map, and no ${modelClass}`),
    );
    assert.equal(failure.details["kinds"], 42);
  }
});

test("V8: every label map of real data is refused as every class", { skip }, () => {
  for (const name of ["ct_abdomen_labels", "example_seg", "example_seg_mr"])
    for (const modelClass of classes)
      assert.match(said(image("fixtures", "nifti", `${name}.nii.gz`), modelClass), /a label map/, name);
});

test("V8: binary masks and empty images are refused with their values", () => {
  const mask = volumeOf((at) => (at % 7 === 0 ? 1 : 0));
  assert.match(said(mask, "CT"), /^The only values are 0 and 1: a binary mask, and no CT/);
  assert.match(
    said(
      withValues(mask, (value) => 255 * value),
      "T2",
    ),
    /0 and 255: a binary mask, and no T2/,
  );
  assert.match(
    said(
      volumeOf(() => -1024),
      "CT",
    ),
    /The only values are -1024: an empty image/,
  );
});

describe("V8: values that are no Hounsfield units are refused as CT", () => {
  const ct = makePhantom({ seed: 4, modelClass: "CT", ...coarse }).volume;
  const cases: Readonly<Record<string, Volume>> = {
    "stored values without their intercept": withValues(ct, (value) => value + 1024),
    "an intercept taken twice": withValues(ct, (value) => value - 1024),
    "scaled to 0 and 1": withValues(ct, (value) => (value + 1024) / 4095),
    "z-scores": withValues(ct, (value) => (value + 700) / 400),
    "a window of 8 bits": withValues(ct, (value) => Math.round(Math.min(255, Math.max(0, value + 100)))),
    T1: makePhantom({ seed: 4, modelClass: "T1", ...coarse }).volume,
    T2: makePhantom({ seed: 4, modelClass: "T2", ...coarse }).volume,
  };
  for (const [name, volume] of Object.entries(cases))
    test(`V8: ${name}`, () => assert.match(said(volume, "CT"), /no Hounsfield units of a CT/));
});

test("V8: a CT that is called T1 or T2 is refused with its shares of air and tissue", { skip }, () => {
  const volumes = [
    image("fixtures", "nifti", "example_ct.nii.gz"),
    image("vectors", "ct", "input.nii.gz"),
    makePhantom({ seed: 3, modelClass: "CT", ...coarse }).volume,
  ];
  for (const volume of volumes)
    for (const modelClass of ["T1", "T2"] as const)
      assert.match(
        said(volume, modelClass),
        new RegExp(`% of the values are air and .*: a CT, and no ${modelClass}`),
      );
});

test("V8: real images and the inputs of the vectors pass as what they are", { skip }, () => {
  const real: readonly (readonly [ModelClass, ...string[]])[] = [
    ["CT", "fixtures", "nifti", "example_ct.nii.gz"],
    ["CT", "fixtures", "nifti", "example_ct_sm.nii.gz"],
    ["T1", "fixtures", "nifti", "example_mr_sm.nii.gz"],
    ["T2", "fixtures", "nifti", "example_mr_sm.nii.gz"],
    ["CT", "vectors", "ct", "input.nii.gz"],
    ["CT", "vectors", "ct_same_grid", "input.nii.gz"],
    ["T1", "vectors", "t1", "input.nii.gz"],
    ["T1", "vectors", "v1_folds", "input.nii.gz"],
    ["CT", "vectors", "v2_plain_ct", "input.nii.gz"],
    ["T2", "vectors", "v2_plain_mr_subregions", "input.nii.gz"],
  ];
  for (const [modelClass, ...parts] of real)
    assert.equal(said(image(...parts), modelClass), "", parts.join("/"));
});

const noise = /noise without an image in it/;

/** Real headers before values that are no image: masks of two values, and noise in place of a patient. */
const notWhatItSays: Readonly<Record<string, RegExp>> = {
  classic_and_multiframe: /^The only values are 0/,
  "compressed-small-slices": /^The only values are -1000/,
  gantry_tilt: /no Hounsfield units of a CT/,
  missing_slice: /no Hounsfield units of a CT/,
  dwi_two_bvalues: noise,
  enhanced_mr: noise,
  sagittal_compressed_j2k: noise,
  sagittal_compressed_jpeg: noise,
  sagittal_compressed_jpegls: noise,
  sagittal_compressed_rle: noise,
  sagittal_plain: noise,
  too_few_slices: noise,
};

/** Every volume of some files that can be read. */
const volumesOf = async (
  files: readonly Uint8Array[],
  minSlices: number,
): Promise<readonly SeriesVolume[]> => {
  const instances = asInstances(files);
  const options = { ...defaultReadOptions, minSlices };
  try {
    const parts = await listParts(instances, options);
    const read = await Promise.allSettled(parts.map((part) => readSeries(instances, { ...options, part })));
    return read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  } catch (error) {
    if (error instanceof FailureError) return [];
    throw error;
  }
};

/** What is said of a volume as each class that its modality may have. */
const saidOf = ({ volume, source }: SeriesVolume): readonly string[] =>
  (source.modality === "CT" ? (["CT"] as const) : (["T1", "T2"] as const)).map((one) => said(volume, one));

/** The files of each folder of a part of the test data, and each file by itself. */
const heaps = (...parts: readonly string[]): readonly (readonly string[])[] => {
  const root = sharedFolder(...parts);
  const files = readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({ parentPath, path: `${parentPath}/${name}` }));
  const folders = [...Map.groupBy(files, ({ parentPath }) => parentPath).values()];
  return [...folders, ...files.map((file) => [file])].map((heap) => heap.map(({ path }) => path));
};

test("V8: every real series passes as what it is, but for masks and noise", { skip }, async () => {
  let passed = 0;
  for (const part of ["dicom", "cases"])
    for (const heap of heaps("fixtures", part)) {
      const [first = ""] = heap;
      const expected = notWhatItSays[first.split(`/fixtures/${part}/`)[1]?.split("/")[0] ?? ""];
      const files = heap.map((path) => readFileSync(path));
      for (const series of await volumesOf(files, 1)) {
        for (const sentence of saidOf(series)) assert.match(sentence, expected ?? /^$/, first);
        if (expected === undefined) passed++;
      }
    }
  assert.ok(passed >= 150, `${passed} volumes`);
});

test("V8: every phantom passes as what it is: classes, phases, Dixon signals, with and without noise", () => {
  for (const modelClass of classes)
    for (const seed of [1, 2])
      for (const noiseSd of [0, 60]) {
        const { volume } = makePhantom({ seed, modelClass, noiseSd, ...coarse });
        assert.equal(said(volume, modelClass), "", `${modelClass} ${seed} ${noiseSd}`);
      }
  for (const signal of ["fat", "in-phase", "opposed-phase"] as const) {
    const { volume } = makePhantom({ seed: 9, modelClass: "T1", signal, ...coarse });
    assert.equal(said(volume, "T1"), "", signal);
  }
});

test("V8: every odd series that can be read passes as what it is", async () => {
  let passed = 0;
  for (const { name, files } of oddSeries(5))
    for (const series of await volumesOf(
      files.map(({ bytes }) => bytes),
      3,
    )) {
      for (const sentence of saidOf(series)) assert.equal(sentence, "", name);
      passed++;
    }
  assert.ok(passed >= 10, `${passed} volumes`);
});

/** CTs of all sizes, opened by the first test that asks. */
const openCts = (): readonly (readonly [string, Volume])[] => [
  ["cropped", image("fixtures", "nifti", "example_ct.nii.gz")],
  ["three slices", slab(image("fixtures", "nifti", "example_ct.nii.gz"), 3)],
  ["whole", image("vectors", "ct", "input.nii.gz")],
  ["on the model's grid", image("vectors", "ct_same_grid", "input.nii.gz")],
  ["a phantom", makePhantom({ seed: 1, modelClass: "CT", ...tiny }).volume],
];

/** The first slices of a volume. */
const slab = ({ grid: own, voxels }: Volume, slices: number): Volume => {
  const [, rows, columns] = own.shape;
  return {
    grid: { ...own, shape: zyx(slices, rows, columns) },
    voxels: voxels.slice(0, slices * rows * columns),
  };
};

let cts: ReturnType<typeof openCts> | null = null;

/** Padding in the corners, outside the circle of reconstruction, which no rescale has touched. */
const paddedWith = (value: number, volume: Volume): Volume => {
  const [, rows, columns] = volume.grid.shape;
  return withValues(volume, (own, at) => {
    const [x, y] = [(at % columns) / columns - 0.5, (Math.floor(at / columns) % rows) / rows - 0.5];
    return x * x + y * y > 0.4 ? value : own;
  });
};

/** What becomes of a CT whose Hounsfield units nobody computed, or somebody computed wrongly. */
const displaced: Readonly<Record<string, (ct: Volume) => Volume>> = {
  "stored values": (ct) => withValues(ct, (hu) => hu + 1024),
  "stored values with padding": (ct) =>
    paddedWith(
      -2000,
      withValues(ct, (hu) => hu + 1024),
    ),
  "another intercept": (ct) => withValues(ct, (hu) => hu + 8192),
  inverted: (ct) => withValues(ct, (hu) => -hu),
  "inverted about its range": (ct) => withValues(ct, (hu) => 3071 - 1024 - hu),
  "inverted stored values": (ct) => withValues(ct, (hu) => 4095 - (hu + 1024)),
};

for (const [name, change] of Object.entries(displaced))
  test(`V8: a CT of ${name} is refused as CT and as MR`, { skip }, () => {
    cts ??= openCts();
    for (const [which, ct] of cts)
      for (const modelClass of classes)
        assert.match(
          said(change(ct), modelClass),
          modelClass === "CT" ? /no Hounsfield units of a CT/ : new RegExp(`a CT .*, and no ${modelClass}`),
          which,
        );
  });

/** The same numbers for the same seed, evenly from 0 to 1. */
const uniformFrom = (seed: number): (() => number) => {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
};

test("V8: noise is refused as every class, however it lies and though each slice has a scale of its own", () => {
  const uniform = uniformFrom(7);
  const bell = (): number => uniform() + uniform() + uniform() + uniform() - 2;
  const shape = zyx(5, 72, 80);
  const kinds: Readonly<Record<string, (at: number) => number>> = {
    even: () => 1000 * uniform() + 300,
    normal: () => Math.round(400 * bell()),
    magnitude: () => Math.round(100 * Math.hypot(bell(), bell())),
    "scaled by slice": (at) => (1 + Math.floor(at / (72 * 80))) * (300 * uniform() + 20),
  };
  for (const [name, valueAt] of Object.entries(kinds)) {
    const voxels = Float32Array.from({ length: 5 * 72 * 80 }, (_, at) => valueAt(at));
    const volume = { grid: { ...grid(80), shape }, voxels };
    for (const modelClass of classes) assert.notEqual(said(volume, modelClass), "", `${name} ${modelClass}`);
    assert.match(said(volume, "T1"), noise, name);
  }
});

test("V8: a crop of a real CT under noise is neither noise nor out of place", { skip }, () => {
  const whole = image("fixtures", "nifti", "example_ct.nii.gz");
  const [slices, rows, columns] = whole.grid.shape;
  const crop = fc.record({
    seed: fc.integer(),
    sd: fc.double({ min: 0, max: 100, noNaN: true }),
    from: fc.tuple(fc.nat(slices - 3), fc.nat(rows - 24), fc.nat(columns - 24)),
    size: fc.tuple(
      fc.integer({ min: 3, max: 20 }),
      fc.integer({ min: 24, max: rows }),
      fc.integer({ min: 24, max: columns }),
    ),
  });
  fc.assert(
    fc.property(crop, ({ seed, sd, from: [z, y, x], size }) => {
      const shape = zyx(
        Math.min(size[0], slices - z),
        Math.min(size[1], rows - y),
        Math.min(size[2], columns - x),
      );
      const uniform = uniformFrom(seed);
      const voxels = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, at) => {
        const [k, j, i] = [
          Math.floor(at / (shape[1] * shape[2])),
          Math.floor(at / shape[2]) % shape[1],
          at % shape[2],
        ];
        const hu = whole.voxels[((z + k) * rows + y + j) * columns + x + i] as number;
        return hu + 2 * sd * (uniform() + uniform() + uniform() - 1.5);
      });
      assert.doesNotMatch(said({ grid: { ...whole.grid, shape }, voxels }, "CT"), /noise|gather/);
    }),
    { numRuns: 100 },
  );
});

test("V8: no scale, upright or inverted, gives an MR the peaks of a CT", { skip }, () => {
  const volumes = [
    image("fixtures", "nifti", "example_mr_sm.nii.gz"),
    image("vectors", "v1_folds", "input.nii.gz"),
    makePhantom({ seed: 4, modelClass: "T1", ...tiny }).volume,
    makePhantom({ seed: 4, modelClass: "T1", signal: "in-phase", ...tiny }).volume,
    makePhantom({ seed: 4, modelClass: "T2", ...tiny }).volume,
  ];
  for (const [n, volume] of volumes.entries())
    for (let scale = 0.2; scale < 20; scale *= 1.15)
      for (const sign of [1, -1]) {
        const scaled = withValues(volume, (value) => sign * scale * value);
        assert.doesNotMatch(said(scaled, "T1"), /gather/, `${n} by ${sign * scale}`);
      }
});

test("V8: noise, a shift and another scale make no real CT refused, and none a T1", { skip }, () => {
  const whole = image("fixtures", "nifti", "example_ct_sm.nii.gz");
  fc.assert(
    fc.property(
      fc.integer(),
      fc.double({ min: 0, max: 150, noNaN: true }),
      fc.double({ min: -40, max: 40, noNaN: true }),
      fc.double({ min: 0.9, max: 1.1, noNaN: true }),
      (seed, sd, shift, scale) => {
        const uniform = uniformFrom(seed);
        // Three uniform numbers have the deviation of half a unit.
        const noisy = withValues(
          whole,
          (value) => scale * value + shift + 2 * sd * (uniform() + uniform() + uniform() - 1.5),
        );
        assert.equal(said(noisy, "CT"), "");
        assert.match(said(noisy, "T1"), /a CT, and no T1/);
      },
    ),
    { numRuns: 25 },
  );
});

test("V8: no shift and no scale makes a real MR refused", { skip }, () => {
  const whole = image("fixtures", "nifti", "example_mr_sm.nii.gz");
  fc.assert(
    fc.property(
      fc.double({ min: -300, max: 300, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (shift, scale) => {
        const moved = withValues(whole, (value) => scale * value + shift);
        for (const modelClass of ["T1", "T2"] as const) assert.equal(said(moved, modelClass), "");
      },
    ),
    { numRuns: 40 },
  );
});

test("V8: whoever insists gets the result, with the contradiction as its warning", () => {
  const mask = volumeOf((at) => (at % 7 === 0 ? 1 : 0));
  assert.throws(
    () => requireValues(mask, "CT", { allowMismatch: false }),
    (error) => error instanceof FailureError && error.failure.code === "SEQUENCE_MISMATCH",
  );
  const [warning, ...others] = requireValues(mask, "CT", { allowMismatch: true });
  assert.equal(others.length, 0);
  assert.equal(warning?.code, "SEQUENCE_MISMATCH");
  assert.match(
    warning.sentence,
    /a binary mask, and no CT\. It was segmented because a person asked for it\./,
  );
  const ct = makePhantom({ seed: 1, modelClass: "CT", ...coarse }).volume;
  assert.deepEqual(requireValues(ct, "CT", { allowMismatch: true }), []);
});
