/** How often the drift alarm is wrong at steady sites, and after how many cases it finds a fall; printed as a table. */
import { driftOf } from "../../../src/quality/driftOf.ts";
import { runOf, type SiteKind } from "../../quality/simulatedSites.ts";

/** Simulated sites of each cell: `node test/bench/evaluate/drift.ts 2000`. */
const RUNS = Number(process.argv[2] ?? 2000);
const STEADY_CASES = 200;
const MOST_FALSE_ALARMS = 0.02;
const SOON = 10;
const LEAST_SOON = 0.95;
/** From so many first cases on a fall of 2 SD has to be found soon; with fewer it is printed. */
const JUDGED_FROM = 50;
const SDS = 2;

const kinds: readonly SiteKind[] = ["normal", "beta-skewed", "80 % untouched"];
const baselines = [20, 30, 50];
const steadyBefore = [0, 40, 150];

/** Cases after the baseline before the first that alarms; −1 where none does. */
const firstAlarm = (cases: ReturnType<typeof runOf>, baselineCases: number): number =>
  driftOf(cases, null, baselineCases).points.findIndex(({ isAlarm }) => isAlarm);

const runs = <T>(run: (seed: number) => T): readonly T[] =>
  Array.from({ length: RUNS }, (_, seed) => run(seed));

const falseAlarms = (kind: SiteKind, baseline: number): number =>
  runs((seed) => firstAlarm(runOf(kind, seed, { steady: baseline + STEADY_CASES }), baseline)).filter(
    (first) => first >= 0,
  ).length / RUNS;

/** Share of the sites without a false alarm before that find a fall within ten cases, and the median of those cases. */
const foundSoon = (kind: SiteKind, baseline: number, before: number) => {
  const found = runs((seed) =>
    firstAlarm(runOf(kind, seed, { steady: baseline + before, fallen: SOON, sds: SDS }), baseline),
  )
    .filter((first) => first < 0 || first >= before)
    .map((first) => (first < 0 ? Number.POSITIVE_INFINITY : first - before + 1))
    .toSorted((a, b) => a - b);
  return {
    share: found.filter(Number.isFinite).length / found.length,
    median: found[Math.ceil(found.length / 2) - 1] ?? Number.POSITIVE_INFINITY,
  };
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const missed: string[] = [];

console.log(
  `Drift, ${RUNS} sites a cell (standard error of 2 %: ${percent(Math.sqrt(0.0196 / RUNS))}, of 95 %: ${percent(Math.sqrt(0.0475 / RUNS))}). False alarms in ${STEADY_CASES} cases; falls of ${SDS} SD after so many steady cases found within ${SOON}, and the median`,
);
console.log(
  ["site".padEnd(16), "baseline", "false", ...steadyBefore.map((n) => `after ${n}`)]
    .map((cell) => cell.padStart(14))
    .join(""),
);
for (const kind of kinds)
  for (const baseline of baselines) {
    const wrong = falseAlarms(kind, baseline);
    if (wrong > MOST_FALSE_ALARMS)
      missed.push(`${kind}, baseline ${baseline}: ${percent(wrong)} false alarms`);
    const falls = steadyBefore.map((before) => foundSoon(kind, baseline, before));
    for (const [i, { share }] of falls.entries())
      if (baseline >= JUDGED_FROM && share < LEAST_SOON)
        missed.push(`${kind}, baseline ${baseline}: ${percent(share)} found soon after ${steadyBefore[i]}`);
    console.log(
      [
        kind.padEnd(16),
        String(baseline),
        percent(wrong),
        ...falls.map(({ share, median }) => `${percent(share)}, ${median}`),
      ]
        .map((cell) => cell.padStart(14))
        .join(""),
    );
  }
console.log(
  missed.length === 0 ? `all bars held (falls from a baseline of ${JUDGED_FROM} on)` : missed.join("\n"),
);
if (missed.length > 0) process.exitCode = 1;
