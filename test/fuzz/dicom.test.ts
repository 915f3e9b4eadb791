import assert from "node:assert/strict";
import { test } from "node:test";
import { runFuzz } from "./runFuzz.ts";

const count = Number(process.env["PANSEG_TEST_FUZZ"] ?? 2000);

test(`${count} broken files and every file made to hurt become a volume or a failure with a code`, async (t) => {
  const result = await runFuzz({
    seed: 1,
    count,
    // The machine of a test run is shared; the command itself allows five seconds.
    hangMs: 15_000,
    maxRssBytes: 1.5 * 2 ** 30,
    onProgress: () => {},
  });
  t.diagnostic(`${result.files} files, slowest ${result.slowestMs.toFixed(0)} ms`);
  assert.deepEqual(result.findings, []);
  assert.ok(result.files >= count);
  // Mutants that all fail at once, or none of which fails, would test nothing.
  assert.ok((result.outcomes["volume"] ?? 0) > count / 10);
  assert.ok(Object.keys(result.outcomes).length > 8);
});
