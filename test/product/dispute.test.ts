import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { readSegPlanes } from "../../src/dicom/segmentation/readSegPlanes.ts";
import { eventually } from "../support/eventually.ts";
import { panseg, serve } from "../support/panseg.ts";
import { phantomOf } from "../support/phantom.ts";
import { startProxy } from "../support/proxy.ts";
import { needsTool } from "../support/shared.ts";
import {
  countOf,
  demoWorld,
  endedSegmentations,
  oneResult,
  serviceSettings,
  startArchive,
  storedResults,
} from "./world.ts";

/** (7FE0,0010) OB of a length below 2^32, as Explicit VR Little Endian has it. */
const pixelDataStart = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0x00, 0x00]);

/** The answer with every bit of its pixel data moved on by some, the last ones to the front. */
const withBitsMoved = (answer: Buffer, by: number): Buffer => {
  const moved = Buffer.from(answer);
  const at = moved.indexOf(pixelDataStart);
  const length = answer.readUInt32LE(at + 8);
  const pixels = answer.subarray(at + 12, at + 12 + length);
  const bits = length * 8;
  const bit = (n: number): number => ((pixels[(n % bits) >>> 3] ?? 0) >>> ((n % bits) & 7)) & 1;
  for (let i = 0; i < length; i++) {
    let byte = 0;
    for (let j = 0; j < 8; j++) byte |= bit(i * 8 + j - by + bits) << j;
    moved[at + 12 + i] = byte;
  }
  return moved;
};

test("a mask that comes back one voxel off, along any axis, is a dead letter with both files kept", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const { models, data } = await demoWorld(t);
  const orthanc = await startArchive(t);
  const phantom = phantomOf({ seed: 19, modelClass: "CT" });
  const [, rows, columns] = phantom.volume.grid.shape;
  let bits = 0;
  const proxy = await startProxy(orthanc.restUrl, {
    rewrite: (method, path, _body, answer) => {
      const { body } = answer;
      const isSeg = body.includes("1.2.840.10008.5.1.4.1.1.66.4") && body.includes(pixelDataStart);
      if (bits === 0 || method !== "GET" || !path.includes("/instances/") || !isSeg) return answer;
      return { ...answer, body: withBitsMoved(body, bits) };
    },
  });
  t.after(proxy.stop);
  const settings = serviceSettings(orthanc, models, data, proxy.url);
  bits = 1;
  const service = await serve(settings);
  t.after(() => service.kill());
  await orthanc.stow(writeSeries(phantom).map(({ bytes }) => bytes));

  const axes = [
    ["column", 1],
    ["row", columns],
    ["slice", rows * columns],
  ] as const;
  for (const [axis, step] of axes) {
    const [job] = await endedSegmentations(service.url, 1);
    assert.equal(job?.state, "dead", axis);
    assert.equal(job.failure?.code, "STORED_DIFFERS");
    const [entry, ...others] = readdirSync(join(data, "spool"));
    assert.ok(entry !== undefined && others.length === 0);
    const kept = (name: string): Uint8Array => readFileSync(join(data, "spool", entry, name));
    assert.equal(job.failure.details["kept"], `${entry}/stored-seg.dcm`);
    const [sent, stored] = ["seg.dcm", "stored-seg.dcm"].map((name) => readSegPlanes(kept(name)));
    assert.equal(stored?.sopInstanceUid, sent?.sopInstanceUid);
    const [before, after] = [sent, stored].map((seg) =>
      Buffer.concat((seg?.planes ?? []).map(({ voxels }) => voxels)),
    );
    assert.ok(before && after);
    assert.ok(after.equals(Buffer.concat([before.subarray(-step), before.subarray(0, -step)])), axis);

    bits = axes[axes.findIndex(([name]) => name === axis) + 1]?.[1] ?? 0;
    assert.equal((await panseg(["jobs", "retry", String(job.id)], settings)).code, 0);
  }

  const [job] = await endedSegmentations(service.url, 1);
  assert.equal(job?.state, "done");
  await eventually("the spool is empty", () => readdirSync(join(data, "spool")).length === 0);
  assert.deepEqual(countOf(await storedResults(orthanc)), oneResult);
  assert.equal(
    service.lines.filter(({ step, message }) => step === "infer" && message === "step done").length,
    1,
  );
  assert.equal(await service.stop(), 0);
});
