import assert from "node:assert/strict";
import { test } from "node:test";
import { makeBell } from "../../src/processes/bell.ts";
import { inTime } from "../support/eventually.ts";
import { slowly } from "../support/slowly.ts";

const never = new AbortController().signal;
const HOUR_MS = 3_600_000;

test("a ring ends the wait, one before it makes it none, and the next wait needs a ring of its own", async () => {
  const bell = makeBell();
  const waiting = bell.wait(HOUR_MS, never);
  bell.ring();
  await inTime("the first wait ends", waiting);

  bell.ring();
  bell.ring();
  await inTime("the second wait ends", bell.wait(HOUR_MS, never));

  let isOver = false;
  const third = bell.wait(HOUR_MS, never).then(() => {
    isOver = true;
  });
  await slowly(20);
  assert.equal(isOver, false);
  bell.ring();
  await inTime("the third wait ends", third);
});

test("a wait ends by its time, and by a signal", async () => {
  const bell = makeBell();
  await inTime("the time is over", bell.wait(1, never));
  const over = new AbortController();
  const waiting = bell.wait(HOUR_MS, over.signal);
  over.abort();
  await inTime("the signal ends it", waiting);
});
