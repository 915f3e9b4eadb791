import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defaultReadOptions, readSeries } from "../../../src/dicom/series/readSeries.ts";
import type { FailureCode } from "../../../src/domain/failure.ts";
import type { SeriesVolume } from "../../../src/domain/series.ts";
import { lpsToVoxel, voxelToLps } from "../../../src/geometry/vector.ts";
import { readNifti } from "../../../src/nifti/readNifti.ts";
import { shuffled } from "../../support/dicomSeries.ts";
import { maxDifference } from "../../support/numbers.ts";
import { needsShared, needsTool, sharedFolder } from "../../support/shared.ts";
import { convert } from "../pixels/support.ts";
import { assertClose, at, codes, fixture, fixtureFile, read, readFixture, refusal } from "./support.ts";

const skip = needsShared("fixtures", "dicom");

const statistics = ({ volume: { voxels } }: SeriesVolume): { min: number; max: number; mean: number } => {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const voxel of voxels) {
    min = Math.min(min, voxel);
    max = Math.max(max, voxel);
    sum += voxel;
  }
  return { min, max, mean: sum / voxels.length };
};

const assertGrid = (
  { volume: { grid } }: SeriesVolume,
  shapeXyz: readonly number[],
  spacingXyz: readonly number[],
  originLps: readonly number[],
  tolerance: number,
): void => {
  assert.deepEqual(grid.shape.toReversed(), shapeXyz);
  assertClose(grid.spacingMm.toReversed(), spacingXyz, tolerance);
  assertClose([...grid.originLps], originLps, 0.02);
};

test("the abdominal CT in JPEG 2000 has the known shape, spacing, origin and intensities", {
  skip,
}, async () => {
  const series = await readFixture(fixture("ct_abdomen_j2k"));
  assertGrid(series, [512, 512, 20], [0.9765625, 0.9765625, 2], [-249.51171875, -437.51171875, -804.5], 1e-9);
  const { min, max, mean } = statistics(series);
  assert.deepEqual([min, max], [-1024, 1839]);
  assertClose([mean], [-624.1259], 1e-4);
  assert.deepEqual(codes(series), ["SHORT_COVERAGE"]);
  assert.equal(series.source.modality, "CT");
  assert.ok(series.source.frames.every(({ sopClassUid }) => sopClassUid === "1.2.840.10008.5.1.4.1.1.2"));
});

test("the abdominal CT is the same bytes in five orders", { skip }, async () => {
  const instances = fixture("ct_abdomen_j2k");
  const first = await readSeries(instances, defaultReadOptions);
  for (const seed of [1, 2, 3, 4, 5]) {
    const other = await readSeries(shuffled(instances, seed), defaultReadOptions);
    assert.ok(Buffer.from(first.volume.voxels.buffer).equals(Buffer.from(other.volume.voxels.buffer)));
    assert.deepEqual(other.source, first.source);
  }
});

const sagittalOrigin = [-100.794, -161.0747, 130.0513];

test("P1: sagittal slices, plain and in four compressions, have one grid, the compressed ones the same voxels", {
  skip,
}, async () => {
  const plain = await readFixture(fixture("sagittal_plain"));
  const compressed = await Promise.all(
    ["j2k", "jpeg", "jpegls", "rle"].map((name) => readFixture(fixture(`sagittal_compressed_${name}`))),
  );
  for (const series of [plain, ...compressed]) {
    assertGrid(series, [256, 256, 4], [1, 1, 1], sagittalOrigin, 1e-6);
    assert.deepEqual(
      [...series.volume.grid.axes].map((axis) => [...axis].map(Math.round)),
      [
        [-1, 0, 0],
        [0, 0, -1],
        [0, 1, 0],
      ],
    );
    assert.deepEqual(codes(series), ["SHORT_COVERAGE"]);
  }
  for (const series of compressed) {
    assertClose([statistics(series).mean], [127.0475], 1e-4);
    assert.deepEqual(series.volume.voxels, compressed[0]?.volume.voxels);
  }
});

test("G5, P11: non-square pixels with a slope for each slice have the known grid and range", {
  skip,
}, async () => {
  const series = await readFixture(fixture("non_square_pixels"));
  assertGrid(series, [64, 28, 4], [6.4, 4, 0.5], [-83.42966, -132.13492, -143.92534], 1e-4);
  const { min, max } = statistics(series);
  assertClose([min, max], [33.4438, 96.468], 1e-4);
});

test("P14: CT padding of -2000 becomes -1024 HU", { skip }, async () => {
  const series = await readFixture(fixture("ct_padding"));
  assertGrid(series, [512, 512, 3], [0.810547, 0.810547, 1], [-235.2, -226.8, -128.69], 1e-3);
  assert.equal(statistics(series).min, -1024);
});

test("the classic image of 23 × 38 × 3 voxels has the known grid", { skip }, async () => {
  const series = await readFixture(fixture("classic_and_multiframe", "image"));
  assertGrid(series, [23, 38, 3], [0.7, 0.7, 2.5], [46.4649, 5.01881, -177.75], 1e-9);
});

const syntaxFile = (name: string): Promise<SeriesVolume> =>
  readFixture([fixtureFile("transfer_syntaxes", name)]);

const losslessFiles = [
  "1.2.840.10008.1.2_LittleEndianImplicit.dcm",
  "1.2.840.10008.1.2.1_LittleEndianExplicit.dcm",
  "1.2.840.10008.1.2.1.99_DeflatedExplicitVRLittleEndian.dcm",
  "1.2.840.10008.1.2.2_BigEndianExplicit.dcm",
  "1.2.840.10008.1.2.4.57_JPEGProcess14.dcm",
  "1.2.840.10008.1.2.4.70_JPEGProcess14SV1.dcm",
  "1.2.840.10008.1.2.4.80_JPEGLSLossless.dcm",
  "1.2.840.10008.1.2.4.90_JPEG2000LosslessOnly.dcm",
  "1.2.840.10008.1.2.5_RLELossless.dcm",
];

for (const file of losslessFiles) {
  test(`P1: the slice in ${file.slice(0, -4)} has the stored pixels -2000 to 2402, each where it was`, {
    skip,
  }, async () => {
    const [series, plain] = [await syntaxFile(file), await syntaxFile("CTImage.dcm")];
    const { min, max } = statistics(series);
    assert.deepEqual([min + 1024, max + 1024], [-2000, 2402]);
    assert.deepEqual(series.volume.voxels, plain.volume.voxels);
    assert.ok(!codes(series).includes("LOSSY_SOURCE"));
  });
}

const lossyFiles = [
  ["1.2.840.10008.1.2.4.81_JPEGLSLossy.dcm", 1],
  ["1.2.840.10008.1.2.4.91_JPEG2000.dcm", 5],
] as const;

for (const [file, furthest] of lossyFiles) {
  test(`P3: the slice in ${file.slice(0, -4)} converts with a warning, no voxel further off than ${furthest}`, {
    skip,
  }, async () => {
    const [lossy, exact] = [await syntaxFile(file), await syntaxFile("CTImage.dcm")];
    assert.ok(codes(lossy).includes("LOSSY_SOURCE"));
    assert.equal(maxDifference(lossy.volume.voxels, exact.volume.voxels), furthest);
  });
}

test("P1, P3: the 8-bit JPEG slice decodes as dcmtk decodes it, with a warning", {
  skip: skip || needsTool("dcmdjpeg"),
}, async () => {
  const file = "1.2.840.10008.1.2.4.50_JPEGProcess1.dcm";
  const series = await syntaxFile(file);
  const other = convert(fixtureFile("transfer_syntaxes", file).read(), "dcmdjpeg");
  const plain = await read([other], { minSlices: 1 });
  assert.ok(codes(series).includes("LOSSY_SOURCE"));
  assert.ok(maxDifference(series.volume.voxels, plain.volume.voxels) <= 1);
});

const unreadFiles = [
  ["1.2.840.10008.1.2.4.51_JPEGProcess2_4.dcm", "JPEG Extended"],
  ["1.2.840.10008.1.2.4.53_JPEGProcess6_8.dcm", "JPEG Spectral Selection"],
  ["1.2.840.10008.1.2.4.55_JPEGProcess10_12.dcm", "JPEG Full Progression"],
] as const;

test("P2: JPEG syntaxes without a codec are refused by name and UID", { skip }, async () => {
  for (const [file, name] of unreadFiles) {
    const { details, sentence } = await refusal(syntaxFile(file), "UNSUPPORTED_TRANSFER_SYNTAX");
    const uid = file.split("_")[0] ?? "";
    assert.equal(details["transferSyntaxUid"], uid);
    assert.equal(sentence, `Pixels in ${name} (${uid}) are not read.`);
  }
});

const refused: readonly (readonly [string, FailureCode])[] = [
  ["missing_slice", "MISSING_SLICES"],
  ["gantry_tilt", "GANTRY_TILT"],
  ["too_few_slices", "TOO_FEW_SLICES"],
  ["dwi_two_bvalues", "TOO_FEW_SLICES"],
  ["colour", "COLOUR_IMAGE"],
  ["classic_and_multiframe/multiframe", "TOO_FEW_SLICES"],
  ["classic_and_multiframe/seg", "MODALITY"],
];

for (const [folder, code] of refused) {
  test(`the ${folder} series is refused as ${code} with the default settings`, { skip }, async () => {
    const failure = await refusal(readSeries(fixture(folder), defaultReadOptions), code);
    if (code === "MISSING_SLICES") assert.deepEqual(failure.details["gapsMm"], [5, 5, 10]);
    if (code === "GANTRY_TILT") assertClose([failure.details["angleDegrees"] as number], [14], 0.01);
  });
}

test("P6: the truncated MR is refused, never filled up", { skip }, async () => {
  const failure = await refusal(
    readFixture([fixtureFile("broken", "MR_truncated.dcm")]),
    "PIXEL_DATA_TRUNCATED",
  );
  assert.deepEqual([failure.details["have"], failure.details["need"]], [8130, 8192]);
});

type Nifti = {
  readonly shape: readonly number[];
  readonly affine: readonly number[][];
  readonly at: (i: number, j: number, k: number) => number;
};

/** What dcm2niix writes: int16 or float, affine in sform rows, RAS. Its Philips scaling (P12) is switched off by -p n. */
const dcm2niix = (folder: string): Nifti => {
  const out = mkdtempSync(join(tmpdir(), "panseg-"));
  try {
    execFileSync("dcm2niix", ["-z", "n", "-p", "n", "-f", "v", "-o", out, folder], { stdio: "ignore" });
    const name = readdirSync(out).find((file) => file.endsWith(".nii"));
    assert.ok(name !== undefined);
    const bytes = readFileSync(join(out, name));
    const shape = [42, 44, 46].map((offset) => bytes.readInt16LE(offset));
    const affine = [280, 296, 312].map((row) =>
      [0, 4, 8, 12].map((offset) => bytes.readFloatLE(row + offset)),
    );
    const [slope, intercept] = [bytes.readFloatLE(112), bytes.readFloatLE(116)];
    const start = bytes.readFloatLE(108);
    const read: Readonly<Record<number, (index: number) => number>> = {
      4: (index) => bytes.readInt16LE(start + 2 * index),
      16: (index) => bytes.readFloatLE(start + 4 * index),
      512: (index) => bytes.readUInt16LE(start + 2 * index),
    };
    const voxel = read[bytes.readInt16LE(70)];
    assert.ok(voxel !== undefined);
    const [nx = 0, ny = 0] = shape;
    return { shape, affine, at: (i, j, k) => voxel(i + nx * (j + ny * k)) * (slope || 1) + intercept };
  } finally {
    rmSync(out, { recursive: true });
  }
};

const solve = (affine: readonly number[][], ras: readonly number[]): readonly number[] => {
  const column = (c: number): number[] => affine.map((row) => row[c] ?? 0);
  const [a, b, c, t] = [column(0), column(1), column(2), column(3)];
  const p = ras.map((value, axis) => value - (t?.[axis] ?? 0));
  const triple = (u: number[], v: number[], w: number[]): number =>
    (u[0] ?? 0) * ((v[1] ?? 0) * (w[2] ?? 0) - (v[2] ?? 0) * (w[1] ?? 0)) -
    (u[1] ?? 0) * ((v[0] ?? 0) * (w[2] ?? 0) - (v[2] ?? 0) * (w[0] ?? 0)) +
    (u[2] ?? 0) * ((v[0] ?? 0) * (w[1] ?? 0) - (v[1] ?? 0) * (w[0] ?? 0));
  const whole = triple(a, b, c);
  return [triple(p, b, c) / whole, triple(a, p, c) / whole, triple(a, b, p) / whole];
};

for (const folder of ["ct_abdomen_j2k", "sagittal_plain", "sagittal_compressed_j2k", "non_square_pixels"]) {
  test(`O2: ${folder} lies where dcm2niix puts it, within 0.01 mm at every corner, voxel for voxel`, {
    skip: skip || needsTool("dcm2niix"),
  }, async () => {
    const { volume } = await readFixture(fixture(folder));
    const other = dcm2niix(sharedFolder("fixtures", "dicom", folder));
    const [nz, ny, nx] = volume.grid.shape;
    const place = (k: number, j: number, i: number): { index: readonly number[]; ras: readonly number[] } => {
      const [l, p, s] = voxelToLps(volume.grid, k, j, i);
      const ras = [-l, -p, s];
      return { index: solve(other.affine, ras).map(Math.round), ras };
    };
    for (const k of [0, nz - 1]) {
      for (const j of [0, ny - 1]) {
        for (const i of [0, nx - 1]) {
          const { index, ras } = place(k, j, i);
          const reached = other.affine.map((row) =>
            row.reduce((sum, value, axis) => sum + value * (axis < 3 ? (index[axis] ?? 0) : 1), 0),
          );
          assert.ok(
            Math.hypot(...reached.map((mm, axis) => mm - (ras[axis] ?? 0))) <= 0.01,
            `${reached} against ${ras}`,
          );
        }
      }
    }
    for (let n = 0; n < 5000; n++) {
      const [k, j, i] = [(n * 7) % nz, (n * 31) % ny, (n * 53) % nx];
      const [x = 0, y = 0, z = 0] = place(k, j, i).index;
      const voxel = volume.voxels[(k * ny + j) * nx + i] ?? Number.NaN;
      assert.ok(Math.abs(voxel - other.at(x, y, z)) <= 1e-4, `${voxel} against ${other.at(x, y, z)}`);
    }
  });
}

/** Mean intensity of the series' voxels where the label says liver, each taken where it lies in the patient. */
const liverHu = (series: SeriesVolume, mirror: (index: readonly number[]) => readonly number[]): number => {
  const labels = readNifti(readFileSync(sharedFolder("fixtures", "nifti", "ct_abdomen_labels.nii.gz")));
  const [slices, rows, columns] = labels.grid.shape;
  let [sum, count] = [0, 0];
  for (let k = 0; k < slices; k++)
    for (let j = 0; j < rows; j++)
      for (let i = 0; i < columns; i++) {
        if (labels.voxels[(k * rows + j) * columns + i] !== 5) continue;
        const exact = lpsToVoxel(series.volume.grid, voxelToLps(labels.grid, k, j, i));
        const [z = 0, y = 0, x = 0] = mirror(exact.map(Math.round));
        sum += at(series, z, y, x);
        count++;
      }
  return sum / count;
};

test("O5: liver is where a label of the same CT says, and no mirror image of it is", {
  skip: needsShared("fixtures", "nifti"),
}, async () => {
  const series = await readFixture(fixture("ct_abdomen_j2k"));
  const [slices, rows, columns] = series.volume.grid.shape;
  const hu = (mirror: (index: readonly number[]) => readonly number[]): number => liverHu(series, mirror);
  const right = hu((index) => index);
  assert.ok(right > 80 && right < 100, `${right} HU`);
  assert.ok(hu(([z = 0, y = 0, x = 0]) => [z, rows - 1 - y, x]) < 0);
  assert.ok(hu(([z = 0, y = 0, x = 0]) => [z, y, columns - 1 - x]) < right - 20);
  assert.ok(hu(([z = 0, y = 0, x = 0]) => [slices - 1 - z, y, x]) < right - 5);
});
