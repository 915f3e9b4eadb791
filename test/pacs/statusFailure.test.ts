import assert from "node:assert/strict";
import { test } from "node:test";
import { readRetryAfterMs } from "../../src/pacs/statusFailure.ts";

test("F9 Retry-After is read as seconds or as a date", () => {
  const nowMs = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(readRetryAfterMs("120", nowMs), 120_000);
  assert.equal(readRetryAfterMs(" 0 ", nowMs), 0);
  assert.equal(readRetryAfterMs("Thu, 01 Jan 2026 00:01:30 GMT", nowMs), 90_000);
  assert.equal(readRetryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", nowMs), 0);
  assert.equal(readRetryAfterMs("Thursday, 01-Jan-26 00:01:30 GMT", nowMs), 90_000);
  assert.equal(readRetryAfterMs("Thu Jan  1 00:01:30 2026 GMT", nowMs), 90_000);
  for (const garbage of ["soon", "-5", "1.5", "Thu", "", "5 s"])
    assert.equal(readRetryAfterMs(garbage, nowMs), null, garbage);
  assert.equal(readRetryAfterMs(null, nowMs), null);
});
