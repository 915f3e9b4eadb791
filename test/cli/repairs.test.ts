import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { software } from "../../src/compose.ts";
import { importDemoModels } from "../../src/demo/models.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { readSegPlanes } from "../../src/dicom/segmentation/readSegPlanes.ts";
import { readSr } from "../../src/dicom/verify/readSr.ts";
import type { ResultSummary } from "../../src/domain/result.ts";
import { voxelToLps } from "../../src/geometry/vector.ts";
import { panseg } from "../support/panseg.ts";
import { phantomOf } from "../support/phantom.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-repairs-"));
after(() => rmSync(folder, { recursive: true }));
before(() => importDemoModels(join(folder, "models"), software.version));

const phantom = phantomOf({ seed: 19, modelClass: "CT" });
const { grid, voxels } = phantom.label;
const perPlane = grid.shape[1] * grid.shape[2];

/** Planes with pancreas, by its number of voxels. */
const area = (k: number): number =>
  voxels.subarray(k * perPlane, (k + 1) * perPlane).reduce((sum, voxel) => sum + voxel, 0);
const largest =
  Array.from({ length: grid.shape[0] }, (_, k) => k).toSorted((a, b) => area(b) - area(a))[0] ?? 0;

test("S3: a series without one slice of its pancreas is segmented where that is allowed, says so everywhere, and has no mask there", async () => {
  const input = join(folder, "series");
  mkdirSync(input);
  for (const [k, { name, bytes }] of writeSeries(phantom).entries())
    if (k !== largest) writeFileSync(join(input, name), bytes);
  const models = { PANSEG__MODELS__FOLDER: join(folder, "models") };
  const args = ["segment", "-i", input, "-o", join(folder, "out"), "--json"];
  const refused = await panseg(args, models);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /MISSING_SLICES/);

  const done = await panseg(args, { ...models, PANSEG__SERIES__REPAIRS__MISSINGSLICES: "1" });
  assert.equal(done.code, 0, done.stderr);
  const result = JSON.parse(done.stdout) as ResultSummary;
  assert.ok(result.warnings.some(({ code }) => code === "SLICES_INTERPOLATED"));
  // The volume counts the missing plane by the distance that its neighbours stand for.
  assert.ok(
    Math.abs(result.measures.volumeMl / phantom.facts.pancreasMl - 1) < 0.15,
    `${result.measures.volumeMl} ml`,
  );

  const seg = readSegPlanes(readFileSync(join(folder, "out", "seg.dcm")));
  const missing = voxelToLps(grid, largest, 0, 0);
  const heights = seg.planes.map(({ positionLps }) => positionLps[2]);
  assert.ok(heights.some((z) => z < missing[2]) && heights.some((z) => z > missing[2]));
  assert.ok(heights.every((z) => Math.abs(z - missing[2]) > 1));
  const sr = readFileSync(join(folder, "out", "sr.dcm"));
  assert.ok(sr.includes("interpolated for the network"));
  assert.ok(Math.abs(readSr(sr).volumeMl - result.measures.volumeMl) < 1e-3);
});
