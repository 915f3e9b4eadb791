import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { FailureError } from "../../src/domain/failure.ts";
import { readNifti, readNiftiImage } from "../../src/nifti/readNifti.ts";
import { type Fields, isInvalid, niftiFile } from "./support/nifti.ts";

const noForm = { sformCode: 0, qformCode: 0 };
const onlyQform = { sformCode: 0, qformCode: 1 };
const float32 = (values: readonly number[]): Uint8Array =>
  niftiFile({ datatype: 16, bitpix: 32 }, values, (view, at, value, little) =>
    view.setFloat32(at, value, little),
  );

const refused: readonly [string, Partial<Fields>, RegExp][] = [
  ["another header length", { sizeofHdr: 349 }, /announces 349 bytes/],
  ["NIfTI-2", { sizeofHdr: 540 }, /NIfTI-2/],
  ["a header and image pair", { magic: "ni1\0" }, /another file/],
  ["an Analyze header", { magic: "\0\0\0\0" }, /lacks the mark/],
  ["two dimensions", { dim: [2, 2, 12, 1, 1, 1, 1, 1] }, /dimensions 2 × 12/],
  ["several time points", { dim: [4, 2, 3, 4, 2, 1, 1, 1] }, /2 × 3 × 4 × 2/],
  ["no dimensions", { dim: [0, 2, 3, 4, 1, 1, 1, 1] }, /one 3-D volume/],
  ["eight dimensions", { dim: [8, 2, 3, 4, 1, 1, 1, 1] }, /one 3-D volume/],
  ["an empty axis", { dim: [3, 0, 3, 4, 1, 1, 1, 1] }, /0 × 3 × 4/],
  ["a negative axis", { dim: [3, 2, -3, 4, 1, 1, 1, 1] }, /-3/],
  ["32767³ voxels", { dim: [3, 32767, 32767, 32767, 1, 1, 1, 1] }, /35181150961663 voxels/],
  [
    "more voxels than the file has",
    { dim: [3, 100, 100, 100, 1, 1, 1, 1] },
    /2000352 bytes, the file holds at most 400/,
  ],
  ["colour", { datatype: 128, bitpix: 24 }, /datatype 128/],
  ["complex numbers", { datatype: 32, bitpix: 64 }, /datatype 32/],
  ["an unknown datatype", { datatype: 0 }, /datatype 0/],
  [
    "bits that contradict the datatype",
    { datatype: 16, bitpix: 16 },
    /16 bits per voxel, but float32 has 32/,
  ],
  ["voxels inside the header", { voxOffset: 0 }, /byte 0/],
  ["a fractional offset", { voxOffset: 352.5 }, /byte 352.5/],
  ["an offset that is no number", { voxOffset: Number.NaN }, /byte NaN/],
  ["an offset behind the file", { voxOffset: 1e6 }, /announces 1000048 bytes/],
  ["an offset beyond all files", { voxOffset: 3e38 }, /start at byte/],
  ["an infinite slope", { slope: Number.POSITIVE_INFINITY }, /scaling is not finite/],
  ["an intercept that is no number", { inter: Number.NaN }, /scaling is not finite/],
  ["neither sform nor qform", noForm, /Neither sform nor qform/],
  ["negative form codes", { sformCode: -1, qformCode: -1 }, /Neither sform nor qform/],
  ["an sform of zeros", { srow: new Array(12).fill(0) }, /steps of length 0, 0, 0/],
  ["an sform with NaN", { srow: [Number.NaN, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }, /NaN/],
  ["an infinite origin", { srow: [1, 0, 0, Number.POSITIVE_INFINITY, 0, 1, 0, 0, 0, 0, 1, 0] }, /Infinity/],
  ["two axes in one direction", { srow: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0] }, /90.00° off/],
  ["a sheared affine", { srow: [1, 0, 0.3, 0, 0, 1, 0, 0, 0, 0, 1, 0] }, /16.70° off/],
  ["a quaternion longer than 1", { ...onlyQform, quatern: [1, 1, 0] }, /length 1.414/],
  ["a quaternion that is no number", { ...onlyQform, quatern: [Number.NaN, 0, 0] }, /length NaN/],
  ["a voxel size of zero", { ...onlyQform, pixdim: [1, 1, 0, 3] }, /1 × 0 × 3/],
  ["a negative voxel size", { ...onlyQform, pixdim: [1, 1, -2, 3] }, /1 × -2 × 3/],
  ["a voxel size that is no number", { ...onlyQform, pixdim: [1, Number.NaN, 2, 3] }, /NaN × 2 × 3/],
  ["an unknown unit", { units: 5 }, /unit 5/],
];

describe("what is refused", () => {
  for (const [name, fields, sentence] of refused) {
    test(`${name} is refused with NIFTI_INVALID, plain and compressed`, () => {
      const file = niftiFile(fields);
      assert.throws(() => readNifti(file), isInvalid(sentence));
      assert.throws(() => readNifti(gzipSync(file)), FailureError);
    });
  }

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    test(`a voxel that is ${value} is refused by its number`, () => {
      const values = new Array<number>(24).fill(1).with(17, value);
      assert.throws(() => readNifti(float32(values)), isInvalid(/Voxel 17 of 24/));
    });
  }

  test("V7: NaN of an image becomes 0 with a warning, as in nnU-Net v1; an infinity beside it is refused", () => {
    const values = new Array<number>(24).fill(1).with(17, Number.NaN).with(3, Number.NaN);
    const { volume, warnings } = readNiftiImage(float32(values));
    assert.deepEqual(
      [...volume.voxels],
      values.map((value) => (Number.isNaN(value) ? 0 : value)),
    );
    assert.deepEqual(
      warnings.map(({ code, details }) => [code, details]),
      [["NAN_REPLACED", { voxels: 2 }]],
    );
    assert.match(
      warnings[0]?.sentence ?? "",
      /^2 of 24 voxels are no numbers \(NaN\); they were set to 0\.$/,
    );
    assert.deepEqual(readNiftiImage(niftiFile()).warnings, []);
    for (const infinity of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      assert.throws(() => readNiftiImage(float32(values.with(5, infinity))), isInvalid(/Voxel 5 of 24/));
  });

  test("V7: an image whose voxels or place are no patient's is refused with the numbers", () => {
    const rows = (mm: number, at = 0): Partial<Fields> => ({ srow: [mm, 0, 0, at, 0, 2, 0, 0, 0, 0, 3, 0] });
    for (const [fields, sentence] of [
      [rows(300), /Voxels of 3 × 2 × 300 mm/],
      [rows(1e30), /3 × 2 × 1e\+30 mm/],
      [rows(1e-7), /3 × 2 × 1e-7 mm/],
      [rows(1, 1e30), /lies at -1e\+30, 0, 0 mm/],
      [{ units: 1 }, /Voxels of 3000 × 2000 × 1000 mm/],
    ] as const)
      assert.throws(() => readNiftiImage(niftiFile(fields)), isInvalid(sentence));
  });

  test("a scaled value beyond float32 is refused", () => {
    assert.throws(() => readNifti(niftiFile({ slope: 3e38 })), isInvalid(/Voxel 2 of 24/));
  });

  test("anything shorter than the header says is refused, at every length", () => {
    const file = niftiFile();
    const compressed = gzipSync(file);
    for (let length = 0; length < file.length; length++) {
      assert.throws(() => readNifti(file.subarray(0, length)), isInvalid(/./));
    }
    for (let length = 0; length < compressed.length; length++) {
      assert.throws(() => readNifti(compressed.subarray(0, length)), isInvalid(/./));
    }
  });

  test("a damaged gzip stream is refused", () => {
    const file = gzipSync(niftiFile({ dim: [3, 20, 30, 40, 1, 1, 1, 1] }, new Array(24_000).fill(3)));
    const damaged = file.with(file.length - 6, (file[file.length - 6] ?? 0) ^ 1);
    assert.throws(() => readNifti(damaged), isInvalid(/damaged/));
  });

  test("any bytes are either read or refused with NIFTI_INVALID", () => {
    const seed = niftiFile();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.boolean(),
        (changes, isCompressed) => {
          const mutant = seed.slice();
          for (const [at, value] of changes) mutant[at] = value;
          try {
            const { grid, voxels } = readNifti(isCompressed ? gzipSync(mutant) : mutant);
            assert.equal(voxels.length, grid.shape[0] * grid.shape[1] * grid.shape[2]);
            assert.ok([...grid.spacingMm, ...grid.originLps, ...grid.axes.flat()].every(Number.isFinite));
          } catch (error) {
            isInvalid(/./)(error);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("memory", () => {
  const peakGrowth = (work: () => void): number => {
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().rss;
    work();
    return process.memoryUsage().arrayBuffers + process.memoryUsage().rss - before;
  };

  test("a small file that announces 2 GB is refused before memory is taken", () => {
    const fields = { dim: [3, 800, 800, 800, 1, 1, 1, 1] };
    for (const file of [niftiFile(fields), gzipSync(niftiFile(fields))]) {
      const growth = peakGrowth(() =>
        assert.throws(() => readNifti(file), isInvalid(/the file holds at most/)),
      );
      assert.ok(growth < 50e6, `grew by ${growth} bytes`);
    }
  });

  test("a stream that inflates to 400 MB behind a small header is cut off", () => {
    const bomb = gzipSync(Buffer.concat([niftiFile(), Buffer.alloc(400e6)]), { level: 1 });
    const growth = peakGrowth(() =>
      assert.throws(() => readNifti(bomb), isInvalid(/holds more than the \d+ bytes/)),
    );
    assert.ok(growth < 100e6, `grew by ${growth} bytes`);
  });
});
