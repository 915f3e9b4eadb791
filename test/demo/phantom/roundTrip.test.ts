import assert from "node:assert/strict";
import { test } from "node:test";
import { oddSeries } from "../../../src/demo/phantom/oddSeries.ts";
import { shuffled } from "../../../src/demo/phantom/shuffle.ts";
import { segToMask } from "../../../src/dicom/segmentation/readSegPlanes.ts";
import { defaultReadOptions, readSeries } from "../../../src/dicom/series/readSeries.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { seriesStack } from "../../../src/geometry/stack.ts";
import { makeContext } from "../../dicom/write/sources.ts";
import { needsTool } from "../../support/shared.ts";
import { asInstances, dciodvfyErrors } from "./support.ts";

const volumes = oddSeries(11).filter(({ expected }) => expected === null);

for (const { name, files, phantom, part } of volumes)
  test(`O4, G1: the truth of ${name} comes back through its SEG, the same bytes for five orders of the files`, async () => {
    assert.ok(phantom !== null);
    const written = [0, 1, 2, 3, 4].map(async (seed) => {
      const order = seed === 0 ? files : shuffled(files, seed);
      const { volume, source } = await readSeries(asInstances(order), { ...defaultReadOptions, part });
      const truth = { grid: source.grid, voxels: phantom.label.voxels };
      const seg = buildSeg(truth, makeContext(source));
      const back = segToMask(seg.bytes, source.grid, seriesStack(source).planesLps);
      assert.deepEqual(back.voxels, truth.voxels);
      assert.deepEqual(segToMask(seg.bytes, phantom.label.grid).voxels, truth.voxels);
      return { seg: Buffer.from(seg.bytes), voxels: Buffer.from(volume.voxels.buffer) };
    });
    const [first, ...others] = await Promise.all(written);
    for (const other of others) assert.deepEqual(other, first);
  });

test("every kind of series that converts is among them", () => {
  assert.ok(volumes.length >= 12, `${volumes.length}`);
});

test("dciodvfy finds no error in a SEG that refers to frames of an enhanced object", {
  skip: needsTool("dciodvfy"),
}, async () => {
  for (const { name, files, phantom } of volumes.filter((series) => series.name.includes("Enhanced"))) {
    const { source } = await readSeries(asInstances(files), defaultReadOptions);
    const seg = buildSeg(
      { grid: source.grid, voxels: phantom?.label.voxels ?? new Uint8Array() },
      makeContext(source),
    );
    assert.deepEqual(dciodvfyErrors(seg.bytes, /^Segmentation$/), [], name);
    assert.ok(source.frames.every(({ frameNumber }) => frameNumber !== null));
  }
});
