import assert from "node:assert/strict";
import { test } from "node:test";
import { makePhantom, type PhantomOptions } from "../../../src/demo/phantom/makePhantom.ts";
import { writePhantom } from "../../../src/demo/phantom/writePhantom.ts";
import type { SeriesFile } from "../../../src/demo/phantom/writeSeries.ts";
import { writeSeries } from "../../../src/demo/phantom/writeSeries.ts";
import { lps, zyx } from "../../../src/domain/axes.ts";
import { readNifti } from "../../../src/nifti/readNifti.ts";
import { needsTool } from "../../support/shared.ts";
import { assertSamePatient, converted } from "./dcm2niix.ts";

const small = { shape: zyx(20, 60, 72), spacingMm: zyx(9, 5.5, 5.2) } as const;

const cases: readonly PhantomOptions[] = [
  { seed: 31, modelClass: "CT", vendor: "GE", ...small },
  { seed: 32, modelClass: "T1", vendor: "Philips", ...small },
  {
    seed: 33,
    modelClass: "T2",
    vendor: "Siemens",
    ...small,
    axes: zyx(lps(0, 1, 0), lps(0, 0, -1), lps(1, 0, 0)),
  },
];

const fileOf = (files: readonly SeriesFile[], wanted: string): Uint8Array => {
  const file = files.find(({ name }) => name === wanted);
  assert.ok(file, wanted);
  return file.bytes;
};

for (const options of cases) {
  const { modelClass, vendor } = options;
  const phantom = makePhantom(options);
  const files = writePhantom(phantom);
  const series = files.filter(({ name }) => name.startsWith("dicom/"));
  const image = readNifti(fileOf(files, "image.nii.gz"));

  test(`${vendor} ${modelClass}: image and label as NIfTI hold the phantom's voxels on one grid`, () => {
    const label = readNifti(fileOf(files, "label.nii.gz"));
    assert.deepEqual(label.grid, image.grid);
    assertSamePatient(image, phantom.volume, "image");
    assert.deepEqual(label.voxels, Float32Array.from(phantom.label.voxels));
    const [slices] = phantom.volume.grid.shape;
    assert.deepEqual([series.length, files.length], [slices, slices + 2]);
    assert.deepEqual(
      series.map(({ bytes }) => bytes),
      writeSeries(phantom).map(({ bytes }) => bytes),
    );
  });

  test(`${vendor} ${modelClass}: the image is what dcm2niix makes of the series`, {
    skip: needsTool("dcm2niix"),
  }, () => {
    const flat = series.map(({ name, bytes }) => ({ name: name.replace("dicom/", ""), bytes }));
    assertSamePatient(converted(flat), image, modelClass);
  });
}

test("a series that is written already is taken as it is", () => {
  const [options] = cases;
  assert.ok(options);
  const given = [{ name: "A.dcm", bytes: new Uint8Array([1]) }];
  const [first, ...others] = writePhantom(makePhantom(options), given);
  assert.deepEqual(first, { name: "dicom/A.dcm", bytes: given[0]?.bytes });
  assert.deepEqual(
    others.map(({ name }) => name),
    ["image.nii.gz", "label.nii.gz"],
  );
});
