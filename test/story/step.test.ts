import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { FailureError, failed } from "../../src/domain/failure.ts";
import type { Log } from "../../src/ports/world.ts";
import { makeStep, type StepOptions } from "../../src/story/step.ts";

type Line = { readonly event: string; readonly fields: Readonly<Record<string, unknown>> };

const makeWorld = (report: StepOptions["report"] = () => {}) => {
  const lines: Line[] = [];
  const keep = (event: string, fields: Readonly<Record<string, unknown>> = {}): void =>
    void lines.push({ event, fields });
  const log: Log = { info: keep, warn: keep, error: keep };
  const time = { nowMs: 0 };
  const stopping = new AbortController();
  const step = makeStep({
    clock: { nowMs: () => time.nowMs },
    log,
    signal: stopping.signal,
    fields: () => ({ jobId: 7, executionProvider: "cpu" }),
    report,
  });
  return { lines, time, stopping, step };
};

const isFailure = (code: string) => (error: unknown) =>
  error instanceof FailureError && error.failure.code === code;

test("a step is one log line with job, step, seconds and execution provider, and its seconds are remembered", async () => {
  const { step, lines, time } = makeWorld();
  const value = await step("infer", () => {
    time.nowMs += 1500;
    return 42;
  });
  assert.equal(value, 42);
  assert.deepEqual(lines, [
    { event: "step done", fields: { jobId: 7, executionProvider: "cpu", step: "infer", seconds: 1.5 } },
  ]);
  assert.deepEqual(step.secondsPerStep, { infer: 1.5 });
});

test("a step that fails is one line too, without the error's text, and the error goes on", async () => {
  const { step, lines } = makeWorld();
  await assert.rejects(
    step("volume", () => {
      throw failed("LOCALIZER", "three slices");
    }),
    isFailure("LOCALIZER"),
  );
  assert.deepEqual(
    lines.map(({ event }) => event),
    ["step failed"],
  );
  assert.ok(!JSON.stringify(lines).includes("three slices"));
});

test("progress is reported at the start and then at most once a second", async () => {
  const reported: number[] = [];
  const { step, time } = makeWorld((_, share) => void reported.push(share));
  await step("infer", (progress) => {
    for (let i = 1; i <= 10; i++) {
      time.nowMs += 300;
      progress(i / 10);
    }
  });
  assert.deepEqual(reported, [0, 0.4, 0.8]);
});

test("F28: when the service stops, the running step ends at its next report and no other begins", async () => {
  const { step, stopping } = makeWorld();
  await assert.rejects(
    step("infer", (progress) => {
      stopping.abort();
      progress(0.5);
      assert.fail("went on");
    }),
    isFailure("STOPPING"),
  );
  await assert.rejects(
    step("mask", () => assert.fail("began")),
    isFailure("STOPPING"),
  );
});

test("F32: a refused report, such as a lost lease, ends the step at its next progress", async () => {
  const { step, time } = makeWorld((_, share) =>
    share === 0 ? undefined : Promise.reject(failed("LEASE_LOST", "another worker has it")),
  );
  await assert.rejects(
    step("infer", async (progress) => {
      time.nowMs += 2000;
      progress(0.5);
      await setImmediate();
      progress(0.6);
      assert.fail("went on");
    }),
    isFailure("LEASE_LOST"),
  );
});
