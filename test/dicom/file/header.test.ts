import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { headerFromJson, number, numbers, parseHeader, text, texts } from "../../../src/dicom/file/header.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import {
  classicSeries,
  dicomFile,
  explicitBig,
  implicitLittle,
  sliceAttributes,
  uid,
} from "../../support/dicomSeries.ts";
import { needsShared } from "../../support/shared.ts";
import { at, fixtureFile, read, readSpec, refusal } from "../series/support.ts";

const one = (attributes: Readonly<Record<string, unknown>>, syntax?: string): Uint8Array =>
  dicomFile({ ...sliceAttributes({}, 0), ...attributes }, new Uint8Array(160), syntax);

/** A copy with other bytes in place of the first occurrence of a run of the same length. */
const replaced = (file: Uint8Array, from: string, to: string): Uint8Array => {
  const copy = Buffer.from(file);
  const offset = copy.indexOf(Buffer.from(from, "latin1"));
  assert.ok(offset > 0 && from.length === to.length);
  copy.write(to, offset, "latin1");
  return copy;
};

const patientName = (file: Uint8Array): unknown => parseHeader(file)["PatientName"];

test("a header holds plain values by keyword, without pixel data, private tags and bulk data", () => {
  const header = parseHeader(
    one({ ReferringPhysicianName: null, ReferencedStudySequence: [{ ReferencedSOPInstanceUID: uid(3) }] }),
  );
  assert.equal(header["PixelData"], undefined);
  assert.equal(header["Rows"], 8);
  assert.equal(header["RescaleIntercept"], -1024);
  assert.deepEqual(header["PixelSpacing"], [0.7, 0.7]);
  assert.deepEqual(header["PatientName"], { Alphabetic: "Test^Phantom" });
  assert.equal(header["ReferringPhysicianName"], null);
  assert.deepEqual(header["ReferencedStudySequence"], [{ ReferencedSOPInstanceUID: uid(3) }]);
  assert.deepEqual(
    Object.keys(header).filter((key) => /^[0-9_]/.test(key)),
    [],
  );
});

test("PIT-10, PIT-11: a one-item sequence is a plain array and the whole header can be cloned", () => {
  const header = parseHeader(one({ ReferencedStudySequence: [{ ReferencedSOPInstanceUID: uid(3) }] }));
  assert.ok(Array.isArray(header["ReferencedStudySequence"]));
  assert.deepEqual(structuredClone(header), header);
});

test("H3: private elements, unknown sequences and undefined lengths are skipped", () => {
  const file = one({});
  const pixelStart = file.length - 160 - 12;
  // (0009,0010) private creator, (0009,1001) UN of undefined length with an implicit item inside, then the pixel data.
  const creator = Buffer.from("\x09\x00\x10\x00LO\x04\x00ACME", "latin1");
  const unknown = Buffer.from(
    "\x09\x00\x01\x10UN\x00\x00\xff\xff\xff\xff" +
      "\xfe\xff\x00\xe0\xff\xff\xff\xff\x08\x00\x60\x00\x02\x00\x00\x00MR\xfe\xff\x0d\xe0\x00\x00\x00\x00" +
      "\xfe\xff\xdd\xe0\x00\x00\x00\x00",
    "latin1",
  );
  const standard = Buffer.from(
    "\x54\x00\x10\x04UN\x00\x00\x12\x00\x00\x00\xfe\xff\x00\xe0\x0a\x00\x00\x00\x08\x00\x60\x00\x02\x00\x00\x00MR",
    "latin1",
  );
  const spliced = Buffer.concat([
    file.subarray(0, pixelStart),
    creator,
    unknown,
    standard,
    file.subarray(pixelStart),
  ]);
  const header = parseHeader(spliced);
  assert.equal(header["Rows"], 8);
  assert.equal(header["Modality"], "CT");
});

test("H4: numbers with padding, exponent, a decimal comma or a fraction in IS are read, others are never NaN", () => {
  const spaced = parseHeader(
    one({ SliceThickness: "5e0 ", ReconstructionDiameter: "+.5E+3", InstanceNumber: "3.0" }),
  );
  assert.equal(number(spaced, "SliceThickness"), 5);
  assert.equal(number(spaced, "ReconstructionDiameter"), 500);
  assert.equal(number(spaced, "InstanceNumber"), 3);
  const comma = parseHeader(one({ PixelSpacing: ["0,9766", "0,9766"] }));
  assert.deepEqual(numbers(comma, "PixelSpacing"), [0.9766, 0.9766]);
  const garbage = parseHeader(one({ PixelSpacing: ["0.7", "mm"], SliceThickness: "1A", KVP: "1e999" }));
  assert.deepEqual(numbers(garbage, "PixelSpacing"), []);
  assert.equal(number(garbage, "SliceThickness"), null);
  assert.equal(text(garbage, "SliceThickness"), "1A");
  assert.equal(number(garbage, "KVP"), null);
});

test("H4: accessors give a finite number or null for any value whatever", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const header = { Rows: value };
      const found = number(header, "Rows");
      assert.ok(found === null || Number.isFinite(found));
      assert.ok(numbers(header, "Rows").every(Number.isFinite));
      assert.ok(texts(header, "Rows").every((word) => word.length > 0));
    }),
  );
});

test("H2: malformed dates and over-long values do not stop a header", () => {
  const header = parseHeader(
    replaced(one({ StudyDate: "20200101", PatientID: "X".repeat(80) }), "20200101", "1999.5.2"),
  );
  assert.equal(header["StudyDate"], "1999.5.2");
  assert.equal(header["Rows"], 8);
});

test("H5: a series without manufacturer, description or patient reads the same geometry", async () => {
  const bare = await readSpec({
    attributes: () => ({ PatientName: null, PatientID: undefined, SliceThickness: undefined }),
  });
  assert.deepEqual(bare.volume, (await readSpec({})).volume);
});

test("H5: UIDs that a de-identifier emptied are taken from the file meta information", () => {
  const file = one({});
  const emptied = dicomFile({ ...sliceAttributes({}, 0), SOPInstanceUID: undefined }, new Uint8Array(160));
  assert.equal(parseHeader(file)["SOPInstanceUID"], uid(7, 1));
  assert.equal(parseHeader(emptied)["SOPInstanceUID"], uid(1));
});

test("H6: a data set without preamble and meta information is read, explicit or implicit", async () => {
  for (const syntax of [undefined, implicitLittle]) {
    const file = one({}, syntax);
    const start = Buffer.from(file).indexOf(Buffer.from([0x08, 0x00, 0x08, 0x00]));
    const bare = file.subarray(start);
    assert.equal(parseHeader(bare)["Rows"], 8);
  }
  const files = classicSeries();
  const bare = files.map((file) =>
    file.subarray(Buffer.from(file).indexOf(Buffer.from([0x08, 0x00, 0x08, 0x00]))),
  );
  assert.deepEqual((await read(bare)).volume, (await read(files)).volume);
});

test("H6: an explicit data set declared implicit, and the reverse, are read for what they are", () => {
  const uidBytes = (syntax: string): string => `${syntax}\0`.padEnd(20, "\0");
  const explicit = one({});
  const lying = replaced(explicit, uidBytes("1.2.840.10008.1.2.1"), uidBytes("1.2.840.10008.1.2"));
  assert.equal(parseHeader(lying)["Rows"], 8);
});

test("what is no DICOM file is refused as such", () => {
  for (const bytes of [
    new Uint8Array(0),
    new Uint8Array(400),
    Buffer.from("hello world".repeat(40)),
    one({}).subarray(0, 300),
  ]) {
    assert.throws(
      () => parseHeader(bytes),
      (error) => error instanceof FailureError && error.failure.code === "NOT_DICOM",
    );
  }
});

test("sequences nested beyond any real depth are refused, not followed", () => {
  const open = "\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff";
  const close = "\xfe\xff\x0d\xe0\x00\x00\x00\x00\xfe\xff\xdd\xe0\x00\x00\x00\x00";
  const file = one({});
  const pixelStart = file.length - 160 - 12;
  const nested = (depth: number): Uint8Array =>
    Buffer.concat([
      file.subarray(0, pixelStart),
      Buffer.from(open.repeat(depth) + close.repeat(depth), "latin1"),
    ]);
  assert.equal(parseHeader(nested(10))["Rows"], 8);
  for (const depth of [100, 20000]) {
    assert.throws(
      () => parseHeader(nested(depth)),
      (error) => error instanceof FailureError && error.failure.code === "NOT_DICOM",
    );
  }
});

test("any damage to a file ends in a volume or a failure with a code, never in another error", async () => {
  const [file = new Uint8Array(), ...others] = classicSeries();
  const [big = new Uint8Array()] = classicSeries({ transferSyntax: explicitBig });
  const damage = fc.record({
    whole: fc.constantFrom(file, big),
    keep: fc.integer({ min: 0, max: file.length }),
    edits: fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ whole, keep, edits }) => {
      const broken = Uint8Array.from(whole.subarray(0, keep % 3 === 0 ? keep : whole.length));
      for (const [offset, byte] of edits) if (offset < broken.length) broken[offset] = byte;
      try {
        const { volume } = await read([broken, ...others], { minSlices: 1, maxVoxels: 1e6 });
        assert.ok(volume.voxels.every(Number.isFinite));
      } catch (error) {
        assert.ok(error instanceof FailureError && error.failure.code !== "INTERNAL", String(error));
      }
    }),
    { numRuns: 400, seed: 1 },
  );
});

test("H1, PIT-7: Japanese text in three character sets is decoded to Unicode", () => {
  const name = "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
  const placeholder = "N".repeat(name.length);
  const file = one({ SpecificCharacterSet: "C".repeat(16), PatientName: placeholder });
  const coded = replaced(replaced(file, "C".repeat(16), "\\ISO 2022 IR 87 "), placeholder, name);
  assert.deepEqual(patientName(coded), {
    Alphabetic: "Yamada^Tarou",
    Ideographic: "山田^太郎",
    Phonetic: "やまだ^たろう",
  });
});

test("H1: Korean and Chinese text with escapes or two-byte characters that look like separators is decoded", () => {
  const korean =
    "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
  const placeholder = "N".repeat(korean.length);
  const file = one({ SpecificCharacterSet: "C".repeat(16), PatientName: placeholder });
  const coded = replaced(replaced(file, "C".repeat(16), "\\ISO 2022 IR 149"), placeholder, korean);
  assert.deepEqual(patientName(coded), {
    Alphabetic: "Hong^Gildong",
    Ideographic: "洪^吉洞",
    Phonetic: "홍^길동",
  });
  // 0x5C, the separator, is the second byte of this GB 18030 character.
  const chinese = one({ SpecificCharacterSet: "GB18030", PatientComments: "QQ" });
  assert.equal(parseHeader(replaced(chinese, "QQ", "\x8f\x5c"))["PatientComments"], "廫");
});

test("H1: text inside sequences follows the file's character set", () => {
  const file = one({
    SpecificCharacterSet: "ISO_IR 192",
    ProcedureCodeSequence: [{ CodeMeaning: "Zürich 膵臓" }],
  });
  assert.deepEqual(parseHeader(file)["ProcedureCodeSequence"], [{ CodeMeaning: "Zürich 膵臓" }]);
});

test("H1: Latin-1 text and an unknown character set never fail", () => {
  const latin = replaced(
    one({ SpecificCharacterSet: "ISO_IR 100", PatientID: "QQQ" }),
    "QQQ",
    "\xe4\xf6\xfc",
  );
  assert.equal(parseHeader(latin)["PatientID"], "äöü");
  const unknown = one({ SpecificCharacterSet: "ISO_IR 999", PatientID: "plain" });
  assert.equal(parseHeader(unknown)["PatientID"], "plain");
});

test("PIT-8: a header's text is Unicode and its SpecificCharacterSet says so", () => {
  assert.equal(
    parseHeader(one({ SpecificCharacterSet: "ISO_IR 100" }))["SpecificCharacterSet"],
    "ISO_IR 192",
  );
});

const characterSetFixtures = ["broken", "chrH32.dcm"] as const;

test("H1: the multi-byte character set fixtures are decoded", {
  skip: needsShared("fixtures", "dicom", "broken"),
}, () => {
  assert.deepEqual(patientName(fixtureFile(...characterSetFixtures).read()), {
    Alphabetic: "ﾔﾏﾀﾞ^ﾀﾛｳ",
    Ideographic: "山田^太郎",
    Phonetic: "やまだ^たろう",
  });
  assert.deepEqual(patientName(fixtureFile("broken", "chrX1.dcm").read()), {
    Alphabetic: "Wang^XiaoDong",
    Ideographic: "王^小東",
  });
});

test("a file without meta group length and one with garbage in NumberOfFrames are read", {
  skip: needsShared("fixtures", "dicom", "broken"),
}, () => {
  assert.ok(text(parseHeader(fixtureFile("broken", "no_meta_group_length.dcm").read()), "SOPInstanceUID"));
  const bad = parseHeader(fixtureFile("broken", "badVR.dcm").read());
  assert.equal(text(bad, "NumberOfFrames"), "1A");
  assert.equal(number(bad, "NumberOfFrames"), null);
});

test("WEB-11: JSON text is taken as it is, whatever SpecificCharacterSet says", () => {
  const header = headerFromJson({
    "00080005": { vr: "CS", Value: ["ISO_IR 100"] },
    "00100010": { vr: "PN", Value: [{ Alphabetic: "Müller^Jörg", Ideographic: "山田" }] },
    "00081030": { vr: "LO", Value: ["Bauch \u00e4"] },
  });
  assert.deepEqual(header["PatientName"], { Alphabetic: "Müller^Jörg", Ideographic: "山田" });
  assert.equal(text(header, "StudyDescription"), "Bauch ä");
});

test("H7: JSON with bulk data, empty values, absent VR, string numbers and private tags is read", () => {
  const header = headerFromJson({
    "00280010": { vr: "US", Value: [512] },
    "00280011": { Value: [256] },
    "00280030": { vr: "DS", Value: ["0.5", "0.6"] },
    "00200032": { vr: "DS", Value: [] },
    "00181030": { vr: "LO" },
    "00091001": { vr: "LO", Value: ["private"] },
    "7FE00010": { vr: "OW", BulkDataURI: "http://archive/bulk" },
    "00282000": { vr: "OB", InlineBinary: "AAAA" },
    "00081140": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.2.3"] } }] },
    "0020000D": null,
  });
  assert.deepEqual(numbers(header, "PixelSpacing"), [0.5, 0.6]);
  assert.deepEqual([number(header, "Rows"), number(header, "Columns")], [512, 256]);
  assert.deepEqual(numbers(header, "ImagePositionPatient"), []);
  assert.equal(text(header, "ProtocolName"), null);
  assert.deepEqual(header["ReferencedImageSequence"], [{ ReferencedSOPInstanceUID: "1.2.3" }]);
  assert.equal(header["PixelData"], undefined);
  assert.deepEqual(
    Object.keys(header).filter((key) => /^[0-9]/.test(key)),
    [],
  );
});

test("a file without any SOPInstanceUID is refused", async () => {
  const without = readSpec({ attributes: (k) => (k === 1 ? { SOPInstanceUID: "not a uid" } : {}) });
  await refusal(without, "UID_INVALID");
});

test("the SOP class that a de-identifier emptied everywhere follows from the modality", async () => {
  const series = await readSpec({ modality: "MR", attributes: () => ({ SOPClassUID: null }) });
  assert.ok(at(series, 0, 0, 0) > 0);
});
