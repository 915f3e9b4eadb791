import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../support/panseg.ts";
import { startProxy } from "../support/proxy.ts";
import { needsTool } from "../support/shared.ts";
import {
  demoWorld,
  endedSegmentations,
  phantomSeries,
  serviceSettings,
  startArchive,
  storedResults,
} from "./world.ts";

test("D1: a series that is deleted while the network runs stays deleted: SERIES_GONE, and nothing is stored", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const { models, data } = await demoWorld(t);
  const orthanc = await startArchive(t);
  let isDeleted = false;
  let stores = 0;
  const proxy = await startProxy(orthanc.restUrl, {
    before: async (method, path) => {
      const isOfOurs = path.includes("2.25.") && path.includes("SOPInstanceUID=");
      // The first look for an object of ours is the last moment before it is sent.
      if (isOfOurs && !isDeleted) {
        isDeleted = true;
        for (const id of (await orthanc.rest("/studies")) as readonly string[])
          await orthanc.rest(`/studies/${id}`, "DELETE");
      }
      if (method === "POST" && path.endsWith("/studies")) stores++;
      return true;
    },
  });
  t.after(proxy.stop);
  const service = await serve({
    ...serviceSettings(orthanc, models, data, proxy.url),
    PANSEG__INFERENCE__MIRROR: "false",
  });
  t.after(() => service.kill());
  await orthanc.stow(phantomSeries(19));
  const [job] = await endedSegmentations(service.url, 1);
  assert.ok(isDeleted);
  assert.deepEqual([job?.state, job?.failure?.code], ["skipped", "SERIES_GONE"]);
  assert.equal(stores, 0);
  assert.deepEqual(await storedResults(orthanc), []);
  assert.deepEqual(await orthanc.rest("/studies"), []);
});
