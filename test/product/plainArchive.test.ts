import assert from "node:assert/strict";
import { test } from "node:test";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { startDemo, stow } from "../demo/archive/requests.ts";
import { serve } from "../support/panseg.ts";
import { phantomOf } from "../support/phantom.ts";
import { startProxy } from "../support/proxy.ts";
import { demoWorld, endedSegmentations, phantomSeries } from "./world.ts";

test("D5, D7: a plain DICOMweb archive without metadata: an old study that arrives is segmented, those that were there are not", async (t) => {
  const { models, data } = await demoWorld(t);
  const archive = await startDemo(t);
  const proxy = await startProxy(archive.restUrl, {
    before: async (_, path) =>
      !path.endsWith("/metadata") || { status: 501, headers: {}, body: Buffer.alloc(0) },
  });
  t.after(proxy.stop);
  const before = writeSeries(phantomOf({ seed: 3, modelClass: "T1" })).map(({ bytes }) => bytes);
  await stow(archive, before);
  const service = await serve({
    PANSEG__DATAFOLDER: data,
    PANSEG__MODELS__FOLDER: models,
    PANSEG__PACS__KIND: "dicomweb",
    PANSEG__PACS__DICOMWEBURL: `${proxy.url}/dicom-web`,
    PANSEG__WATCH__EVERYSECONDS: "1",
    PANSEG__WATCH__STABLESECONDS: "1",
    PANSEG__WATCH__FULLSWEEPCRON: "*/2 * * * * *",
    PANSEG__WATCH__FULLSWEEPPAUSESECONDS: "0",
  });
  t.after(() => service.kill());
  await service.waitForLine(({ message, listing }) => message === "full-sweep.done" && listing === 2);
  // The phantoms are dated years ago, far outside of watch.sweepDays.
  await stow(archive, phantomSeries());
  const [only, ...more] = await endedSegmentations(service.url, 1);
  assert.deepEqual([only?.state, more], ["done", []]);
  const { jobs } = (await (await fetch(`${service.url}/api/jobs`)).json()) as {
    jobs: readonly { kind: string }[];
  };
  assert.deepEqual(jobs.map(({ kind }) => kind).sort(), ["examine", "segment"]);
});
