import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { FailureError } from "../../src/domain/failure.ts";
import { dataFileOf, readImageFile, readVolumeFile } from "../../src/files/readVolumeFile.ts";
import { isVolumeFile } from "../../src/files/volumeFormats.ts";
import { writeNifti } from "../../src/nifti/writeNifti.ts";
import { cornerDistanceMm } from "../nifti/support/nifti.ts";
import { metaImageFile, nifti2File, nrrdFile, obliqueGrid } from "../support/volumeFiles.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-volumes-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(at(name), bytes);
  return at(name);
};

const voxels = Uint8Array.from({ length: 24 }, (_, n) => n % 3);
const nrrd = (changed = {}, data: Uint8Array = voxels) => nrrdFile(obliqueGrid, data, changed);
const meta = (changed = {}, data: Uint8Array = voxels) => metaImageFile(obliqueGrid, data, changed);
const two = (changed = {}) => nifti2File(obliqueGrid, voxels, changed);

const isRefused = (code: string, sentence: RegExp) => (error: unknown) => {
  assert.ok(error instanceof FailureError, String(error));
  assert.equal(error.failure.code, code);
  assert.match(error.failure.sentence, sentence);
  return true;
};

describe("which format a file is", () => {
  const files = {
    "NIfTI-1": writeNifti({ grid: obliqueGrid, voxels }),
    "NIfTI-2": two(),
    "NIfTI-2, compressed": gzipSync(two()),
    NRRD: nrrd(),
    MetaImage: meta(),
  };
  for (const [format, bytes] of Object.entries(files))
    for (const name of ["v.nii.gz", "v.nii", "v.nrrd", "v.nhdr", "v.mha", "v.mhd", "v.label", "v"])
      test(`E11: ${format} is told by its content under the name ${name}`, () => {
        const path = put(name, bytes);
        assert.ok(isVolumeFile(path));
        const { grid, voxels: found } = readVolumeFile(path);
        assert.deepEqual([...found], [...voxels]);
        assert.ok(cornerDistanceMm(grid, obliqueGrid) < 1e-4);
        assert.deepEqual(readImageFile(path).volume.voxels, found);
      });

  test("E11: what is no volume by name or content is none, and what is one by name alone is refused by its format", () => {
    for (const text of ["", "Name = value\nOther = 1\n", "NRRD", "words"])
      assert.equal(isVolumeFile(put("notes.txt", text)), false);
    assert.equal(isVolumeFile(folder), false);
    for (const [name, code] of [
      ["v.nii", "NIFTI_INVALID"],
      ["v.nrrd", "NRRD_INVALID"],
      ["v.mhd", "METAIMAGE_INVALID"],
    ] as const) {
      assert.ok(isVolumeFile(put(name, "words")));
      assert.throws(() => readVolumeFile(at(name)), isRefused(code, /./));
      assert.throws(
        () => readVolumeFile(at(`absent-${name}`)),
        isRefused(code, /cannot be opened \(ENOENT\)/),
      );
    }
  });
});

const refused: readonly (readonly [what: string, file: Uint8Array, sentence: RegExp])[] = [
  ["NIfTI-2 of two dimensions", two({ dim: [2, 4, 6, 1, 1, 1, 1, 1] }), /dimensions 4 × 6; one 3-D volume/],
  ["NIfTI-2 of four", two({ dim: [4, 4, 3, 1, 2, 1, 1, 1] }), /4 × 3 × 1 × 2; one 3-D volume/],
  ["NIfTI-2 without a place", two({ sformCode: 0 }), /Neither sform nor qform .* the affine of its image/],
  ["NIfTI-2 of 1e9 voxels an axis", two({ dim: [3, 1e9, 1e9, 1e9, 1, 1, 1, 1] }), /e\+27 voxels/],
  ["NIfTI-2 of -1 voxels", two({ dim: [3, 4, 3, -2, 1, 1, 1, 1] }), /-2; one 3-D volume/],
  ["NIfTI-2 of more than it has", two({ dim: [3, 400, 300, 200, 1, 1, 1, 1] }), /24000544 bytes/],
  ["half a NIfTI-2", two({ magic: "ni2\0\r\n\x1a\n" }), /in another file/],
  ["NIfTI-2 sent as text", two({ magic: "n+2\0\n\x1a\n\n" }), /lacks the mark n\+2/],
  ["NIfTI-2 in colours", two({ datatype: 128, bitpix: 24 }), /datatype 128/],
  ["NIfTI-2 that starts in its header", two({ voxOffset: 352 }), /byte 352; the header ends at 544/],
  ["NIfTI-2 that starts beyond all files", two({ voxOffset: 2 ** 60 }), /start at byte/],

  [
    "NRRD of a later version",
    Buffer.from(nrrd().toString("latin1").replace("NRRD0004", "NRRD0006"), "latin1"),
    /version 6; 1 to 5/,
  ],
  ["NRRD of two dimensions", nrrd({ dimension: "2", sizes: "4 6" }), /"2" dimensions of sizes "4 6"/],
  [
    "NRRD in layers",
    nrrd({ dimension: "4", sizes: "2 4 3 1", kinds: "list domain domain domain" }),
    /"4" dimensions .* exported from 3D Slicer as a label map/,
  ],
  ["NRRD of vectors", nrrd({ kinds: "vector domain domain" }), /kind "vector"/],
  ["NRRD of colours", nrrd({ kinds: "domain RGB-color domain" }), /kind "rgb-color"/],
  ["NRRD without a space", nrrd({ space: null }), /names no space, so that position/],
  ["NRRD in a scanner's space", nrrd({ space: "scanner-xyz" }), /"scanner-xyz"; left-posterior-superior,/],
  ["NRRD over time", nrrd({ space: "left-posterior-superior-time" }), /superior-time"/],
  ["NRRD without directions", nrrd({ "space directions": null, spacings: "1 2 3" }), /say space directions/],
  ["NRRD without an origin", nrrd({ "space origin": null }), /say space origin/],
  ["NRRD with a direction too few", nrrd({ "space directions": "(1,0,0) (0,1,0)" }), /3 vector\(s\)/],
  ["NRRD with no direction", nrrd({ "space directions": "none (1,0,0) (0,1,0) (0,0,1)" }), /3 vector\(s\)/],
  ["NRRD with words for numbers", nrrd({ "space origin": "(a,b,c)" }), /3 numbers are expected/],
  ["NRRD with an endless origin", nrrd({ "space origin": "(inf,0,0)" }), /3 numbers are expected/],
  ["NRRD sheared", nrrd({ "space directions": "(1,0,0) (1,1,0) (0,0,1)" }), /45.00° off/],
  ["NRRD with directions of 0", nrrd({ "space directions": "(0,0,0) (0,1,0) (0,0,1)" }), /steps of length 0/],
  ["NRRD in micrometres", nrrd({ "space units": '"um" "um" "um"' }), /unit of space is "um"/],
  ["NRRD of 1e9 voxels an axis", nrrd({ sizes: "1000000000 1000000000 1000000000" }), /e\+27 voxels/],
  ["NRRD of -1 voxels", nrrd({ sizes: "4 3 -2" }), /three whole numbers above 0/],
  ["NRRD of no voxels", nrrd({ sizes: "4 3 0" }), /three whole numbers above 0/],
  ["NRRD of half a voxel", nrrd({ sizes: "4 3 1.5" }), /three whole numbers above 0/],
  ["NRRD of more than it has", nrrd({ sizes: "400 300 200" }), /24000000 bytes, the file holds at most 24/],
  ["NRRD without sizes", nrrd({ sizes: null }), /does not say sizes/],
  ["NRRD of blocks", nrrd({ type: "block" }), /type "block"/],
  ["NRRD without a byte order", nrrd({ type: "short", sizes: "2 3 2" }), /byte order is ""/],
  ["NRRD with bzip2", nrrd({ encoding: "bzip2" }), /encoding is "bzip2"; raw, gzip and ascii/],
  ["NRRD in hexadecimal", nrrd({ encoding: "hex" }), /encoding is "hex"/],
  ["NRRD that skips lines", nrrd({ "line skip": "3" }), /line skip of 3/],
  ["NRRD that skips back", nrrd({ "byte skip": "-5" }), /byte skip of -5/],
  ["NRRD that says a thing twice", nrrd({ "data file": "a", datafile: "b" }), /"datafile" twice/],
  ["NRRD with a line of words", nrrd({ "content: words\nwords without a colon\n#": "" }), /is no field/],
  [
    "NRRD with a list of files",
    nrrd({ "data file": "LIST\na.raw\nb.raw" }),
    /in several files \("LIST"\); save them as one/,
  ],
  ["NRRD in several files", nrrd({ "data file": "LIST" }), /in several files \("LIST"\)/],
  ["NRRD in numbered files", nrrd({ "data file": "s%03d.raw 1 9 1" }), /in several files/],
  [
    "NRRD with a broken stream",
    nrrd({ encoding: "gzip" }, gzipSync(voxels).subarray(0, 20)),
    /gzip stream is/,
  ],
  ["NRRD with no stream", nrrd({ encoding: "gzip" }), /stream is damaged/],
  [
    "NRRD with a short stream",
    nrrd({ encoding: "gzip" }, gzipSync(voxels.subarray(1))),
    /24 bytes, .* most 23/,
  ],
  ["NRRD with a word in its text", nrrd({ encoding: "ascii" }, Buffer.from(`${"1 ".repeat(23)}x`)), /"x"/],
  ["NRRD with half a label", nrrd({ encoding: "ascii" }, Buffer.from(`${"1 ".repeat(23)}.5`)), /no uint8/],
  [
    "NRRD with too few words",
    nrrd({ encoding: "ascii" }, Buffer.from("1      ".repeat(23))),
    /the file holds 23/,
  ],
  ["NRRD with too many words", nrrd({ encoding: "ascii" }, Buffer.from("1 ".repeat(25))), /more than the 24/],

  ["MetaImage of two dimensions", meta({ NDims: "2", DimSize: "4 6" }), /"2" dimensions of sizes "4 6"/],
  ["MetaImage of four", meta({ NDims: "4", DimSize: "4 3 1 2" }), /"4" dimensions/],
  ["MetaImage of three numbers a voxel", meta({ ElementNumberOfChannels: "3" }), /"3" numbers; one is read/],
  ["MetaImage of a tube", meta({ ObjectType: "Tube" }), /"Tube" and no image/],
  ["MetaImage without a matrix", meta({ TransformMatrix: null }), /say TransformMatrix, so that the place/],
  ["MetaImage without an offset", meta({ Offset: null }), /say Offset, so that the place/],
  ["MetaImage without a voxel size", meta({ ElementSpacing: null }), /say ElementSpacing, so that the place/],
  ["MetaImage with two offsets", meta({ Position: "1 1 1" }), /Offset and Position, and not the same/],
  ["MetaImage in micrometres", meta({ DistanceUnits: "um" }), /unit of distance is "um"/],
  ["MetaImage sheared", meta({ TransformMatrix: "1 0 0 1 1 0 0 0 1" }), /45.00° off/],
  ["MetaImage with a matrix of 0", meta({ TransformMatrix: "0 0 0 0 1 0 0 0 1" }), /steps of length 0/],
  ["MetaImage of 1e9 voxels an axis", meta({ DimSize: "1000000000 1000000000 1000000000" }), /e\+27 voxels/],
  ["MetaImage of -1 voxels", meta({ DimSize: "4 3 -2" }), /three whole numbers above 0/],
  ["MetaImage of more than it has", meta({ DimSize: "400 300 200" }), /24000000 bytes, .* at most 24/],
  ["MetaImage without a size", meta({ DimSize: null }), /does not say DimSize/],
  ["MetaImage of texts", meta({ ElementType: "MET_STRING" }), /"MET_STRING"/],
  ["MetaImage of arrays", meta({ ElementType: "MET_UCHAR_ARRAY" }), /"MET_UCHAR_ARRAY"/],
  ["MetaImage that is scaled", meta({ ElementToIntensityFunctionSlope: "2" }), /said to be scaled/],
  [
    "MetaImage with less than its CompressedDataSize",
    meta({ CompressedData: "True", CompressedDataSize: "5000" }, deflateSync(voxels)),
    /CompressedDataSize is 5000, and there are \d+ bytes/,
  ],
  [
    "MetaImage with a CompressedDataSize that cuts",
    meta({ CompressedData: "True", CompressedDataSize: "10" }, deflateSync(voxels)),
    /damaged or cut off/,
  ],
  [
    "MetaImage with a CompressedDataSize of no bytes",
    meta({ CompressedData: "True", CompressedDataSize: "-4" }, deflateSync(voxels)),
    /CompressedDataSize is -4/,
  ],
  ["MetaImage in several files", meta({ ElementDataFile: "LIST" }), /in several files/],
  ["MetaImage in numbered files", meta({ ElementDataFile: "s%03d.raw 1 9 1" }), /in several files/],
  ["MetaImage that may be compressed", meta({ CompressedData: "Maybe" }), /"Maybe"; it must be True/],
  [
    "MetaImage with a broken stream",
    meta({ CompressedData: "True" }, deflateSync(voxels).subarray(0, 9)),
    /zlib/,
  ],
  [
    "MetaImage with too few words",
    meta({ BinaryData: "False" }, Buffer.from("1      ".repeat(23))),
    /holds 23/,
  ],
  ["MetaImage that skips back", meta({ HeaderSize: "-7" }), /HeaderSize is -7/],
  ["MetaImage with a line of words", meta({ "Comment = a\nwords\nName": "b" }), /is no key with a value/],
  ["MetaImage without an end", Buffer.from("ObjectType = Image\nNDims = 3\n"), /no ElementDataFile/],
];

const codeOf = (what: string): string =>
  what.includes("NRRD") ? "NRRD_INVALID" : what.includes("MetaImage") ? "METAIMAGE_INVALID" : "NIFTI_INVALID";

describe("what is refused", () => {
  for (const [what, bytes, sentence] of refused)
    test(`E11: ${what} is refused in a sentence, as a mask and as an image`, () => {
      const path = put("refused", bytes);
      for (const read of [readVolumeFile, readImageFile])
        assert.throws(() => read(path), isRefused(codeOf(what), sentence));
    });

  test("E11: anything shorter than a header says is refused, at every length", () => {
    const compressed = gzipSync(voxels);
    for (const [bytes, name] of [
      [two(), "cut.nii"],
      [nrrd(), "cut.nrrd"],
      [nrrd({ encoding: "gzip" }, compressed), "cut.nrrd"],
      [meta(), "cut.mha"],
      [meta({ CompressedData: "True" }, deflateSync(voxels)), "cut.mha"],
    ] as const)
      for (let length = 0; length < bytes.length; length++)
        assert.throws(
          () => readVolumeFile(put(name, bytes.subarray(0, length))),
          FailureError,
          `${name} ${length}`,
        );
  });

  test("E11: any bytes are read or refused, never more", () => {
    const seeds = [two(), nrrd(), nrrd({ encoding: "ascii" }, Buffer.from("1 ".repeat(24))), meta()];
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (seed, changes) => {
          const mutant = Buffer.from(seed);
          for (const [place, value] of changes) mutant[place % mutant.length] = value;
          try {
            const { grid, voxels: found } = readVolumeFile(put("mutant.nrrd", mutant));
            assert.equal(found.length, grid.shape[0] * grid.shape[1] * grid.shape[2]);
            assert.ok([...grid.spacingMm, ...grid.originLps, ...grid.axes.flat()].every(Number.isFinite));
          } catch (error) {
            assert.ok(error instanceof FailureError, String(error));
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe("a header whose voxels lie in another file", () => {
  const headers = [
    ["h.nhdr", (name: string) => nrrd({ "data file": name }, new Uint8Array()), "NRRD_INVALID"],
    ["h.mhd", (name: string) => meta({ ElementDataFile: name }, new Uint8Array()), "METAIMAGE_INVALID"],
  ] as const;

  for (const [header, make, code] of headers) {
    test(`E11: ${header} leads nowhere but to files beside it`, () => {
      put("h.raw", voxels);
      const path = put(header, make("h.raw"));
      assert.equal(dataFileOf(path), at("h.raw"));
      assert.deepEqual([...readVolumeFile(path).voxels], [...voxels]);
      for (const name of ["/etc/passwd", "../h.raw", "x/../../h.raw", `${folder}/h.raw`])
        assert.throws(
          () => readVolumeFile(put(header, make(name))),
          isRefused(code, /only files beside the header/),
        );
      for (const name of ["absent.raw", ".", "a\0b", "n".repeat(5000)])
        assert.throws(() => readVolumeFile(put(header, make(name))), isRefused(code, /no such file beside/));
    });

    test(`E11: ${header} beside a file of 64 GB takes no more than it announces`, () => {
      put("vast.raw", voxels);
      truncateSync(at("vast.raw"), 2 ** 36);
      const path = put(header, make("vast.raw"));
      assert.deepEqual([...readVolumeFile(path).voxels], [...voxels]);
      const packed =
        header === "h.mhd"
          ? meta({ CompressedData: "True", ElementDataFile: "vast.raw" })
          : nrrd({ encoding: "gzip", "data file": "vast.raw" });
      assert.throws(
        () => readVolumeFile(put(header, packed)),
        isRefused(code, /68719476736 bytes for voxels that need 24/),
      );
      rmSync(at("vast.raw"));
    });
  }

  test("E11: a file without such a header names none", () => {
    assert.equal(dataFileOf(put("own.nrrd", nrrd())), null);
    assert.equal(dataFileOf(put("own.mha", meta())), null);
    assert.equal(dataFileOf(put("own.nii", two())), null);
    assert.equal(dataFileOf(put("broken.mhd", "words")), null);
    assert.equal(dataFileOf(at("absent.mhd")), null);
  });
});

describe("memory", () => {
  const growth = (work: () => void): number => {
    const before = process.memoryUsage();
    work();
    const now = process.memoryUsage();
    return now.arrayBuffers + now.rss - before.arrayBuffers - before.rss;
  };
  const large = "800 800 800";

  test("E11: small files that announce 512 million voxels are refused before memory is taken", () => {
    const files = [
      two({ dim: [3, 800, 800, 800, 1, 1, 1, 1] }),
      nrrd({ sizes: large }),
      nrrd({ sizes: large, encoding: "gzip" }, gzipSync(voxels)),
      nrrd({ sizes: large, encoding: "ascii" }, Buffer.from("1 2 3")),
      meta({ DimSize: large }),
      meta({ DimSize: large, CompressedData: "True" }, deflateSync(voxels)),
      meta({ DimSize: large, BinaryData: "False" }, Buffer.from("1 2 3")),
    ];
    for (const bytes of files) {
      const path = put("large", bytes);
      const bytesMore = growth(() => assert.throws(() => readVolumeFile(path), FailureError));
      assert.ok(bytesMore < 50e6, `grew by ${bytesMore} bytes`);
    }
  });

  test("E11: streams that inflate to 400 MB behind a small header are cut off", () => {
    const bomb = gzipSync(Buffer.alloc(400e6), { level: 1 });
    for (const bytes of [nrrd({ encoding: "gzip" }, bomb), meta({ CompressedData: "True" }, bomb)]) {
      const path = put("bomb", bytes);
      const bytesMore = growth(() =>
        assert.throws(() => readVolumeFile(path), /holds more than the \d+ bytes that the header allows/),
      );
      assert.ok(bytesMore < 100e6, `grew by ${bytesMore} bytes`);
    }
  });
});
