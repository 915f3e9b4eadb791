import assert from "node:assert/strict";
import test from "node:test";
import { shortText } from "../../../src/dicom/write/conform.ts";
import { type Dataset, encodeDataset, type Value } from "../../../src/dicom/write/dataset.ts";
import { FailureError } from "../../../src/domain/failure.ts";

const refuses = (dataset: Dataset, code: string): void =>
  assert.throws(
    () => encodeDataset(dataset, "own"),
    (error) => error instanceof FailureError && error.failure.code === code,
    JSON.stringify(dataset),
  );

test("PIT-11: an attribute that is in no dictionary is refused, at any depth, instead of dropped", () => {
  refuses({ TrackingIdentifier: "Pancreas" }, "INTERNAL");
  refuses({ SegmentSequence: [{ TrackingIdentifier: "Pancreas" }] }, "INTERNAL");
  refuses({ SegmentSequence: [{ _vrMap: "x" }] }, "INTERNAL");
});

test("PIT-11: a value of ours that is too long or of the wrong kind is refused instead of cut", () => {
  const wrong: readonly (readonly [string, Value])[] = [
    ["SegmentLabel", "x".repeat(65)],
    ["SegmentLabel", "a\\b"],
    ["SegmentLabel", 7],
    ["ContentLabel", "pancreas"],
    ["ContentLabel", "PANCREAS_AND_MORE"],
    ["SliceThickness", "1.2345678901234567"],
    ["SliceThickness", "NaN"],
    ["SliceThickness", 2.5],
    ["SeriesNumber", "1.5"],
    ["ContentDate", "2024-01-31"],
    ["ContentTime", "10:15"],
    ["CodeValue", "12345678901234567"],
    ["Rows", 65_536],
    ["Rows", -1],
    ["Rows", "5"],
    ["TextValue", "bell\u0007"],
    ["PixelData", new Uint8Array(3).buffer],
  ];
  for (const [keyword, value] of wrong) refuses({ [keyword]: value }, "INTERNAL");
});

test("a UID of other than digits and dots is refused", () => {
  for (const uid of ["", "1.2.x", "1.2/3", "1".repeat(65)]) refuses({ SOPInstanceUID: uid }, "UID_INVALID");
  assert.ok(
    encodeDataset({ SOPInstanceUID: "1.2.0840" }, "own")["00080018"],
    "leading zeros are all over archives",
  );
});

test("copied values pass as they are", () => {
  const elements = encodeDataset({ PatientID: "x".repeat(99), PatientAge: "0Y" }, "copied");
  assert.deepEqual(elements["00100020"], { vr: "LO", Value: ["x".repeat(99)] });
});

test("PIT-12, PIT-13: null is an element without value, pixel data are OB", () => {
  const pixels = new Uint8Array(2).buffer;
  assert.deepEqual(encodeDataset({ StudyID: null, PixelData: pixels }, "own"), {
    "00200010": { vr: "SH" },
    "7FE00010": { vr: "OB", Value: [pixels] },
  });
});

test("short text loses separators and control characters, and is cut at whole characters", () => {
  assert.equal(shortText(" a\\b\nc "), "a b c");
  assert.equal(shortText("膵".repeat(70)), "膵".repeat(64));
  assert.equal(shortText("𝄞𝄞𝄞", 2), "𝄞𝄞");
});
