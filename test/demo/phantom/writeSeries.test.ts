import assert from "node:assert/strict";
import { test } from "node:test";
import { makePhantom, type Phantom } from "../../../src/demo/phantom/makePhantom.ts";
import type { Vendor } from "../../../src/demo/phantom/scanner.ts";
import { type SeriesFile, writeSeries } from "../../../src/demo/phantom/writeSeries.ts";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { asciiValue, openPart10 } from "../../../src/dicom/file/part10.ts";
import { isPhantomHeader } from "../../../src/dicom/select/phantomMark.ts";
import { selectVolumes } from "../../../src/dicom/select/selectVolumes.ts";
import { defaultReadOptions, readSeries } from "../../../src/dicom/series/readSeries.ts";
import { zyx } from "../../../src/domain/axes.ts";
import type { ModelClass } from "../../../src/domain/plan.ts";
import { readSeriesRules } from "../../../src/settings/seriesRules.ts";
import { needsTool } from "../../support/shared.ts";
import { assertSamePatient, converted } from "./dcm2niix.ts";
import { asInstances, assertSameGrid } from "./support.ts";

const modelClasses: readonly ModelClass[] = ["CT", "T1", "T2"];
const vendors: readonly Vendor[] = ["Siemens", "GE", "Philips"];

const studies: readonly { phantom: Phantom; files: readonly SeriesFile[]; title: string }[] =
  modelClasses.flatMap((modelClass) =>
    vendors.map((vendor) => {
      const phantom = makePhantom({
        seed: 21,
        modelClass,
        vendor,
        shape: zyx(22, 72, 80),
        spacingMm: zyx(9, 4.9, 5.1),
      });
      return { phantom, files: writeSeries(phantom), title: `${vendor} ${modelClass}` };
    }),
  );

/** The value of an element as it lies in the file. */
const rawValues = (bytes: Uint8Array, tag: number): string => {
  const element = openPart10(bytes).elements.find((each) => each.tag === tag);
  return element === undefined ? "" : asciiValue(bytes, element);
};

test("our reader gives back the phantom's voxels, grid and every SOP instance, of each vendor and class", async () => {
  for (const { phantom, files, title } of studies) {
    const { volume, source, warnings } = await readSeries(asInstances(files), defaultReadOptions);
    assert.deepEqual(volume.voxels, phantom.volume.voxels, title);
    assertSameGrid(volume.grid, phantom.label.grid);
    assert.deepEqual(warnings, [], title);
    assert.equal(source.modality, phantom.facts.modelClass === "CT" ? "CT" : "MR");
    assert.equal(new Set(source.frames.map(({ sopInstanceUid }) => sopInstanceUid)).size, 22);
  }
});

test("the selection names the phantom's class without a warning", () => {
  for (const { phantom, files, title } of studies) {
    const [selection, ...others] = selectVolumes(
      files.map(({ bytes }) => parseHeader(bytes)),
      { minSlices: 5, rules: readSeriesRules(null), choose: "best" },
    );
    assert.equal(others.length, 0, title);
    assert.ok(selection?.kind === "accepted", title);
    assert.equal(selection.modelClass, phantom.facts.modelClass, title);
    assert.deepEqual(selection.warnings, [], title);
  }
});

test("a series has the same bytes twice, and series of one seed share a study but no UID of their own", () => {
  const phantom = studies[0]?.phantom;
  assert.ok(phantom !== undefined);
  const [plain, again, other] = [undefined, undefined, "other"].map((series) =>
    writeSeries(phantom, series === undefined ? {} : { series }),
  );
  assert.deepEqual(plain, again);
  const [a, b] = [plain, other].map((files) => parseHeader(files?.[0]?.bytes ?? new Uint8Array()));
  assert.equal(a?.["StudyInstanceUID"], b?.["StudyInstanceUID"]);
  assert.notEqual(a?.["SeriesInstanceUID"], b?.["SeriesInstanceUID"]);
  assert.notEqual(a?.["SOPInstanceUID"], b?.["SOPInstanceUID"]);
  assert.match(String(a?.["SOPInstanceUID"]), /^2\.25\.[1-9]\d{0,38}$/);
});

test("vendors differ in sign, bits and slopes, as their scanners do", () => {
  const headerOf = (title: string) => {
    const files = studies.find((study) => study.title === title)?.files ?? [];
    return [files[2], files[12]].map((file) => parseHeader(file?.bytes ?? new Uint8Array()));
  };
  assert.equal(headerOf("GE CT")[0]?.["PixelRepresentation"], 1);
  assert.equal(headerOf("Siemens CT")[0]?.["PixelRepresentation"], 0);
  assert.equal(headerOf("Siemens T1")[0]?.["RescaleSlope"], undefined);
  const [low, high] = headerOf("Philips T1");
  assert.notEqual(low?.["RescaleSlope"], high?.["RescaleSlope"]);
});

test("scanners name themselves and what they reconstructed, and GE writes six decimals", () => {
  for (const { phantom, files, title } of studies) {
    const header = parseHeader(files[0]?.bytes ?? new Uint8Array());
    for (const keyword of ["StationName", "DeviceSerialNumber", "SoftwareVersions"])
      assert.ok(header[keyword], `${title}: ${keyword}`);
    const isCt = phantom.facts.modelClass === "CT";
    assert.equal(header["ReconstructionDiameter"], isCt ? 408 : undefined, title);
    for (const { bytes } of files)
      for (const text of rawValues(bytes, 0x00200032).split("\\"))
        assert.equal(/^-?\d+\.\d{6}$/.test(text), phantom.facts.vendor === "GE", `${title}: ${text}`);
  }
});

/** By vendor and class: the group, who reserved it, and elements with their values. */
const privateFacts: Readonly<Record<string, readonly (readonly [tag: number, value: string])[]>> = {
  "Siemens CT": [
    [0x00190010, "SIEMENS CT VA0  COAD"],
    [0x001910b0, "23"],
  ],
  "Siemens T1": [
    [0x00510010, "SIEMENS MR HEADER"],
    [0x0051100b, "72p*80"],
    [0x0051100c, "FoV 353*408"],
    [0x00511017, "SL 9.0"],
  ],
  "Siemens T2": [[0x00510010, "SIEMENS MR HEADER"]],
  "GE CT": [
    [0x00090010, "GEMS_IDEN_01"],
    [0x00190010, "GEMS_ACQU_01"],
    [0x00191023, "39.375000"],
    [0x00430010, "GEMS_PARM_01"],
  ],
  "GE T1": [[0x0019109c, "efgre3d"]],
  "GE T2": [[0x0019109c, "ssfse"]],
  "Philips CT": [
    [0x01f10010, "ELSCINT1"],
    [0x01f11027, "0.5"],
  ],
  "Philips T1": [
    [0x20010010, "Philips Imaging DD 001"],
    [0x20011020, "T1TFE"],
  ],
  "Philips T2": [[0x20011020, "TSE"]],
};

test("every vendor adds private elements of its own, each in a block with its creator, and tags ascend", () => {
  for (const { files, title } of studies)
    for (const { bytes } of files) {
      for (const [tag, value] of privateFacts[title] ?? []) assert.equal(rawValues(bytes, tag), value, title);
      const tags = openPart10(bytes).elements.map(({ tag }) => tag);
      assert.deepEqual(
        tags,
        [...new Set(tags)].sort((a, b) => a - b),
      );
      const ofPrivate = tags.filter((tag) => Math.floor(tag / 0x10000) % 2 === 1);
      assert.ok(ofPrivate.length > 0, title);
      for (const tag of ofPrivate.filter((each) => each % 0x10000 > 0xff)) {
        const creator = Math.floor(tag / 0x10000) * 0x10000 + Math.floor((tag % 0x10000) / 0x100);
        assert.ok(tags.includes(creator), `${title}: ${tag.toString(16)}`);
      }
    }
});

test("a phantom is recognised by its header, also without its patient, and nothing else is", () => {
  for (const { files } of studies) {
    const header = parseHeader(files[0]?.bytes ?? new Uint8Array());
    assert.ok(isPhantomHeader(header));
    assert.ok(isPhantomHeader({ ...header, PatientName: null, PatientID: null }));
    assert.ok(!isPhantomHeader({ ...header, QualityControlImage: null }));
    assert.ok(!isPhantomHeader({ ...header, ManufacturerModelName: "SOMATOM Definition AS" }));
    assert.match(JSON.stringify(header["PatientName"]), /PHANTOM\^/);
  }
});

test("dcm2niix puts every series at the same place of the patient, voxel by voxel", {
  skip: needsTool("dcm2niix"),
}, () => {
  for (const { files, phantom, title } of studies) assertSamePatient(converted(files), phantom.volume, title);
});
