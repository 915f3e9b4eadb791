import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { clock } from "../../src/compose.ts";
import { startArchive } from "../../src/demo/archive/startArchive.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { repetitions } from "../jobs/support/child.ts";
import { makeSlices } from "../pacs/objects.ts";
import { eventually } from "../support/eventually.ts";
import { stow } from "../support/orthanc.ts";
import { serve } from "../support/panseg.ts";
import { startProxy } from "../support/proxy.ts";
import { seriesOf } from "./arrivals.ts";
import { demoWorld } from "./world.ts";

const kills = repetitions("PANSEG_TEST_SERVICE_KILLS", 5);

test(`S4: ${kills} times kill -9 of the service bury no job that was in hand`, async (t) => {
  const { folder, models, data } = await demoWorld(t);
  const archive = await startArchive({ folder: join(folder, "archive"), stableMs: 1000 });
  t.after(archive.stop);
  const files = makeSlices({ study: "study", series: "s" }, ["a", "b"]).map(({ bytes }) => bytes);
  await stow(archive.url, {}, files);
  let isSilent = true;
  // The job is in hand for as long as the archive says nothing.
  const proxy = await startProxy(archive.restUrl, { before: async () => !isSilent });
  t.after(proxy.stop);
  const jobs = openSqliteJobStore({ file: join(data, "jobs.sqlite"), clock, maxAttempts: 3 });
  t.after(() => jobs.close());
  await jobs.arrive([seriesOf(files)]);
  const settings = {
    PANSEG__DATAFOLDER: data,
    PANSEG__MODELS__FOLDER: models,
    PANSEG__PACS__ORTHANCURL: proxy.url,
    PANSEG__PACS__DICOMWEBURL: `${proxy.url}/dicom-web`,
    PANSEG__WATCH__ENABLED: "false",
  };
  const start = async () => {
    const service = await serve(settings);
    t.after(() => service.kill());
    return service;
  };
  for (let kill = 0; kill < kills; kill++) {
    const service = await start();
    await eventually("the job is in hand", async () => {
      const [job] = await jobs.list();
      assert.notEqual(job?.state, "dead", `after ${kill} kills`);
      if (job?.state !== "running" || job.step === "") return false;
      assert.equal(job.attempts, 1, `after ${kill} kills`);
      return true;
    });
    await service.kill();
  }
  isSilent = false;
  await start();
  const [ended] = await eventually("the job ends", async () =>
    jobs.list({ state: "skipped" }).then((all) => (all.length > 0 ? all : null)),
  );
  assert.deepEqual([ended?.failure?.code, ended?.attempts], ["TOO_FEW_SLICES", 1]);
});
