import assert from "node:assert/strict";
import { test } from "node:test";
import { makeMemory } from "../../src/http/pages/memory.ts";

/** A memory whose clock and answers are in the test's hands. */
const openMemory = (options: { keepMs?: number; waitMs?: number; parallel?: number } = {}) => {
  const clock = { ms: 0 };
  const asked: string[] = [];
  const open: { key: string; answer: (text: string) => void; fail: () => void }[] = [];
  const remember = makeMemory(
    (key) => {
      asked.push(key);
      return new Promise<string>((resolve, reject) => {
        open.push({ key, answer: resolve, fail: () => reject(new Error("no")) });
      });
    },
    { keepMs: 60_000, waitMs: 2000, parallel: 4, nowMs: () => clock.ms, ...options },
  );
  const settle = async (how: (question: (typeof open)[number]) => void): Promise<void> => {
    // An answer makes room for the next question.
    for (let turn = 0; turn < 20; turn++) {
      for (const question of open.splice(0)) how(question);
      await new Promise(setImmediate);
    }
  };
  return { clock, asked, open, remember, settle };
};

const answerAll = (question: { key: string; answer: (text: string) => void }) =>
  question.answer(`${question.key}!`);

test("a key is asked for once in its time, and again after it", async () => {
  const { clock, asked, remember, settle } = openMemory();
  const first = remember(["a", "b"]);
  await settle(answerAll);
  assert.deepEqual(Object.fromEntries(await first), { a: "a!", b: "b!" });
  clock.ms = 59_999;
  assert.deepEqual(Object.fromEntries(await remember(["a", "b"])), { a: "a!", b: "b!" });
  assert.deepEqual(asked, ["a", "b"]);
  clock.ms = 60_000;
  const again = remember(["a", "b"]);
  await settle(({ key, answer }) => answer(`${key}?`));
  assert.deepEqual(Object.fromEntries(await again), { a: "a?", b: "b?" });
  assert.equal(asked.length, 4);
});

test("nobody waits longer than the wait; what comes later is there the next time", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { clock, asked, remember, settle } = openMemory({ waitMs: 30 });
  const waiting = remember(["a"]);
  t.mock.timers.tick(30);
  assert.equal((await waiting).size, 0);
  clock.ms = 1_000_000;
  const again = remember(["a"]);
  t.mock.timers.tick(1);
  assert.equal((await again).size, 0, "and nobody waits again for the same question");
  assert.deepEqual(asked, ["a"]);
  await settle(answerAll);
  assert.deepEqual(Object.fromEntries(await remember(["a"])), { a: "a!" });
});

test("at most so many questions are open, and none is begun that nobody waits for", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { clock, asked, open, remember, settle } = openMemory({ parallel: 2, waitMs: 20 });
  const keys = ["a", "b", "c", "d", "e"];
  const waiting = remember(keys);
  t.mock.timers.tick(20);
  await waiting;
  assert.equal(open.length, 2);
  clock.ms = 5000;
  await settle(answerAll);
  assert.deepEqual(asked, ["a", "b"]);
  const next = remember(keys);
  await settle(answerAll);
  assert.equal((await next).size, 5);
  assert.deepEqual(asked, keys);
});

test("a failure leaves the key without an answer for a time, or with the answer it had", async () => {
  const { clock, asked, remember, settle } = openMemory();
  const first = remember(["a", "b"]);
  await settle((question) => (question.key === "a" ? question.fail() : answerAll(question)));
  assert.deepEqual(Object.fromEntries(await first), { b: "b!" });
  clock.ms = 100;
  assert.equal((await remember(["a", "b"])).size, 1);
  assert.equal(asked.length, 2);
  clock.ms = 60_100;
  const later = remember(["a", "b"]);
  await settle((question) => question.fail());
  assert.deepEqual(Object.fromEntries(await later), { b: "b!" });
});

test("keys that are not asked for any more are forgotten", async () => {
  const { asked, remember, settle } = openMemory();
  const first = remember(["a"]);
  await settle(answerAll);
  await first;
  assert.equal((await remember([])).size, 0);
  const again = remember(["a"]);
  await settle(answerAll);
  assert.equal((await again).size, 1);
  assert.deepEqual(asked, ["a", "a"]);
});
