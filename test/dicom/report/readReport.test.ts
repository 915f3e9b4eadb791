import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readReport } from "../../../src/dicom/report/readReport.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { resultUids } from "../../../src/dicom/write/resultUids.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { volumeMlOf, volumeOf } from "../../../src/domain/groupVolume.ts";
import type { StoredReport } from "../../../src/domain/report.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { dcmqiReport, highdicomReport, names, reportOf, somewhere } from "../../support/foreignReports.ts";
import { code, container, evidence, num, sopClass, writeDocument } from "../../support/srDocument.ts";
import { asymmetricMask, makeContext, makeSource } from "../write/sources.ts";

const reportIn = (bytes: Uint8Array): StoredReport => {
  const report = readReport(bytes);
  assert.ok(report);
  return report;
};

const groupIn = (bytes: Uint8Array) => {
  const [group] = reportIn(bytes).groups;
  assert.ok(group);
  return group;
};

const own = (modality: "CT" | "MR" = "CT") => {
  const source = makeSource({ modality, shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] });
  const context = makeContext(source);
  const mask = asymmetricMask(source.grid);
  const voxels = Float32Array.from({ length: mask.voxels.length }, (_, i) => i / 2 - 10);
  const measures = measureMask(mask, { grid: source.grid, voxels });
  const seg = buildSeg(mask, context);
  return { source, context, measures, seg, sr: buildSr(measures, seg.object, context) };
};

describe("our own report", () => {
  test("says after reading what was measured, of what, when, by what", () => {
    const { source, context, measures, seg, sr } = own();
    const report = reportIn(sr.bytes);
    const [group] = report.groups;
    assert.ok(group && measures.intensity);
    assert.equal(report.groups.length, 1);
    assert.deepEqual(
      [report.studyUid, report.seriesUid, report.sopInstanceUid, report.sopClassUid],
      [source.studyUid, sr.object.seriesUid, sr.object.sopInstanceUid, sr.object.sopClassUid],
    );
    assert.deepEqual(
      [report.studyDate, report.contentDate, report.contentTime, report.timezone, report.modality],
      ["20240131", "20250305", "003506", "+0130", "CT"],
    );
    assert.deepEqual(
      [report.completion, report.verification, report.preliminary],
      ["COMPLETE", "UNVERIFIED", false],
    );
    assert.deepEqual(report.observer, {
      kind: "device",
      uid: resultUids(context).observer,
      name: "panseg",
      manufacturer: "panseg (research software)",
      model: "panseg 0.1.0, panseg-ct@0123456789abcdef",
      serialNumber: null,
    });
    assert.deepEqual(report.writer.softwareVersions, ["0.1.0", "panseg-ct@0123456789abcdef"]);
    assert.match(report.comment ?? "", /^Research use only/);
    assert.deepEqual(group.segment, { sopInstanceUid: seg.object.sopInstanceUid, segmentNumber: 1 });
    assert.equal(group.sourceSeriesUid, source.seriesUid);
    assert.equal(group.algorithm?.name, "panseg-ct");
    assert.ok(group.algorithm.parameters.includes("tile stride 0.5"));
    assert.equal(volumeMlOf(group), 19.031);
    assert.equal(volumeOf(group)?.measurement.method?.value, "126030");
    const [mean] = group.measurements.filter(({ derivation }) => derivation?.meaning === "Mean");
    assert.equal(mean?.value, Number(measures.intensity.mean.toFixed(1)));
    assert.equal(mean?.unit?.value, "[hnsf'U]");
  });

  test("of MR images is one of MR; the report in words is no measurement report", () => {
    const { measures, seg, sr, context } = own("MR");
    assert.equal(reportIn(sr.bytes).modality, "MR");
    assert.equal(readReport(buildTextReport(measures, seg.object, context).bytes), null);
    assert.equal(readReport(seg.bytes), null);
  });

  test("names no patient", () => {
    assert.doesNotMatch(JSON.stringify(reportIn(own().sr.bytes)), /Test|P-1|19500101|Ref/);
  });
});

describe("a report of highdicom", () => {
  const report = reportIn(highdicomReport());

  test("gives its volumetric group, with the double rather than the rounded text", () => {
    const [group, line] = report.groups;
    assert.ok(group && line);
    assert.equal(volumeMlOf(group), 12.345678901234567 / 1000);
    assert.equal(volumeMlOf(line), null);
    assert.deepEqual(
      [group.trackingIdentifier, group.trackingUid, group.finding?.value, group.findingSite?.value],
      ["Organ 1", "1.9.8", "15776009", "15776009"],
    );
    assert.deepEqual(
      [group.laterality?.meaning, group.topography?.meaning, group.category?.meaning],
      ["Left", "Head of pancreas", "Anatomical Structure"],
    );
    assert.deepEqual(group.segment, { sopInstanceUid: "1.9.2.1", segmentNumber: 1 });
  });

  test("names source images, whose series the evidence tells", () => {
    assert.deepEqual(report.groups[0]?.sourceImages, ["1.9.1.1", "1.9.1.2"]);
    assert.equal(report.groups[0]?.sourceSeriesUid, "1.9.1");
    assert.equal(report.groups[1]?.sourceSeriesUid, null);
  });

  test("states a number beside `not a number`, which is not taken for one", () => {
    const [, , maximum] = report.groups[0]?.measurements ?? [];
    assert.deepEqual([maximum?.derivation?.meaning, maximum?.value], ["Maximum", null]);
    assert.equal(maximum?.qualifier?.value, "114000");
  });

  test("has an algorithm of a number before that of its group, and qualitative items that are no numbers", () => {
    const [volume, mean] = report.groups[0]?.measurements ?? [];
    assert.deepEqual(volume?.algorithm, { name: "alg", version: "2.0", parameters: ["a=1", "b=2"] });
    assert.equal(mean?.algorithm?.name, "group alg");
    assert.equal(report.groups[0]?.measurements.length, 3);
  });

  test("is of CT, which each image says for itself, by a device, while its person stays unnamed", () => {
    assert.equal(report.modality, "CT");
    assert.equal(report.observer?.kind === "device" && report.observer.name, "dev");
    assert.doesNotMatch(JSON.stringify(report), /Canary/);
  });
});

describe("a report of dcmqi", () => {
  const report = reportIn(dcmqiReport());

  test("gives the volume that it states in two units, by former codes", () => {
    const [group] = report.groups;
    assert.ok(group);
    assert.equal(group.measurements.filter(({ concept }) => concept.value === "G-D705").length, 2);
    assert.equal(Number(volumeMlOf(group)?.toPrecision(12)), 70.3619);
    assert.equal(group.findingSite?.value, "T-65000");
    assert.equal(group.sourceSeriesUid, "1.9.1");
  });

  test("has a method of the whole group, and a person as observer", () => {
    assert.ok(report.groups[0]?.measurements.every(({ method }) => method?.value === "126030"));
    assert.deepEqual(report.observer, { kind: "person" });
    assert.equal(report.verification, "VERIFIED");
    assert.equal(report.modality, "CT");
    assert.deepEqual(report.writer, {
      manufacturer: "QIICR",
      model: "https://github.com/QIICR/dcmqi",
      softwareVersions: ["506306a"],
    });
    assert.doesNotMatch(JSON.stringify(report), /Canary/);
  });
});

describe("volumes", () => {
  const toMl: Readonly<Record<string, (value: number) => number>> = {
    cm3: (value) => value,
    mL: (value) => value,
    ml: (value) => value,
    mm3: (value) => value / 1e3,
    dm3: (value) => value * 1e3,
    L: (value) => value * 1e3,
    um3: (value) => value / 1e12,
  };

  test("any number in any unit of volume is read in millilitres, from text and from double alike", () => {
    const concepts = [names.volume, names.oldVolume, "G-D705|SNM3|Volume", "G-D705|99SDM|Volume"];
    const value = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        value,
        fc.constantFrom(...Object.keys(toMl)),
        fc.constantFrom(...concepts),
        fc.boolean(),
        (stated, unit, concept, asDouble) => {
          const text = stated.toPrecision(9);
          const bytes = reportOf([
            num(concept, text, `${unit}|UCUM|`, [], asDouble ? { double: stated } : {}),
          ]);
          const expected = toMl[unit]?.(asDouble ? stated : Number(text));
          assert.equal(volumeMlOf(groupIn(bytes)), expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  const volumeIn = (...measurements: readonly ReturnType<typeof num>[]) =>
    volumeMlOf(groupIn(reportOf(measurements)));

  test("that disagree, lack a unit of volume, a number or a sign that makes sense are none", () => {
    assert.equal(volumeIn(num(names.volume, "70.3", names.cm3), num(names.volume, "71.3", names.cm3)), null);
    assert.equal(volumeIn(num(names.volume, "70.3", "mm|UCUM|millimeter")), null);
    assert.equal(volumeIn(num(names.volume, "70.3", "cm3|99LOCAL|cubic centimeter")), null);
    assert.equal(volumeIn(num(names.volume, "70.3", "constructor|UCUM|")), null);
    assert.equal(volumeIn(num(names.volume, "-70.3", names.cm3)), null);
    assert.equal(volumeIn(num(names.volume, null, names.cm3)), null);
    assert.equal(volumeIn(num(names.volume, "seventy", names.cm3)), null);
    assert.equal(volumeIn(num("42798000|SCT|Area", "70", names.cm3)), null);
  });

  test("counted by voxels come before those of a mesh, and the standard's before both", () => {
    const mesh = num("RNU0|IBSI|Volume of Mesh", "71000", names.mm3);
    const counted = num("YEKZ|IBSI|Volume from Voxel Summation", "70000", names.mm3);
    assert.equal(volumeIn(mesh), 71);
    assert.equal(volumeIn(mesh, counted), 70);
    assert.equal(volumeIn(mesh, counted, num(names.volume, "69", names.cm3)), 69);
  });

  test("that only explain another number are no measurements of the group", () => {
    const property = num(names.volume, "1", names.cm3, [], { relationship: "HAS PROPERTIES" });
    const group = groupIn(reportOf([num(names.attenuation, "3", names.hu, [property])]));
    assert.equal(group.measurements.length, 1);
    assert.equal(volumeMlOf(group), null);
  });
});

test("what a report replaces is read from its predecessors, and a library of two modalities is of neither", () => {
  const modality = (value: string) =>
    container("126200|DCM|Image Library Group", [code("HAS ACQ CONTEXT", "121139|DCM|Modality", value)]);
  const bytes = writeDocument({
    ...somewhere,
    sopClassUid: sopClass.comprehensive3d,
    title: names.title,
    header: { PredecessorDocumentsSequence: evidence("1.2.3", { "1.7": [[sopClass.enhanced, "1.7.1"]] }) },
    children: [container("111028|DCM|Image Library", [modality("CT|DCM|CT"), modality("MR|DCM|MR")])],
  });
  assert.deepEqual(reportIn(bytes).predecessors, ["1.7.1"]);
  assert.equal(reportIn(bytes).modality, null);
  assert.deepEqual(reportIn(bytes).groups, []);
});

describe("hostile bytes", () => {
  const isOurs = (error: unknown): boolean =>
    error instanceof FailureError && ["NOT_DICOM", "TOO_LARGE"].includes(error.failure.code);

  /** A value, or a failure with a code of ours; nothing else. */
  const survives = (bytes: Uint8Array): "read" | "refused" => {
    try {
      readReport(bytes);
      return "read";
    } catch (error) {
      assert.ok(isOurs(error), String(error));
      return "refused";
    }
  };

  test("end in a value or a failure, wherever a report is cut or changed", () => {
    const sound = [own().sr.bytes, highdicomReport(), dcmqiReport()];
    fc.assert(
      fc.property(
        fc.constantFrom(...sound),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat()),
        (bytes, changes, cut) => {
          const copy = Uint8Array.from(bytes);
          for (const [at, value] of changes) copy[at % copy.length] = value;
          survives(cut === null ? copy : copy.subarray(0, cut % copy.length));
        },
      ),
      { numRuns: 400 },
    );
  });

  test("nested a thousand deep end in a failure or in a report without what lies deeper than templates go", () => {
    let child = container(names.group, [num(names.volume, "1", names.cm3)]);
    for (let depth = 0; depth < 1000; depth++) child = container(names.measurements, [child]);
    const bytes = writeDocument({
      ...somewhere,
      sopClassUid: sopClass.comprehensive3d,
      title: names.title,
      children: [child],
    });
    if (survives(bytes) === "read") assert.deepEqual(reportIn(bytes).groups, []);
  });

  test("whose content tree is damaged are refused, not read as a report without results", () => {
    const bytes = Buffer.from(dcmqiReport());
    const tree = bytes.indexOf(Buffer.from([0x40, 0x00, 0x30, 0xa7]));
    // An element inside the tree that claims more bytes than its item has.
    const length = bytes.indexOf("UCUM", tree) - 2;
    bytes.writeUInt16LE(0xfff0, length);
    assert.equal(survives(new Uint8Array(bytes)), "refused");
  });

  test("of more than 16 MiB are refused without being read", () => {
    assert.throws(
      () => readReport(new Uint8Array(2 ** 24 + 1)),
      (error) => error instanceof FailureError && error.failure.code === "TOO_LARGE",
    );
  });

  test("with UIDs that are none give none", () => {
    const group = groupIn(
      reportOf([num(names.volume, "1", names.cm3)], { ...somewhere, header: { StudyDate: "=1+1" } }),
    );
    assert.equal(group.trackingUid, null);
    assert.throws(() => readReport(reportOf([], { ...somewhere, studyUid: "../x" })), /NOT_DICOM/);
  });
});
