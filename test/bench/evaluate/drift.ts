/** How often the drift alarm is wrong at steady sites, and after how many cases it finds a fall; printed as a table. */
import { driftOf } from "../../../src/quality/driftOf.ts";
import { runOf, type SiteKind } from "../../quality/simulatedSites.ts";

const kinds: readonly SiteKind[] = ["normal", "beta-skewed", "80 % untouched"];
const STEADY_CASES = 200;
const FALLEN_CASES = 30;

/** Cases after the baseline before the first that alarms; −1 where none does. */
const firstAlarm = (cases: ReturnType<typeof runOf>, baselineCases: number): number =>
  driftOf(cases, null, baselineCases).points.findIndex(({ isAlarm }) => isAlarm);

const share = (count: number, of: number): string => `${((100 * count) / of).toFixed(1)} %`;

const percentile = (sorted: readonly number[], part: number): string => {
  const found = sorted[Math.ceil(part * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(found) ? String(found) : `> ${FALLEN_CASES}`;
};

const falseAlarms = (kind: SiteKind, baselineCases: number, runs: number): string => {
  const alarmed = Array.from({ length: runs }, (_, run) =>
    firstAlarm(runOf(kind, run, { steady: baselineCases + STEADY_CASES }), baselineCases),
  ).filter((first) => first >= 0);
  return share(alarmed.length, runs);
};

const delays = (kind: SiteKind, baselineCases: number, before: number, sds: number, runs: number): string => {
  const found = Array.from({ length: runs }, (_, run) => {
    const steady = baselineCases + before;
    const first = firstAlarm(runOf(kind, run, { steady, fallen: FALLEN_CASES, sds }), baselineCases);
    return first < 0 ? Number.POSITIVE_INFINITY : first - before + 1;
  })
    .filter((delay) => delay > 0)
    .toSorted((a, b) => a - b);
  const soon = found.filter((delay) => delay <= 10).length;
  return `${share(soon, found.length)}, ${percentile(found, 0.5)}, ${percentile(found, 0.95)}`;
};

/** Rows of kind, baseline, false alarms within 200 cases, then for each fall: found within 10, median, 95th percentile. */
export const printDrift = (runs = 2000): void => {
  console.log(
    `Drift: ${runs} simulated sites a cell; a fall: found within 10 cases, median and 95th percentile of cases`,
  );
  for (const kind of kinds)
    for (const baseline of [20, 50, 100])
      console.log({
        site: kind,
        baseline,
        [`false alarms in ${STEADY_CASES}`]: falseAlarms(kind, baseline, runs),
        "1.5 SD at once": delays(kind, baseline, 0, 1.5, runs),
        "2 SD at once": delays(kind, baseline, 0, 2, runs),
        "2 SD after 40": delays(kind, baseline, 40, 2, runs),
      });
};

if (import.meta.main) printDrift(Number(process.argv[2] ?? 2000));
