import assert from "node:assert/strict";
import { test } from "node:test";
import { type Delivery, isDue, sayDelivery } from "../../src/domain/delivery.ts";
import { makeFailure } from "../../src/domain/failure.ts";

const waiting: Delivery = {
  destination: "reading-room",
  state: "waiting",
  attempts: 0,
  countedAttempts: 0,
  failure: null,
  notBeforeMs: new Date(2026, 11, 1, 10, 31).getTime(),
  updatedAtMs: new Date(2026, 11, 1, 10, 30).getTime(),
};
const failure = makeFailure("PACS_UNREACHABLE", "It does not answer.");

test("S8: a delivery says in words where the result is, and when the next try is", () => {
  assert.equal(sayDelivery(waiting), "waiting for reading-room");
  assert.equal(
    sayDelivery({ ...waiting, attempts: 1, failure }),
    "waiting for reading-room (next try 10:31)",
  );
  assert.equal(sayDelivery({ ...waiting, state: "delivered" }), "delivered to reading-room");
  assert.equal(sayDelivery({ ...waiting, state: "failed", failure }), "not delivered to reading-room");
});

test("F27: a delivery is due at its time, and where its time was set before the clock went back", () => {
  const { notBeforeMs, updatedAtMs } = waiting;
  assert.deepEqual(
    [updatedAtMs, notBeforeMs - 1, notBeforeMs, updatedAtMs - 1].map((nowMs) => isDue(waiting, nowMs)),
    [false, false, true, true],
  );
  for (const state of ["delivered", "failed"] as const)
    assert.equal(isDue({ ...waiting, state }, notBeforeMs), false);
});
