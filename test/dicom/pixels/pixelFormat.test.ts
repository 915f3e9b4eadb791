import assert from "node:assert/strict";
import { test } from "node:test";
import { readPixelFormat } from "../../../src/dicom/pixels/pixelFormat.ts";
import {
  classicSeries,
  explicitBig,
  explicitLittle,
  implicitLittle,
  type SeriesSpec,
  uid,
} from "../../support/dicomSeries.ts";
import { withPrivate } from "../file/withPrivate.ts";
import { at, codes, read, readSpec, refusal, uidsOf } from "../series/support.ts";

test("P1: implicit, explicit and big endian give the same voxels", async () => {
  const volumes = await Promise.all(
    [explicitLittle, implicitLittle, explicitBig].map((transferSyntax) =>
      readSpec({
        transferSyntax,
        bits: { signed: true },
        stored: (k, row, column) => k - 300 * row + column,
      }),
    ),
  );
  const [first] = volumes;
  for (const other of volumes) assert.deepEqual(other.volume.voxels, first?.volume.voxels);
  assert.equal(first === undefined ? 0 : at(first, 2, 7, 1), 2 - 2100 + 1 - 1024);
});

test("P2: syntaxes that are not decoded are refused by name, unknown ones by their UID", async () => {
  const unread = {
    "1.2.840.10008.1.2.4.51": "JPEG Extended (1.2.840.10008.1.2.4.51)",
    "1.2.840.10008.1.2.4.53": "JPEG Spectral Selection (1.2.840.10008.1.2.4.53)",
    "1.2.840.10008.1.2.4.55": "JPEG Full Progression (1.2.840.10008.1.2.4.55)",
    "1.2.840.10008.1.2.4.100": "MPEG2 Main Profile / Main Level (1.2.840.10008.1.2.4.100)",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless (1.2.840.10008.1.2.4.110)",
    "1.2.840.10008.1.2.4.112": "JPEG XL (1.2.840.10008.1.2.4.112)",
    "1.2.826.0.1.3680043.2.1": "1.2.826.0.1.3680043.2.1",
  };
  for (const [transferSyntax, name] of Object.entries(unread)) {
    const { sentence, details } = await refusal(readSpec({ transferSyntax }), "UNSUPPORTED_TRANSFER_SYNTAX");
    assert.equal(sentence, `Pixels in ${name} are not read.`);
    assert.equal(details["transferSyntaxUid"], transferSyntax);
  }
});

const isLossy = (transferSyntaxUid: string, stated: string | null): boolean => {
  const header = {
    Modality: "MR",
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    LossyImageCompression: stated,
  };
  const encoding = { explicit: true, littleEndian: true };
  return readPixelFormat(header, { transferSyntaxUid, encoding }).isLossy;
};

test("P3: the header says whether a syntax that allows loss was used with loss; 8-bit JPEG always is", () => {
  const judged = (suffix: string): readonly boolean[] =>
    [null, "00", "01"].map((stated) => isLossy(`1.2.840.10008.1.2.4.${suffix}`, stated));
  assert.deepEqual(judged("50"), [true, true, true]);
  for (const suffix of ["81", "91"]) assert.deepEqual(judged(suffix), [true, false, true]);
  for (const suffix of ["57", "70", "80", "90", "201", "202", "203"]) {
    assert.deepEqual(judged(suffix), [false, false, true], suffix);
  }
});

test("P3: a lossy source converts with a warning", async () => {
  const series = await readSpec({ attributes: (k) => ({ LossyImageCompression: k === 2 ? "01" : "00" }) });
  assert.deepEqual(codes(series), ["LOSSY_SOURCE"]);
  assert.deepEqual(series.warnings[0]?.details?.["sopInstanceUids"], [uid(7, 3)]);
});

test("P5: a trailing pad byte after an odd number of 8-bit pixels is no harm", async () => {
  const series = await readSpec({
    rows: 3,
    columns: 3,
    bits: { allocated: 8 },
    stored: (_, row, column) => 100 + row + column,
    damage: (pixels) => Buffer.concat([pixels, new Uint8Array(1)]),
  });
  assert.equal(at(series, 5, 2, 2), 104 - 1024);
});

test("P6: pixel data shorter than the header says are refused with the numbers, never filled up", async () => {
  const short = readSpec({
    damage: (pixels, k) => (k === 4 ? pixels.subarray(0, pixels.length - 2) : pixels),
  });
  const failure = await refusal(short, "PIXEL_DATA_TRUNCATED");
  assert.deepEqual(failure.details, { have: 158, need: 160, sopInstanceUids: [uid(7, 5)] });
});

test("P6: matrices that promise more than the file holds are refused before anything is allocated", async () => {
  const bomb = readSpec({ attributes: () => ({ Rows: 65535, Columns: 65535 }) }, { maxVoxels: 1e12 });
  assert.deepEqual(uidsOf(await refusal(bomb, "PIXEL_DATA_TRUNCATED")), [uid(7, 1)]);
});

test("P9: unused high bits are masked away and the sign comes from the stored bits", async () => {
  const dirty = 0xa000;
  const unsigned = await readSpec({ bits: { stored: 12 }, stored: () => dirty | 0x123 });
  assert.equal(at(unsigned, 0, 0, 0), 0x123 - 1024);
  const signed = await readSpec({ bits: { stored: 12, signed: true }, stored: () => dirty | 0xfff });
  assert.equal(at(signed, 0, 0, 0), -1 - 1024);
});

test("P9: values below HighBit are shifted down", async () => {
  const series = await readSpec({ bits: { stored: 12, high: 15 }, stored: () => (0x123 << 4) | 0xf });
  assert.equal(at(series, 0, 0, 0), 0x123 - 1024);
});

test("P10: 8-bit pixels convert, 32-bit ones are refused", async () => {
  const series = await readSpec({ bits: { allocated: 8, signed: true }, stored: () => -5 });
  assert.equal(at(series, 0, 0, 0), -5 - 1024);
  const wide = readSpec({ attributes: () => ({ BitsAllocated: 32, BitsStored: 32, HighBit: 31 }) });
  await refusal(wide, "UNSUPPORTED_PIXEL_FORMAT");
});

test("P11: each slice is rescaled by its own slope and intercept in floating point", async () => {
  const series = await readSpec({
    modality: "MR",
    attributes: (k) => ({ RescaleSlope: `0.00${102 + k}`, RescaleIntercept: `${33 + k}` }),
  });
  for (const k of [0, 3, 5]) {
    const expected = (1000 + 100 * k + 11) * ((102 + k) / 1e5) + 33 + k;
    assert.equal(at(series, k, 1, 1), Math.fround((1000 + 100 * k + 11) * Number(`0.00${102 + k}`) + 33 + k));
    assert.ok(Math.abs(at(series, k, 1, 1) - expected) < 1e-4);
  }
});

test("P12: Philips' private scaling is not applied; rescale alone counts, and MR without it keeps its stored values", async () => {
  const scale = (element: number, value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return { group: 0x2005, creator: "Philips MR Imaging DD 001", element, vr: "FL", value: bytes };
  };
  // (2005,100D) scale intercept and (2005,100E) scale slope.
  const spec = [scale(0x0d, 7), scale(0x0e, 0.01)];
  const rescaled = { RescaleSlope: "2", RescaleIntercept: "5" };
  for (const [attributes, expected] of [
    [{}, 1123],
    [rescaled, 2 * 1123 + 5],
  ] as const) {
    const files = classicSeries({ modality: "MR", attributes: () => attributes }).map((file) =>
      withPrivate(file, spec),
    );
    assert.ok(files.every((file) => Buffer.from(file).includes(Buffer.from([0x05, 0x20, 0x0e, 0x10]))));
    assert.equal(at(await read(files), 1, 2, 3), expected);
  }
});

test("P13: CT without slope or intercept, or rescaled to something else than HU, is refused", async () => {
  await refusal(readSpec({ attributes: () => ({ RescaleIntercept: undefined }) }), "CT_NO_RESCALE");
  await refusal(readSpec({ attributes: () => ({ RescaleSlope: null }) }), "CT_NO_RESCALE");
  await refusal(readSpec({ attributes: () => ({ RescaleType: "Z_EFF" }) }), "CT_NO_RESCALE");
  const lower = await readSpec({ attributes: () => ({ RescaleType: "hu" }) });
  assert.equal(at(lower, 0, 0, 0), 1000 - 1024);
});

const noRescale = { RescaleSlope: undefined, RescaleIntercept: undefined, RescaleType: undefined };

/** Air around a disc of tissue, in Hounsfield units. */
const bodyHu = (_: number, row: number, column: number): number =>
  row > 0 && row < 7 && column > 0 && column < 9 ? 20 + 10 * row + column : -1000;

test("P13: CT without any rescale converts with a warning where its values can be nothing but Hounsfield units", async () => {
  const series = await readSpec({ bits: { signed: true }, stored: bodyHu, attributes: () => noRescale });
  assert.deepEqual(codes(series), ["RESCALE_ASSUMED"]);
  assert.deepEqual(
    series.warnings[0]?.details?.["sopInstanceUids"],
    [1, 2, 3, 4, 5, 6].map((k) => uid(7, k)),
  );
  assert.deepEqual([at(series, 0, 0, 0), at(series, 2, 3, 4)], [-1000, 54]);
});

test("P13: CT without any rescale is refused where its values are shifted, unsigned, all air or but for some slices", async () => {
  const refused = (spec: SeriesSpec) =>
    refusal(readSpec({ bits: { signed: true }, attributes: () => noRescale, ...spec }), "CT_NO_RESCALE");
  const { details } = await refused({ stored: (...at) => bodyHu(...at) + 1024 });
  assert.deepEqual([details["airShare"], details["softTissueShare"]], [0, 0.4]);
  await refused({ stored: () => -1000 });
  await refused({ stored: bodyHu, bits: { signed: false } });
  await refused({ stored: bodyHu, attributes: () => ({ ...noRescale, RescaleType: "HU" }) });
  const some = await refused({ stored: bodyHu, attributes: (k) => (k < 2 ? noRescale : {}) });
  assert.deepEqual(some.details["sopInstanceUids"], [uid(7, 1), uid(7, 2)]);
  // Padding is not evidence of air, though it becomes the value of air.
  await refused({
    stored: (...at) => (bodyHu(...at) === -1000 ? -2000 : bodyHu(...at)),
    attributes: () => ({ ...noRescale, PixelPaddingValue: -2000 }),
  });
});

test("P14: CT padding becomes -1024 HU, also when -2000 is written as 63536", async () => {
  const stored = (_: number, row: number): number => (row === 0 ? -2000 : 500);
  for (const vrMap of ["SS", "US"]) {
    const series = await readSpec({
      bits: { signed: true },
      stored,
      attributes: () => ({
        PixelPaddingValue: vrMap === "SS" ? -2000 : 63536,
        _vrMap: { PixelPaddingValue: vrMap },
      }),
    });
    assert.equal(at(series, 2, 0, 3), -1024);
    assert.equal(at(series, 2, 1, 3), 500 - 1024);
  }
});

test("P14: a padding range is replaced from end to end and nothing beyond it", async () => {
  const series = await readSpec({
    bits: { signed: true },
    stored: (_, row) => [-2001, -2000, -1900, -1800, -1799, 0, 1, 2][row] ?? 0,
    attributes: () => ({ PixelPaddingValue: -2000, PixelPaddingRangeLimit: -1800 }),
  });
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((row) => at(series, 0, row, 0)),
    [-3025, -1024, -1024, -1024, -2823],
  );
});

test("P14: padding outside the stored bits is recognised before they are masked", async () => {
  const series = await readSpec({
    bits: { stored: 12 },
    stored: (_, row) => (row === 0 ? 63536 : 100),
    attributes: () => ({ PixelPaddingValue: 63536 }),
  });
  assert.deepEqual([at(series, 0, 0, 0), at(series, 0, 1, 0)], [-1024, 100 - 1024]);
});

test("P14: MR padding becomes 0, an empty padding tag means none", async () => {
  const padded = await readSpec({
    modality: "MR",
    stored: () => 9,
    attributes: () => ({ PixelPaddingValue: 9 }),
  });
  assert.equal(at(padded, 0, 0, 0), 0);
  const empty = await readSpec({
    bits: { signed: true },
    stored: () => 0,
    attributes: () => ({ PixelPaddingValue: null, RescaleIntercept: "0" }),
  });
  assert.equal(at(empty, 0, 0, 0), 0);
});

test("P15: MONOCHROME1 is not inverted, only warned of", async () => {
  const series = await readSpec({ attributes: () => ({ PhotometricInterpretation: "MONOCHROME1" }) });
  assert.deepEqual(codes(series), ["MONOCHROME1"]);
  assert.equal(at(series, 0, 0, 0), 1000 - 1024);
});

test("P16: a modality look-up table is refused, not ignored", async () => {
  const lut = {
    LUTDescriptor: [2, 0, 16],
    ModalityLUTType: "HU",
    LUTData: [0, 1],
    _vrMap: { LUTDescriptor: "US", LUTData: "US" },
  };
  await refusal(readSpec({ attributes: () => ({ ModalityLUTSequence: [lut] }) }), "MODALITY_LUT");
});

test("P17: values beyond 16 bits after rescale are kept", async () => {
  const series = await readSpec({ attributes: () => ({ RescaleSlope: "100" }) });
  assert.equal(at(series, 0, 0, 0), 100000 - 1024);
});
