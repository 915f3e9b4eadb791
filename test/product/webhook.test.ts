import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually } from "../support/eventually.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { serve } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";
import { demoWorld, type JobView, phantomSeries, serviceSettings } from "./world.ts";

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

test("WEB-14: Orthanc's script tells a service that looks but once a minute, and the series is found at once", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const { folder, models, data } = await demoWorld(t);
  const port = await freePort();
  const secret = "between Orthanc and the service";
  const orthanc = await startOrthanc(t, {
    stableAgeSeconds: 1,
    luaScripts: [fileURLToPath(new URL("../../orthanc/webhook.lua", import.meta.url))],
    environment: {
      PANSEG_WEBHOOK_URL: `http://127.0.0.1:${port}/webhook`,
      PANSEG_WEBHOOK_SECRET: secret,
    },
  });
  writeFileSync(join(folder, "secret"), secret);
  const service = await serve({
    ...serviceSettings(orthanc, models, data),
    PANSEG__HTTP__PORT: String(port),
    PANSEG__HTTP__WEBHOOKSECRET_FILE: join(folder, "secret"),
    PANSEG__WATCH__EVERYSECONDS: "59",
    PANSEG__WATCH__SWEEPCRON: "0 0 1 1 *",
  });
  t.after(() => service.kill());
  await service.waitForLine(({ message }) => message === "sweep.done");
  // Turns of the clock come with each full minute and its 59th second: between them only a hint makes it look.
  const isBetweenTurns = (latest = 59): boolean => {
    const second = new Date().getSeconds();
    return second > 0 && second < latest;
  };
  const known = async (): Promise<number> => {
    const { jobs } = (await (await fetch(`${service.url}/api/jobs`)).json()) as { jobs: readonly JobView[] };
    return jobs.filter(({ kind }) => kind === "examine").length;
  };
  // On a busy machine the clock may come round before the series is stable; then it says nothing, and another is sent.
  const isFoundBetweenTurns = async (seed: number): Promise<boolean> => {
    const files = phantomSeries(seed);
    const before = await known();
    await eventually("the minute has begun", () => isBetweenTurns(35));
    const minute = new Date().getMinutes();
    await orthanc.stow(files);
    await eventually("the series is known", async () => (await known()) > before);
    return new Date().getMinutes() === minute && isBetweenTurns();
  };
  let sent = 1;
  while (!(await isFoundBetweenTurns(18 + sent))) assert.ok(sent++ < 4, "found by the clock alone");
  assert.equal(await service.stop(), 0);
  assert.ok(!service.lines.some((line) => JSON.stringify(line).includes(secret)), "the secret is in the log");
});
