import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { serve } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";
import {
  countOf,
  demoWorld,
  endedSegmentations,
  oneResult,
  phantomSeries,
  serviceSettings,
  startArchive,
  storedResults,
} from "./world.ts";

test("S5: the data folder deleted while the network runs ends no job INTERNAL, and all is rebuilt from the archive, once", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const { models, data } = await demoWorld(t);
  const orthanc = await startArchive(t);
  const service = await serve({
    ...serviceSettings(orthanc, models, data),
    PANSEG__INFERENCE__MIRROR: "false",
  });
  t.after(() => service.kill());
  const heldAgain = (times: number) =>
    eventually("held again", async () =>
      service.lines.filter(({ message }) => message === "data folder held again").length === times
        ? true
        : null,
    );

  await orthanc.stow(phantomSeries(19, "CT"));
  // In mid-work: the images lie in the folder, and the results are not in the archive yet.
  await service.waitForLine(({ message, step }) => message === "step done" && step === "preprocess");
  rmSync(data, { recursive: true, force: true });
  await service.waitForLine(({ message }) => message === "data folder lost");
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  await heldAgain(1);
  const [rebuilt] = await endedSegmentations(service.url, 1);
  assert.equal(rebuilt?.state, "done");
  assert.deepEqual(countOf(await storedResults(orthanc)), oneResult);

  // And when everything is done and stored: the archive tells, and nothing is stored twice.
  rmSync(data, { recursive: true, force: true });
  await eventually("let go", async () =>
    (await fetch(`${service.url}/api/jobs`)).status === 503 ? true : null,
  );
  mkdirSync(data, { recursive: true, mode: 0o700 });
  await heldAgain(2);
  const [again] = await endedSegmentations(service.url, 1);
  assert.equal(again?.state, "done");
  assert.deepEqual(countOf(await storedResults(orthanc)), oneResult);
  assert.deepEqual(
    service.lines.filter(({ code }) => code === "INTERNAL"),
    [],
  );
});
