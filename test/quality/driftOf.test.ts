import assert from "node:assert/strict";
import { test } from "node:test";
import { driftOf } from "../../src/quality/driftOf.ts";
import { casesOf, steadyDices } from "./cases.ts";

const RUNS = 500;
const seeds = Array.from({ length: RUNS }, (_, seed) => seed + 1);

test("of 500 steady series few ever alarm within 40 cases after the baseline", () => {
  const alarmed = seeds.filter((seed) => {
    const { points } = driftOf(casesOf(steadyDices(seed, 60)), null, 20);
    assert.equal(points.length, 40);
    return points.some(({ ewma, lowerLimit }) => ewma < lowerLimit);
  });
  assert.ok(alarmed.length <= 0.04 * RUNS, `${alarmed.length} of ${RUNS}`);
});

test("a fall by 2 SD alarms in nearly every series, most within 10 cases", () => {
  const found = seeds.map((seed) => {
    const dices = [...steadyDices(seed, 40), ...steadyDices(seed + RUNS, 30, 0.82)];
    const drift = driftOf(casesOf(dices), null, 20);
    const first = drift.points.findIndex(({ ewma, lowerLimit }) => ewma < lowerLimit);
    return { isAlarm: drift.status === "alarm", after: first - 20 };
  });
  const alarms = found.filter(({ isAlarm }) => isAlarm);
  assert.ok(alarms.length >= 0.98 * RUNS, `${alarms.length} of ${RUNS}`);
  const soon = found.filter(({ after }) => after >= 0 && after < 10);
  assert.ok(soon.length >= 0.85 * RUNS, `${soon.length} of ${RUNS} soon`);
});

test("an alarm says how far it fell, below which limit, from what, and since when", () => {
  const dices = [...steadyDices(1, 40), ...Array.from({ length: 20 }, () => 0.7)];
  const { status, sentence, scanner, cases } = driftOf(casesOf(dices), "Ring 3", 20);
  assert.deepEqual([status, scanner, cases], ["alarm", "Ring 3", 60]);
  assert.match(
    sentence,
    /^The weighted mean Dice is 7\d\.\d % \(usual: 8\d\.\d %\)\. It fell below its limit of 8\d\.\d % with a correction of 2025-05\.$/,
  );
});

test("what gets better never alarms, and what recovered is told without an alarm", () => {
  const better = [...steadyDices(2, 30), ...Array.from({ length: 30 }, () => 0.99)];
  assert.equal(driftOf(casesOf(better), null, 20).status, "steady");
  const recovered = [...steadyDices(3, 30), 0.3, 0.3, ...steadyDices(4, 30)];
  const { status, sentence } = driftOf(casesOf(recovered), null, 20);
  assert.equal(status, "steady");
  assert.match(sentence, /was below its limit in 2025-0\d and has recovered/);
});

test("with fewer than five cases after the baseline nothing is judged, and it says so", () => {
  const few = driftOf(casesOf(steadyDices(5, 24)), null, 20);
  assert.deepEqual([few.status, few.target, few.points], ["too-few", null, []]);
  assert.match(few.sentence, /24 corrected case\(s\) are too few to judge; 25 are needed/);
  assert.equal(driftOf(casesOf(steadyDices(5, 25)), null, 20).points.length, 5);
  assert.equal(driftOf(casesOf(steadyDices(5, 24)), null, 19).points.length, 5);
});

test("a baseline that does not vary says nothing of what is usual", () => {
  const { status, sentence } = driftOf(casesOf(Array.from({ length: 30 }, () => 1)), null, 20);
  assert.equal(status, "no-spread");
  assert.match(sentence, /first 20 cases all have a Dice of 100\.0 %/);
});
