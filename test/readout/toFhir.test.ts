import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../src/dicom/write/buildSr.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { toFhir } from "../../src/readout/toFhir.ts";
import { uuidOf } from "../../src/readout/uuid.ts";
import { asymmetricMask, makeContext, makeSource } from "../dicom/write/sources.ts";
import { dcmqiReport, highdicomReport, names } from "../support/foreignReports.ts";
import { archived, codeFrom, groupOf, measurement, reportWith } from "./reports.ts";

type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string };
type Entry = { readonly fullUrl: string; readonly resource: Resource };

const entriesOf = (...args: Parameters<typeof toFhir>): readonly Entry[] => {
  const bundle = toFhir(...args) as { resourceType: string; type: string; entry?: readonly Entry[] };
  assert.deepEqual([bundle.resourceType, bundle.type], ["Bundle", "collection"]);
  return bundle.entry ?? [];
};

/** One element of a resource, which must be there. */
const part = <T>(resource: Resource | undefined, name: string): T => {
  const found = resource?.[name];
  assert.ok(found !== undefined, name);
  return found as T;
};

const ofType = (entries: readonly Entry[], type: string): readonly Resource[] =>
  entries.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type);

const own = () => {
  const source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] });
  const context = makeContext(source);
  const mask = asymmetricMask(source.grid);
  const voxels = Float32Array.from({ length: mask.voxels.length }, (_, i) => i / 2 - 10);
  const measures = measureMask(mask, { grid: source.grid, voxels });
  return archived(buildSr(measures, buildSeg(mask, context).object, context).bytes);
};

const snomed = "http://snomed.info/sct";

describe("our own report as FHIR R4", () => {
  const report = own();
  const entries = entriesOf([report]);
  const observations = ofType(entries, "Observation");
  const [diagnostic] = ofType(entries, "DiagnosticReport");

  test("is one preliminary DiagnosticReport under the SR's own UID, with every observation as its result", () => {
    assert.deepEqual(diagnostic?.["identifier"], [
      { system: "urn:dicom:uid", value: `urn:oid:${report.sopInstanceUid}` },
    ]);
    assert.equal(diagnostic?.["status"], "preliminary");
    assert.deepEqual(part<{ coding: object[] }>(diagnostic, "code").coding, [
      { system: "http://loinc.org", code: "18748-4", display: "Diagnostic imaging study" },
    ]);
    assert.equal(diagnostic?.["issued"], "2025-03-05T00:35:06+01:30");
    assert.equal(diagnostic?.["effectiveDateTime"], "2024-01-31");
    assert.match(String(diagnostic?.["conclusion"]), /Research use only/);
    const results = part<{ reference: string }[]>(diagnostic, "result");
    assert.deepEqual(
      results.map(({ reference }) => reference),
      entries.filter(({ resource }) => resource.resourceType === "Observation").map(({ fullUrl }) => fullUrl),
    );
  });

  test("states the volume in its UCUM unit, of the pancreas, by the device that observed, from the study", () => {
    const [volume] = observations;
    const [device] = ofType(entries, "Device");
    assert.deepEqual(part<{ coding: object[] }>(volume, "code").coding, [
      { system: snomed, code: "118565006", display: "Volume" },
    ]);
    assert.deepEqual(volume?.["valueQuantity"], {
      value: 19.031,
      unit: "cubic centimeter",
      system: "http://unitsofmeasure.org",
      code: "cm3",
    });
    assert.deepEqual(part<{ coding: object[] }>(volume, "bodySite").coding, [
      { system: snomed, code: "15776009", display: "Pancreas" },
    ]);
    assert.deepEqual(volume?.["derivedFrom"], [
      {
        type: "ImagingStudy",
        identifier: { system: "urn:dicom:uid", value: `urn:oid:${report.studyUid}` },
      },
    ]);
    const { reference } = part<{ reference: string }>(volume, "device");
    assert.equal(entries.find(({ fullUrl }) => fullUrl === reference)?.resource, device);
    assert.deepEqual(device?.["deviceName"], [{ name: "panseg", type: "user-friendly-name" }]);
    assert.deepEqual(device?.["version"], [{ value: "0.1.0" }, { value: "panseg-ct@0123456789abcdef" }]);
  });

  test("tells mean, deviation, median and extremes apart by the codes of components", () => {
    const attenuation = observations.filter((each) =>
      JSON.stringify(each["code"]).includes('"code":"112031"'),
    );
    assert.equal(attenuation.length, 1);
    const [only] = attenuation;
    assert.equal(only?.["valueQuantity"], undefined);
    const components = part<{ code: { coding: { code: string }[]; text: string } }[]>(only, "component");
    assert.deepEqual(
      components.map(({ code }) => code.coding[0]?.code),
      ["121071", "373098007", "386136009", "373099004", "255605001", "56851009"],
    );
    assert.equal(components[1]?.code.text, "Attenuation Coefficient, Mean of Pancreas");
  });

  test("names nobody unless the identity is handed over, and then by identifier alone", () => {
    assert.doesNotMatch(JSON.stringify(entries), /"subject"|P-1|Test|19500101/);
    const identity = new Map([[report.sopInstanceUid, { id: "P-1", issuer: "Hospital" }]]);
    const named = entriesOf([report], identity);
    for (const resource of [...ofType(named, "DiagnosticReport"), ...ofType(named, "Observation")])
      assert.deepEqual(resource["subject"], {
        type: "Patient",
        identifier: { value: "P-1", assigner: { display: "Hospital" } },
      });
    assert.doesNotMatch(JSON.stringify(named), /Test\^|19500101/);
  });

  test("is the same bundle each time, each entry under a UUID of version 5 of its own", () => {
    assert.deepEqual(entriesOf([own()]), entries);
    const urls = entries.map(({ fullUrl }) => fullUrl);
    assert.equal(new Set(urls).size, urls.length);
    for (const url of urls)
      assert.match(url, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("has no null, empty text, array or object, which FHIR does not know", () => {
    const check = (value: unknown): void => {
      assert.ok(value !== null && value !== undefined && value !== "");
      if (typeof value !== "object" || value === null) return;
      assert.ok(Object.keys(value).length > 0, JSON.stringify(value));
      for (const part of Object.values(value)) check(part);
    };
    check(toFhir([report, archived(highdicomReport()), archived(dcmqiReport())]));
  });
});

test("name-based UUIDs are those of the RFC", () => {
  // uuid5(NAMESPACE_OID, "1.2.840") of Python 3.11.
  assert.equal(uuidOf("1.2.840"), "180970ce-3ca2-5f19-a844-a91e65171540");
});

test("former codes become today's, and a person's observations name no device", () => {
  const entries = entriesOf([archived(dcmqiReport())]);
  assert.equal(ofType(entries, "Device").length, 0);
  assert.equal(ofType(entries, "DiagnosticReport")[0]?.["status"], "final");
  const [volume, attenuation] = ofType(entries, "Observation");
  assert.equal(volume?.["device"], undefined);
  assert.match(JSON.stringify(volume), /"code":"118565006"/);
  assert.match(JSON.stringify(volume?.["bodySite"]), /"code":"15776009"/);
  assert.match(JSON.stringify(attenuation), /"code":"373098007"/);
  assert.doesNotMatch(JSON.stringify(entries), /SRT|G-D705|Canary/);
});

test("a lesion in an organ is told from the organ, and what is no number is absent with a reason", () => {
  const lesion = groupOf(
    [
      measurement(names.volume, 70, names.cm3),
      measurement(names.volume, 90, names.cm3),
      measurement(names.attenuation, null, names.hu, {
        qualifier: codeFrom("114000|DCM|Not a number"),
        derivation: codeFrom("373098007|SCT|Mean"),
      }),
    ],
    { finding: codeFrom("108369006|SCT|Neoplasm"), findingSite: codeFrom(names.pancreas) },
  );
  const [volume, attenuation] = ofType(entriesOf([reportWith([lesion])]), "Observation");
  assert.equal(part<{ text: string }>(volume, "code").text, "Volume of Neoplasm");
  assert.match(JSON.stringify(volume?.["component"]), /"121071".*"108369006"/);
  assert.equal(volume?.["valueQuantity"], undefined);
  assert.match(JSON.stringify(volume?.["dataAbsentReason"]), /"unknown"/);
  assert.match(JSON.stringify(attenuation?.["component"]), /"not-a-number"/);
});

test("what was taken back is an error, a replacement names what it replaces, and no volume is no entry", () => {
  const group = groupOf([measurement(names.volume, 70, names.cm3)]);
  const rejected = codeFrom("113001|DCM|Rejected for Quality Reasons");
  const entries = entriesOf([reportWith([group], { rejected, predecessors: ["1.7"] })]);
  for (const { resource } of entries) assert.equal(resource["status"], "entered-in-error");
  assert.match(JSON.stringify(entries), /diagnosticReport-replaces.*urn:oid:1\.7/);
  assert.deepEqual(entriesOf([reportWith([groupOf([])])]), []);
});

test("E13: our own report is issued at an instant though its images have no time zone, another's is not guessed", () => {
  const source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] });
  const { TimezoneOffsetFromUTC: _, ...header } = source.header;
  const orderedAtMs = Date.UTC(2025, 6, 4, 23, 5, 6);
  const context = makeContext({ ...source, header }, { orderedAtMs });
  const mask = asymmetricMask(source.grid);
  const voxels = Float32Array.from({ length: mask.voxels.length }, (_, i) => i / 2 - 10);
  const measures = measureMask(mask, { grid: source.grid, voxels });
  const report = archived(buildSr(measures, buildSeg(mask, context).object, context).bytes);
  assert.equal(report.timezone, null);
  const issuedOf = (ownModel: string | null) =>
    ofType(entriesOf([report], new Map(), ownModel), "DiagnosticReport")[0]?.["issued"];
  const issued = String(issuedOf("panseg"));
  assert.match(issued, /^2025-07-0[45]T\d\d:\d\d:06[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(issued), orderedAtMs);
  assert.equal(issuedOf(null), undefined);
  assert.equal(issuedOf("another"), undefined);
});

test("E13: a person who observed is the performer of report and observations, unnamed; a device is none", () => {
  const performer = [{ type: "Practitioner", display: "Human observer, not named" }];
  const byPerson = entriesOf([archived(dcmqiReport())]);
  for (const { resource } of byPerson)
    assert.deepEqual(resource["performer"], performer, resource.resourceType);
  assert.doesNotMatch(JSON.stringify(byPerson), /Canary/);
  for (const { resource } of entriesOf([own()])) assert.equal(resource["performer"], undefined);
});

test("E13: the maximum diameter is an observation under its own code, in millimetres", () => {
  const [diameter, ...more] = ofType(entriesOf([own()]), "Observation").filter((each) =>
    JSON.stringify(each["code"]).includes("L0JK"),
  );
  assert.deepEqual(more, []);
  assert.deepEqual(part<{ coding: object[] }>(diameter, "code").coding, [
    { system: "urn:oid:1.2.840.10008.2.16.13", code: "L0JK", display: "Maximum 3D Diameter of a Mesh" },
  ]);
  const { code, system, value } = part<{ code: string; system: string; value: number }>(
    diameter,
    "valueQuantity",
  );
  assert.deepEqual([code, system], ["mm", "http://unitsofmeasure.org"]);
  assert.ok(value > 0);
});
