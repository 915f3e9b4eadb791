import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FailureCode, makeFailure } from "../../src/domain/failure.ts";
import { type Decision, decide, delayAfterMs, retryDelayMs } from "../../src/jobs/policy/retryPolicy.ts";

const MINUTE = 60_000;

test("F6 an absent archive is tried again for ever and uses up no attempt", () => {
  for (const code of ["PACS_UNREACHABLE", "PACS_TIMEOUT", "PACS_BUSY", "PACS_UNAUTHORIZED"] as const) {
    for (const attempts of [1, 3, 1000]) {
      assert.deepEqual(decide({ code }, attempts, 3), { kind: "retry", usesAttempt: false }, code);
    }
  }
});

test("what may pass by itself is tried until the attempts are used up, then buried", () => {
  const codes = ["INCOMPLETE_RETRIEVAL", "INTERNAL", "INFERENCE_FAILED"] as const;
  for (const code of codes) {
    const decisions = [1, 2, 3, 4].map((attempts) => decide({ code }, attempts, 3));
    const retry: Decision = { kind: "retry", usesAttempt: true };
    assert.deepEqual(decisions, [retry, retry, { kind: "bury" }, { kind: "bury" }], code);
  }
});

test("D2: an answer that is an error, or none, is an outage; it counts where others fare better", () => {
  for (const code of ["PACS_ERROR", "PACS_BAD_ANSWER", "STORE_FAILED"] as const) {
    for (const attempts of [1, 3, 1000])
      assert.deepEqual(decide({ code }, attempts, 3, false), { kind: "retry", usesAttempt: false }, code);
    const alone = [1, 2, 3].map((attempts) => decide({ code }, attempts, 3, true));
    const retry: Decision = { kind: "retry", usesAttempt: true };
    assert.deepEqual(alone, [retry, retry, { kind: "bury" }], code);
  }
});

test("D4: what an archive asks for is waited for, up to the longest delay; nonsense is not", () => {
  const after = (retryAfterMs: unknown): number =>
    delayAfterMs(makeFailure("PACS_BUSY", "Busy.", { retryAfterMs }), 1, 0);
  assert.equal(after(60_000), MINUTE);
  for (const ms of [999_999_999_000, Number.POSITIVE_INFINITY, Date.UTC(2099, 0, 1)])
    assert.equal(after(ms), 15 * MINUTE, String(ms));
  for (const ms of [0, -5, null, undefined, Number.NaN, "99999"]) assert.equal(after(ms), 5000, String(ms));
});

test("a series that is not for us is skipped, whatever the attempt", () => {
  const codes: FailureCode[] = [
    "LOCALIZER",
    "NO_MODEL",
    "SERIES_GONE",
    "EMPTY_MASK",
    "GANTRY_TILT",
    "PACS_TOO_LARGE",
  ];
  for (const code of codes) assert.deepEqual(decide({ code }, 1, 3), { kind: "skip" }, code);
});

test("what needs a person is buried at once", () => {
  const codes: FailureCode[] = [
    "STORE_REJECTED",
    "STORED_DIFFERS",
    "OUTPUT_INVALID",
    "PROVIDER_UNAVAILABLE",
    "MODEL_CORRUPT",
    "WEIGHTS_SHAPE",
    "SETTINGS_INVALID",
    "WORKER_DIED",
  ];
  for (const code of codes) assert.deepEqual(decide({ code }, 1, 3), { kind: "bury" }, code);
});

test("the delay spreads from 5 s to a limit that doubles from 10 s to 15 min", () => {
  assert.deepEqual(
    [1, 2, 3, 7, 8, 1000].map((n) => retryDelayMs(n, 0)),
    new Array(6).fill(5000),
  );
  assert.deepEqual(
    [0, 1, 2, 3, 7, 8, 1000, 5000].map((n) => retryDelayMs(n, 1)),
    [10_000, 10_000, 20_000, 40_000, 640_000, 15 * MINUTE, 15 * MINUTE, 15 * MINUTE],
  );
  assert.equal(retryDelayMs(2, 0.5), 12_500);
});

test("the delay is never shorter than 5 s or longer than 15 min, and grows with chance", () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), chance, chance, (failures, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((random) => retryDelayMs(failures, random));
      assert.ok(low !== undefined && high !== undefined && 5000 <= low && low <= high && high <= 15 * MINUTE);
    }),
  );
});
