import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { software } from "../../src/compose.ts";
import { importDemoModels } from "../../src/demo/models.ts";
import { makePhantom } from "../../src/phantom/makePhantom.ts";
import { writeSeries } from "../../src/phantom/writeSeries.ts";
import { eventually, serve } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";
import {
  complaintsOf,
  download,
  serviceSettings,
  startArchive,
  storedResults,
  temporaryFolder,
} from "./world.ts";

const all = ["SEG", "SR", "OT"];

type JobList = { readonly jobs: readonly { kind: string; state: string }[] };

test("a site that asks for words and key images finds them beside SEG and SR, valid, and once", {
  skip: needsTool("Orthanc", "dciodvfy"),
  timeout: 300_000,
}, async (t) => {
  const folder = temporaryFolder(t);
  const models = join(folder, "models");
  await importDemoModels(models, software.version);
  const orthanc = await startArchive(t);
  const data = join(folder, "data");
  mkdirSync(data);
  const settings = {
    ...serviceSettings(orthanc, models, data),
    PANSEG__OUTPUT__TEXTREPORT: "true",
    PANSEG__OUTPUT__KEYIMAGES: "true",
  };
  const service = await serve(settings);
  t.after(() => service.kill());
  await orthanc.stow(writeSeries(makePhantom({ seed: 19, modelClass: "CT" })).map(({ bytes }) => bytes));
  const isDone = async (): Promise<true | null> => {
    const { jobs } = (await (await fetch(`${service.url}/api/jobs`)).json()) as JobList;
    return jobs.some(({ kind, state }) => kind === "segment" && state === "done") ? true : null;
  };
  await eventually("the job is done", isDone);

  const modalitiesOf = async (): Promise<readonly string[]> =>
    (await storedResults(orthanc, all)).map(({ modality }) => modality);
  const expected = ["SEG", "SR", "SR", "OT", "OT", "OT", "OT", "OT", "OT"];
  assert.deepEqual(await modalitiesOf(), expected);
  for (const [n, result] of (await storedResults(orthanc, all)).entries()) {
    const file = join(folder, `${n}.dcm`);
    writeFileSync(file, await download(orthanc, result));
    assert.deepEqual(complaintsOf(file), []);
  }
  assert.equal(await service.stop(), 0);

  const again = await serve(settings);
  t.after(() => again.kill());
  await again.waitForLine(({ message }) => message === "sweep.done");
  assert.deepEqual(await modalitiesOf(), expected);
  assert.equal(await again.stop(), 0);
});
