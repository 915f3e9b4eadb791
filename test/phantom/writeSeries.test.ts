import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { parseHeader } from "../../src/dicom/read/header.ts";
import { defaultReadOptions, readSeries } from "../../src/dicom/read/readSeries.ts";
import { isPhantomHeader } from "../../src/dicom/select/phantomMark.ts";
import { selectVolumes } from "../../src/dicom/select/selectVolumes.ts";
import { type Lps, zyx } from "../../src/domain/axes.ts";
import type { Grid, Volume } from "../../src/domain/grid.ts";
import type { ModelClass } from "../../src/domain/plan.ts";
import { lpsToVoxel, norm, subtract, voxelToLps } from "../../src/geometry/vector.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { makePhantom, type Phantom } from "../../src/phantom/makePhantom.ts";
import type { Vendor } from "../../src/phantom/scanner.ts";
import { type SeriesFile, writeSeries } from "../../src/phantom/writeSeries.ts";
import { readSeriesRules } from "../../src/seriesRules.ts";
import { needsTool } from "../support/shared.ts";
import { asInstances, assertSameGrid, dciodvfyErrors } from "./support.ts";

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

test("dciodvfy finds no error in any vendor's image", { skip: needsTool("dciodvfy") }, () => {
  for (const { files, phantom, title } of studies) {
    const kind = phantom.facts.modelClass === "CT" ? /^CTImage$/ : /^MRImage$/;
    assert.deepEqual(dciodvfyErrors(files[7]?.bytes ?? new Uint8Array(), kind), [], title);
  }
});

/** The one NIfTI file that dcm2niix makes of the files. */
const converted = (files: readonly SeriesFile[]) => {
  const folder = mkdtempSync(`${tmpdir()}/panseg-phantom-`);
  try {
    for (const { name, bytes } of files) writeFileSync(`${folder}/${name}`, bytes);
    execFileSync("dcm2niix", ["-z", "y", "-b", "n", "-f", "out", folder], { stdio: "ignore" });
    const found = readdirSync(folder).filter((name) => name.endsWith(".nii.gz"));
    assert.equal(found.length, 1, `dcm2niix wrote ${found.join(", ")}`);
    return readNifti(readFileSync(`${folder}/${found[0]}`));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const cornersOf = (grid: Grid): readonly Lps[] =>
  [0, grid.shape[0] - 1].flatMap((k) =>
    [0, grid.shape[1] - 1].flatMap((j) => [0, grid.shape[2] - 1].map((i) => voxelToLps(grid, k, j, i))),
  );

const intensityAt = ({ grid, voxels }: Volume, point: Lps): number => {
  const [k, j, i] = lpsToVoxel(grid, point).map(Math.round);
  return voxels[((k ?? 0) * grid.shape[1] + (j ?? 0)) * grid.shape[2] + (i ?? 0)] ?? Number.NaN;
};

test("dcm2niix puts every series at the same place of the patient, voxel by voxel", {
  skip: needsTool("dcm2niix"),
}, () => {
  for (const { files, phantom, title } of studies) {
    const theirs = converted(files);
    const own = phantom.volume;
    assert.deepEqual([...theirs.grid.shape], [...own.grid.shape], title);
    const corners = cornersOf(theirs.grid);
    for (const corner of cornersOf(own.grid)) {
      const nearest = Math.min(...corners.map((other) => norm(subtract(corner, other))));
      assert.ok(nearest < 0.01, `${title}: a corner is ${nearest} mm away`);
    }
    for (let at = 0; at < own.voxels.length; at += 97) {
      const row = Math.floor(at / 80);
      const point = voxelToLps(own.grid, Math.floor(row / 72), row % 72, at % 80);
      const difference = Math.abs(intensityAt(theirs, point) - (own.voxels[at] ?? Number.NaN));
      assert.ok(difference < 0.01, `${title}: voxel ${at} differs by ${difference}`);
    }
  }
});
