import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { writeNifti } from "../../src/nifti/writeNifti.ts";
import { needsShared, needsTool, sharedFolder } from "../support/shared.ts";
import { cornerDistanceMm, gridOfRas } from "./support/nifti.ts";

const fixture = (name: string): Uint8Array => readFileSync(sharedFolder("fixtures", "nifti", name));

const PANCREAS = 7;

describe("real abdominal files", { skip: needsShared("fixtures", "nifti") }, () => {
  const ras3mm = (sizes: readonly [number, number, number]) =>
    gridOfRas(sizes, [
      [3, 0, 0, -177.95632934570312],
      [0, 3, 0, 11.319000244140625],
      [0, 0, 3, 94.3017578125],
    ]);
  const lps3mm = gridOfRas(
    [117, 91, 20],
    [
      [-3, 0, 0, 168.59963989257812],
      [0, -3, 0, 166.35943603515625],
      [0, 0, 3, 28.989641189575195],
    ],
  );
  const las = gridOfRas(
    [512, 512, 20],
    [
      [-0.9765625, 0, 0, 249.51171875],
      [0, 0.9765625, 0, -61.51171875],
      [0, 0, 2, -804.5],
    ],
  );
  const files = [
    ["example_ct.nii.gz", ras3mm([122, 101, 112]), null],
    ["example_ct_sm.nii.gz", ras3mm([122, 101, 30]), null],
    ["example_seg.nii.gz", ras3mm([122, 101, 30]), 644],
    ["example_mr_sm.nii.gz", lps3mm, null],
    ["example_seg_mr.nii.gz", lps3mm, 1176],
    ["ct_abdomen_labels.nii.gz", las, 1327],
  ] as const;

  for (const [name, grid, pancreasVoxels] of files) {
    test(`O2 ${name} has the shape, the axes and the labels that are known of it, and survives a round trip`, () => {
      const volume = readNifti(fixture(name));
      assert.ok(cornerDistanceMm(volume.grid, grid) < 1e-4);
      const found = volume.voxels.reduce((sum, value) => sum + (value === PANCREAS ? 1 : 0), 0);
      if (pancreasVoxels !== null) assert.equal(found, pancreasVoxels);
      const back = readNifti(writeNifti(volume));
      assert.deepEqual(back.voxels, volume.voxels);
      assert.ok(cornerDistanceMm(back.grid, volume.grid) < 1e-4);
    });
  }

  test("labels and CT of one patient meet at the same index: soft tissue in the liver, air in the lung", () => {
    const { voxels } = readNifti(fixture("example_ct_sm.nii.gz"));
    const labels = readNifti(fixture("example_seg.nii.gz")).voxels;
    const meanHu = (organ: number): number => {
      const inside = voxels.filter((_, n) => labels[n] === organ);
      return inside.reduce((sum, value) => sum + value, 0) / inside.length;
    };
    // numpy 2 on nibabel 5.4.2: 45.3 and -746.3; flipped along any axis the liver is below 0, the lung above -143.
    assert.ok(Math.abs(meanHu(5) - 45.3) < 0.1, `${meanHu(5)} HU`);
    assert.ok(Math.abs(meanHu(14) + 746.3) < 0.1, `${meanHu(14)} HU`);
  });
});

describe("files of dcm2niix", { skip: needsShared("fixtures", "dicom") || needsTool("dcm2niix") }, () => {
  const truths = [
    ["ct_padding", [512, 512, 3], [1, 0.8105, 0.8105], [235.2, -187.39, -128.69]],
    ["non_square_pixels", [64, 28, 4], [0.5, 4, 6.4], [87.267, 24.204, -143.527]],
    ["sagittal_plain", [4, 256, 256], [1, 1, 1], [100.794, -93.925, -124.949]],
  ] as const;
  for (const [folder, sizes, spacing, translation] of truths) {
    test(`O2 ${folder}: shape, spacing and origin are as dcm2niix says, by sform and by qform`, () => {
      const out = mkdtempSync(join(tmpdir(), "panseg-nifti-"));
      try {
        execFileSync("dcm2niix", [
          "-z",
          "y",
          "-b",
          "n",
          "-o",
          out,
          sharedFolder("fixtures", "dicom", folder),
        ]);
        const [name = "", ...others] = readdirSync(out);
        assert.deepEqual(others, []);
        const file = readFileSync(join(out, name));
        const { grid } = readNifti(file);
        assert.deepEqual([...grid.shape].toReversed(), [...sizes]);
        const ras = [-grid.originLps[0], -grid.originLps[1], grid.originLps[2]];
        for (const n of [0, 1, 2] as const) {
          assert.ok(Math.abs(grid.spacingMm[n] - spacing[n]) < 1e-3, `${grid.spacingMm}`);
          assert.ok(Math.abs((ras[n] ?? 0) - translation[n]) < 1e-2, `${ras}`);
        }
        const onlyQform = new Uint8Array(gunzipSync(file)).fill(0, 254, 256).fill(0, 280, 328);
        assert.ok(cornerDistanceMm(readNifti(onlyQform).grid, grid) < 0.05);
      } finally {
        rmSync(out, { recursive: true });
      }
    });
  }
});
