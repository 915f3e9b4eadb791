import assert from "node:assert/strict";
import { resultUids } from "../../../src/dicom/write/resultUids.ts";
import type { Images } from "../../dicom/write/matrixImages.ts";
import type { MatrixObjects } from "../../dicom/write/matrixObjects.ts";
import type { Findings } from "./findings.ts";

/** A reader's findings, which it gave without an error or a warning. */
export const sound = <T extends object>(found: T | { readonly error: string }): T => {
  assert.ok(!("error" in found), JSON.stringify(found));
  assert.deepEqual((found as { warnings?: readonly string[] }).warnings, []);
  return found;
};

/** Besides the share, half of the sixth decimal, the last that most reports state. */
export const assertSameMl = (foundMl: number | null | undefined, expectedMl: number): void =>
  assert.ok(Math.abs((foundMl ?? Number.NaN) - expectedMl) <= 1e-4 * expectedMl + 5e-7, `${foundMl} ml`);

/** By the name of the statistic in the truth. */
const derivations = [
  ["mean", "373098007 SCT"],
  ["sd", "386136009 SCT"],
  ["median", "373099004 SCT"],
  ["min", "255605001 SCT"],
  ["max", "56851009 SCT"],
] as const;

const signals = {
  CT: { concept: "112031 DCM", unit: "[hnsf'U] UCUM", digit: 0.1 },
  MR: { concept: "110852 DCM", unit: "1 UCUM", digit: 0.001 },
} as const;

/** highdicom finds one organ in the report, with the volume of the images and the statistics of their bright pixels. */
export const assertHighdicomReport = (
  { highdicomSr, truth }: Findings,
  srClass: string,
  { seg, context, source }: MatrixObjects,
  images: Images,
): void => {
  const found = sound(highdicomSr);
  assert.equal(found.class, srClass);
  assert.equal(found.textClass, "EnhancedSR");
  assert.equal(found.groups.length, 1);
  const { measurements = [], ...group } = found.groups[0] ?? {};
  assert.deepEqual(group, {
    trackingUid: resultUids(context).tracking,
    trackingIdentifier: "Pancreas",
    finding: "15776009 SCT",
    sites: ["15776009 SCT"],
    reference: "121191 DCM",
    segment: {
      sopClassUid: seg.object.sopClassUid,
      sopInstanceUid: seg.object.sopInstanceUid,
      numbers: [1],
    },
  });
  const [volume, ...others] = measurements.filter(({ name }) => name === "118565006 SCT");
  assert.deepEqual(others, []);
  assert.equal(volume?.unit, "cm3 UCUM");
  assertSameMl(volume?.value, images.volumeMl);
  const { concept, unit, digit } = signals[source.modality];
  const stated = measurements.filter(({ name }) => name === concept);
  assert.deepEqual(
    stated.map(({ derivation }) => derivation),
    derivations.map(([, derivation]) => derivation),
  );
  for (const [n, [statistic]] of derivations.entries()) {
    assert.equal(stated[n]?.unit, unit);
    const [value, expected] = [stated[n]?.value ?? Number.NaN, truth.intensity[statistic]];
    assert.ok(Math.abs(value - expected) <= 0.501 * digit, `${statistic} ${value} instead of ${expected}`);
  }
};

const dcmqiComplaints = [
  "W: The VR checker does not support this Specific Character Set: ISO_IR 192",
  "Warning: For now, Measurement Method modifier is interpreted only at the MeasurementGroup level.",
];

/** dcmqi finds one segment in the report, with the volume of the images. */
export const assertDcmqiReport = (
  { dcmqiSr }: Findings,
  { seg, context }: MatrixObjects,
  images: Images,
): void => {
  const { groups, complaints } = sound(dcmqiSr);
  assert.deepEqual(complaints, dcmqiComplaints);
  assert.equal(groups.length, 1);
  const { volumes, ...group } = groups[0] ?? {};
  assert.deepEqual(group, {
    trackingUid: resultUids(context).tracking,
    segmentation: seg.object.sopInstanceUid,
    segment: 1,
  });
  assert.equal(volumes?.length, 1);
  assert.equal(volumes?.[0]?.[1], "cm3");
  assertSameMl(volumes?.[0]?.[0], images.volumeMl);
};
