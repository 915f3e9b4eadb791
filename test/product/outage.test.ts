import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSlices } from "../pacs/objects.ts";
import { eventually } from "../support/eventually.ts";
import { seriesOf } from "./arrivals.ts";
import { simulate } from "./simulation.ts";

const MINUTE = 60_000;

const filesOf = (n: number): readonly Uint8Array[] =>
  makeSlices({ study: `study ${n}`, series: "s" }, ["a", "b"]).map(({ bytes }) => bytes);

for (const [title, answer] of [
  ["status 500 on everything", { status: 500, headers: {}, body: Buffer.from("out of order") }],
  [
    "a web page in the place of every answer",
    { status: 200, headers: { "content-type": "text/html" }, body: Buffer.from("<html>") },
  ],
] as const)
  test(`D2: ${title} for 15 minutes, and 20 series: none is dead, all come to their end`, async (t) => {
    const service = await simulate(t, (clock) => {
      const backMs = clock.nowMs() + 15 * MINUTE;
      return { before: async () => (clock.nowMs() < backMs ? answer : true) };
    });
    const beganMs = service.clock.nowMs();
    const all = Array.from({ length: 20 }, (_, n) => filesOf(n));
    await service.stow(all.flat());
    await service.jobs.arrive(all.map(seriesOf));
    const ended = await service.untilDone();
    assert.deepEqual(
      new Set(ended.map(({ state, failure }) => `${state} ${failure?.code}`)),
      new Set(["skipped TOO_FEW_SLICES"]),
    );
    assert.equal(ended.length, 20);
    const minutes = (service.clock.nowMs() - beganMs) / MINUTE;
    assert.ok(minutes >= 15 && minutes < 60, `${minutes} minutes`);
  });

test("D2: a series that alone is answered 500, while others are served, is dead after its attempts", async (t) => {
  const bad = filesOf(0);
  const { seriesUid } = seriesOf(bad);
  const service = await simulate(t, () => ({
    before: async (_method, path) =>
      path.includes(seriesUid) ? { status: 500, headers: {}, body: Buffer.alloc(0) } : true,
  }));
  await service.stow(bad);
  await service.jobs.arrive([seriesOf(bad)]);
  const stateOf = async (uid: string) => (await service.jobs.list()).find((job) => job.seriesUid === uid);
  await service.untilDone({ mostMs: 30 * MINUTE });
  assert.equal((await stateOf(seriesUid))?.state, "queued", "nobody else has shown that the archive works");
  for (let n = 1; (await stateOf(seriesUid))?.state !== "dead"; n++) {
    assert.ok(n < 20, "it is tried for ever");
    const files = filesOf(n);
    await service.stow(files);
    await service.jobs.arrive([seriesOf(files)]);
    await eventually(
      "the good one is served",
      async () => (await stateOf(seriesOf(files).seriesUid))?.state === "skipped",
    );
    await service.untilDone({ mostMs: 16 * MINUTE });
  }
  assert.equal((await stateOf(seriesUid))?.failure?.code, "PACS_ERROR");
});
