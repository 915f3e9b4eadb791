import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { panseg, type RunningService, serve } from "../support/panseg.ts";
import { startProxy } from "../support/proxy.ts";
import { needsShared, needsTool } from "../support/shared.ts";
import {
  countOf,
  importCtModel,
  oneSmallResult,
  seriesFiles,
  serviceSettings,
  startArchive,
  storedResults,
  temporaryFolder,
} from "./world.ts";

const skip = needsShared("vectors", "ct") || needsTool("Orthanc");

/** Moments at which the power may fail, as what travels between the service and the archive shows them. */
const moments = [
  { name: "while the network runs", at: "infer" },
  { name: "after the archive took the SEG and before it could say so (F8)", at: "seg-stored" },
  { name: "between SEG and SR (F10)", at: "sr-sent" },
] as const;

const victims = ["child", "service"] as const;

describe("kill -9 at any step still ends with exactly one SEG and one SR (F1, F2, F3)", { skip }, () => {
  const modelsHome = temporaryFolder({ after });
  let models: string;
  before(async () => {
    models = await importCtModel(modelsHome);
  });

  for (const victim of victims)
    for (const moment of moments)
      test(`the ${victim} dies ${moment.name}`, async (t) => {
        const folder = temporaryFolder(t);
        const orthanc = await startArchive(t);
        let strike: (() => Promise<void>) | null = null;
        let stows = 0;
        const proxy = await startProxy(orthanc.restUrl, {
          before: async (method, path) => {
            if (method !== "POST" || !path.includes("/studies")) return true;
            stows += 1;
            if (moment.at !== "sr-sent" || stows !== 2 || strike === null) return true;
            await strike();
            return false;
          },
          after: async (method, path) => {
            if (method !== "POST" || !path.includes("/studies")) return true;
            if (moment.at !== "seg-stored" || stows !== 1 || strike === null) return true;
            await strike();
            return false;
          },
        });
        t.after(proxy.stop);
        const data = join(folder, "data");
        mkdirSync(data);
        const settings = {
          ...serviceSettings(orthanc, models, data, proxy.url),
          PANSEG__INFERENCE__MIRROR: "false",
        };
        let service: RunningService = await serve(settings);
        t.after(() => service.kill());

        const struck = new Promise<void>((resolve) => {
          strike = async () => {
            strike = null;
            if (victim === "child") process.kill(service.workerPid(), "SIGKILL");
            else {
              await service.kill();
              service = await serve(settings);
            }
            resolve();
          };
        });
        await orthanc.stow(seriesFiles());
        if (moment.at === "infer") {
          await eventually("the network runs", async () => {
            const response = await fetch(`${service.url}/api/jobs?state=running`);
            const { jobs } = (await response.json()) as { jobs: { step: string; progress: number }[] };
            return jobs.some(({ step, progress }) => step === "infer" && progress > 0.1) ? true : null;
          });
          await strikeNow(strike);
        }
        await struck;

        const jobs = await eventually("the job is done", async () => {
          const { stdout } = await panseg(["jobs", "list", "--json"], settings);
          const list = JSON.parse(stdout) as { kind: string; state: string; attempts: number }[];
          const open = list.some(({ state }) => ["queued", "running", "computed"].includes(state));
          return open ? null : list;
        });
        assert.deepEqual(
          jobs.filter(({ kind }) => kind === "segment").map(({ state }) => state),
          ["done"],
        );
        assert.deepEqual(countOf(await storedResults(orthanc)), oneSmallResult);
      });
});

const strikeNow = async (strike: (() => Promise<void>) | null): Promise<void> => {
  assert.ok(strike, "the blow fell too early");
  await strike();
};
