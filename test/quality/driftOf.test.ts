import assert from "node:assert/strict";
import { test } from "node:test";
import { driftOf, driftsOf } from "../../src/quality/driftOf.ts";
import { casesOf, steadyDices } from "./cases.ts";
import { runOf } from "./simulatedSites.ts";

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

/** Cases after the baseline before the first that alarms; −1 where none does. */
const firstAlarm = (cases: Parameters<typeof driftOf>[0], baselineCases: number): number =>
  driftOf(cases, null, baselineCases).points.findIndex(({ isAlarm }) => isAlarm);

const kinds = ["normal", "beta-skewed", "80 % untouched"] as const;

for (const kind of kinds)
  test(`E2: of 400 steady sites (${kind}) at most 2 % alarm within 200 cases`, () => {
    const alarmed = Array.from({ length: 400 }, (_, run) =>
      firstAlarm(runOf(kind, run, { steady: 220 }), 20),
    );
    const count = alarmed.filter((first) => first >= 0).length;
    assert.ok(count <= 0.02 * 400, `${count} of 400`);
  });

for (const kind of kinds)
  for (const before of [0, 40, 150])
    test(`E2: a fall of 2 SD (${kind}) after ${before} steady cases is found within 10 in 95 % of sites whose baseline has 50`, () => {
      const cases = { steady: 50 + before, fallen: 10, sds: 2 };
      const found = Array.from({ length: 400 }, (_, run) => firstAlarm(runOf(kind, run, cases), 50)).filter(
        (first) => first < 0 || first >= before,
      );
      const soon = found.filter((first) => first >= 0).length;
      assert.ok(soon >= 0.95 * found.length, `${soon} of ${found.length}`);
    });

test("E2: twenty accepted unchanged, then ten of 0.24, alarm; the same history always has the same verdict", () => {
  const cases = casesOf([...Array.from({ length: 20 }, () => 1), ...Array.from({ length: 10 }, () => 0.24)]);
  const drift = driftOf(cases, null, 20);
  assert.equal(drift.status, "alarm");
  assert.match(drift.sentence, /\(usual: 100\.0 %\)\. It fell below its limit of 9\d\.\d %/);
  assert.deepEqual(driftOf(cases, null, 20), drift);
  // For ever: the fallen state becomes no new usual one.
  const later = casesOf([
    ...cases.map(({ agreement }) => agreement.dice),
    ...Array.from({ length: 200 }, () => 0.24),
  ]);
  assert.equal(driftOf(later, null, 20).status, "alarm");
});

test("E2: a touch of a mask is no fall where nearly all are accepted unchanged, however often it comes", () => {
  const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 1);
  for (const dices of [
    [...ones(19), 0.999, ...Array.from({ length: 40 }, () => 0.998)],
    [...ones(19), 0.999, ...ones(10), 0.998, ...ones(10)],
    ones(60),
    [...ones(19), 0.999, ...ones(5), 0.24, ...ones(3)],
  ])
    assert.equal(
      driftOf(casesOf(dices), null, 20).points.findIndex(({ isAlarm }) => isAlarm),
      -1,
    );
});

test("E2: several scanners share the one chance in fifty, and a scanner alone asks for no more", () => {
  const one = casesOf(steadyDices(1, 30), "Ring 3");
  const alarmWealth = (cases: Parameters<typeof driftsOf>[0]) =>
    driftsOf(cases, { baselineCases: 20 }).map((drift) => drift.alarmWealth);
  assert.deepEqual(alarmWealth(one), [50, 50]);
  assert.deepEqual(alarmWealth([...one, ...casesOf(steadyDices(2, 30), "Ring 4")]), [150, 150, 150]);
  // A scanner with too few cases is not judged, and takes nothing from the others.
  assert.deepEqual(alarmWealth([...one, ...casesOf(steadyDices(2, 10), "Ring 4")]), [100, 100, 100]);
});
