import assert from "node:assert/strict";
import test from "node:test";
import { type MatrixCase, matrixCases } from "../../dicom/write/matrixCases.ts";
import { buildObjects, type MatrixObjects } from "../../dicom/write/matrixObjects.ts";
import { runOn } from "../../dicom/write/tools.ts";
import { needsTool } from "../../support/shared.ts";
import { skip } from "./askPython.ts";
import { assertDcmqiReport, assertHighdicomReport, assertSameMl } from "./assertReport.ts";
import { findingsOf } from "./ourObjects.ts";

/** Setting, highdicom's name of the class, first line of dsrdump. */
const srClasses = [
  ["comprehensive", "ComprehensiveSR", "Comprehensive SR Document"],
  ["enhanced", "EnhancedSR", "Enhanced SR Document"],
] as const;

/** One of each that changes the report: modality, character set, volume, source, statistics, identity. */
const telling = [
  "an axial CT",
  "an oblique MR with noise in its cosines",
  "an MR with a slope of its own for every slice",
  "a Japanese name of three groups with escapes",
  "a de-identified source",
  "an Enhanced CT",
  "a mask of one voxel",
  "a missing slice, where a site allows it",
].map((title) => matrixCases.find((each) => each.title === title) as MatrixCase);

const cases = telling.flatMap((matrixCase) =>
  srClasses.map(([srClass, highdicomClass, document]) => {
    const settings = { ...matrixCase.settings, srClass };
    const built = buildObjects({ ...matrixCase, settings }, "BINARY");
    const objects = (): Promise<MatrixObjects> => built;
    return {
      folder: `${matrixCase.title} ${srClass}`,
      matrixCase,
      objects,
      srClass,
      highdicomClass,
      document,
    };
  }),
);

const findings = findingsOf(cases);

for (const { folder, matrixCase, objects, srClass, highdicomClass, document } of cases) {
  const { title, images, text } = matrixCase;

  test(`VAL-6, SR-10: highdicom and dcmqi find one organ in the ${srClass} report of ${title}, measured as in its images`, {
    skip,
  }, async () => {
    const found = await findings(folder);
    assertHighdicomReport(found, highdicomClass, await objects(), images);
    assertDcmqiReport(found, await objects(), images);
  });

  test(`VAL-2: dsrdump reads the ${srClass} report of ${title} without a complaint of its tree`, {
    skip: needsTool("dsrdump"),
  }, async () => {
    const { sr } = await objects();
    const { status, stdout, stderr } = runOn("dsrdump", [sr.bytes]);
    assert.equal(status, 0, stderr);
    assert.equal(stderr.trim(), "W: The VR checker does not support this Specific Character Set: ISO_IR 192");
    assert.ok(stdout.startsWith(document));
    const [, volume] = /"Volume"\)="([^"]+)" \(cm3,/.exec(stdout) ?? [];
    assertSameMl(Number(volume), images.volumeMl);
    for (const value of Object.values(text)) assert.ok(stdout.includes(value), value);
  });
}
