import assert from "node:assert/strict";
import test from "node:test";
import type { BuiltObject } from "../../../src/dicom/write/part10.ts";
import type { SegmentationType } from "../../../src/dicom/write/segmentationType.ts";
import { sayMl } from "../../../src/domain/millilitres.ts";
import { needsTool } from "../../support/shared.ts";
import type { MatrixCase } from "./matrixCases.ts";
import { allOf, eachResult, type MatrixObjects, objectsOf } from "./matrixObjects.ts";
import { runOn } from "./tools.ts";

/*
 * Debian 12 has dicom3tools of 2022, DCMTK 3.6.7 and GDCM 3.0, all older than label maps (Supplement 243, 2024). What they say
 * of them is listed here, so that anything else they find still fails.
 */
const unknownLabelMap = {
  dciodvfy:
    /^Error - (Information Object Not found|Shall not be present for Referenced SOP Class that is not segmentation - attribute <ReferencedSegmentNumber>|SegmentNumber not monotonically increasing.*)$/,
  dcmtk:
    /^W: (Invalid or unknown image SOP class referenced from|(Reading|Rendering|Writing to XML) invalid\/incomplete content item) IMAGE/,
  /** Without it DCMTK refuses the whole report. */
  dcmtkOptions: ["-Ev"],
  gdcm: /^Unknown MediaStorage/,
};

/** What dciodvfy has to say, and what it took the object for. */
const dciodvfy = ({ bytes }: BuiltObject) => {
  const { stdout, stderr } = runOn("dciodvfy", [bytes]);
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line !== "");
  const isFinding = (line: string): boolean => /^(Error|Warning)/.test(line);
  return { findings: lines.filter(isFinding), kind: lines.findLast((line) => !isFinding(line)) };
};

const mayMind = (matrixCase: MatrixCase, type: SegmentationType, finding: string): boolean =>
  (type === "LABELMAP" && unknownLabelMap.dciodvfy.test(finding)) ||
  matrixCase.mayMind?.test(finding) === true;

type Report = {
  readonly bytes: Uint8Array;
  readonly options: readonly string[];
  readonly isHarmless: (complaint: string) => boolean;
};

const isAboutUtf8 = (complaint: string): boolean =>
  complaint === "W: The VR checker does not support this Specific Character Set: ISO_IR 192";

/** Both reports; only the measurements refer to the SEG in their tree. */
const reportsOf = ({ sr, text }: MatrixObjects, type: SegmentationType): readonly Report[] => [
  type === "LABELMAP"
    ? {
        bytes: sr.bytes,
        options: unknownLabelMap.dcmtkOptions,
        isHarmless: (complaint) => isAboutUtf8(complaint) || unknownLabelMap.dcmtk.test(complaint),
      }
    : { bytes: sr.bytes, options: [], isHarmless: isAboutUtf8 },
  { bytes: text.bytes, options: [], isHarmless: isAboutUtf8 },
];

/** What the program printed of a report that it read without a complaint but the known ones. */
const readBy = (tool: string, { bytes, options, isHarmless }: Report): string => {
  const { status, stdout, stderr } = runOn(tool, [bytes], options);
  assert.equal(status, 0, stderr);
  const complaints = stderr.split("\n").filter((line) => line !== "");
  assert.deepEqual(
    complaints.filter((complaint) => !isHarmless(complaint)),
    [],
  );
  return stdout;
};

const volumeText = ({ measures: { volumeMl } }: MatrixObjects): string =>
  volumeMl.toFixed(volumeMl < 0.01 ? 9 : volumeMl < 10 ? 6 : 3);

const frameCount = ({ mask: { grid, voxels } }: MatrixObjects): number => {
  const size = grid.shape[1] * grid.shape[2];
  return Array.from({ length: grid.shape[0] }, (_, z) =>
    voxels.subarray(z * size, (z + 1) * size).includes(1),
  ).filter(Boolean).length;
};

/** AccessionNumber is an attribute of the series in some objects and of the study in others, dcentvfy says. */
const entityQuirk = /Different information entities for attribute - Element=<AccessionNumber>/;

eachResult((matrixCase, type) => {
  const { title, images, isUtf8 } = matrixCase;

  test(`VAL-1: dciodvfy finds nothing in the ${type} SEG, the reports and the key images of ${title}`, {
    skip: needsTool("dciodvfy"),
  }, async () => {
    const objects = await objectsOf(matrixCase, type);
    const judged = allOf(objects).map(dciodvfy);
    assert.deepEqual(
      judged.flatMap(({ findings }) => findings.filter((finding) => !mayMind(matrixCase, type, finding))),
      [],
    );
    assert.deepEqual(
      judged.slice(type === "LABELMAP" ? 1 : 0).map(({ kind }) => kind),
      [
        ...(type === "LABELMAP" ? [] : ["Segmentation"]),
        "Comprehensive3DSR",
        "EnhancedSR",
        ...objects.keyImages.map(() => "SCImage"),
      ],
    );
  });

  test(`VAL-2: dsrdump and dsr2html read the reports of the ${type} SEG of ${title}`, {
    skip: needsTool("dsrdump", "dsr2html"),
  }, async () => {
    const objects = await objectsOf(matrixCase, type);
    // The measurement report states a coded number, the report in words says it.
    const stated = [volumeText(objects), sayMl(objects.measures.volumeMl)] as const;
    const marks = [`"${stated[0]}" (cm3`, `Pancreas volume ${stated[1]}`] as const;
    const kinds = [/^Comprehensive 3D SR Document/, /^Enhanced SR Document/];
    for (const [n, report] of reportsOf(objects, type).entries()) {
      const dump = readBy("dsrdump", report);
      assert.match(dump, kinds[n] ?? /^$/);
      assert.ok(dump.includes(marks[n] ?? "?"), marks[n]);
      for (const text of Object.values(matrixCase.text)) assert.ok(dump.includes(text), text);
      assert.ok(
        readBy("dsr2html", report)
          .replaceAll("&lt;", "<")
          .includes(stated[n] ?? "?"),
      );
    }
  });

  test(`VAL-3: dsr2xml reads the reports of the ${type} SEG of ${title}, and gdcminfo what it knows of its frames`, {
    skip: needsTool("dsr2xml", "gdcminfo"),
  }, async () => {
    const objects = await objectsOf(matrixCase, type);
    const marks = [`<value>${volumeText(objects)}</value>`, sayMl(objects.measures.volumeMl)];
    for (const [n, report] of reportsOf(objects, type).entries())
      assert.ok(
        readBy("dsr2xml", report)
          .replaceAll("&lt;", "<")
          .includes(marks[n] ?? "?"),
      );
    const { status, stdout, stderr } = runOn("gdcminfo", [objects.seg.bytes]);
    if (type === "LABELMAP" && status !== 0) return assert.match(stderr, unknownLabelMap.gdcm);
    assert.equal(status, 0, stderr);
    const [, rows, columns] = objects.mask.grid.shape;
    assert.ok(stdout.includes(`Dimensions: (${columns},${rows},${frameCount(objects)})`), stdout);
  });

  // It compares bytes, and ours are UTF-8.
  if (isUtf8)
    test(`VAL-4: dcentvfy finds one patient and one study in ${title} and what is made with its ${type} SEG`, {
      skip: needsTool("dcentvfy"),
    }, async () => {
      const objects = allOf(await objectsOf(matrixCase, type)).slice(type === "LABELMAP" ? 1 : 0);
      const files = [...new Set(images.files), ...objects.map(({ bytes }) => bytes)];
      const { stdout, stderr } = runOn("dcentvfy", files);
      const findings = `${stdout}\n${stderr}`.split("\n").filter((line) => /^(Error|Warning)/.test(line));
      assert.deepEqual(
        findings.filter((line) => !entityQuirk.test(line)),
        [],
      );
    });
});
