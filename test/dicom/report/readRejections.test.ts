import assert from "node:assert/strict";
import { test } from "node:test";
import { readRejections } from "../../../src/dicom/report/readRejections.ts";
import { dcmqiReport, keyObjects, somewhere } from "../../support/foreignReports.ts";
import { sopClass } from "../../support/srDocument.ts";

const references = [
  [sopClass.comprehensive3d, "1.5.1"],
  [sopClass.seg, "1.5.2"],
  [sopClass.seg, "1.5.2"],
] as const;

const titled = (title: string) => readRejections(keyObjects(title, references, somewhere));

test("each kind of rejection note names what it takes back, once, and why", () => {
  for (const reason of [
    "113001|DCM|Rejected for Quality Reasons",
    "113037|DCM|Rejected for Patient Safety Reasons",
    "113038|DCM|Incorrect Modality Worklist Entry",
    "113039|DCM|Data Retention Policy Expired",
  ]) {
    const [value, scheme, meaning] = reason.split("|");
    assert.deepEqual(titled(reason), {
      sopInstanceUid: somewhere.sopInstanceUid,
      reason: { value, scheme, meaning },
      rejected: ["1.5.1", "1.5.2"],
    });
  }
});

test("other selections of key objects, and other documents, reject nothing", () => {
  assert.equal(titled("113000|DCM|Of Interest"), null);
  assert.equal(titled("113001|99LOCAL|Rejected for Quality Reasons"), null);
  assert.equal(readRejections(dcmqiReport()), null);
});
