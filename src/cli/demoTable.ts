import type { Verdict } from "../demo/verdict.ts";
import { roundedMl, sayMl } from "../domain/millilitres.ts";
import { bold, green, red, table, yellow } from "./output.ts";

const markOf = ({ asExpected, state }: Verdict): string =>
  asExpected ? (state === "done" ? green("✓") : yellow("–")) : red("✗");

/** What became of a series, on one line. */
export const verdictLine = (verdict: Verdict): string => {
  const { name, reason, volumeMl, trueVolumeMl, dice } = verdict;
  if (volumeMl !== null && dice !== null)
    return `${markOf(verdict)} ${name}: ${bold(sayMl(volumeMl))} (true ${trueVolumeMl === null ? "–" : sayMl(trueVolumeMl)}), Dice ${dice.toFixed(3)}`;
  return `${markOf(verdict)} ${name}: ${reason === null ? verdict.state : `${reason.sentence} [${reason.code}]`}`;
};

/** Columns of seconds with the steps that each adds up; the last takes whatever no other one does. */
const stepGroups: readonly (readonly [column: string, steps: RegExp])[] = [
  ["read", /^(origin|examine|list|retrieve|history|volume)$/],
  ["model", /^load-model$/],
  ["network", /^(preprocess|infer|mask|measure|judge)$/],
  ["objects", /^(build-|verify-built$|picture$)/],
  ["store", /^/],
];

/** Seconds per column; together they are the seconds of all steps. */
export const secondsPerColumn = (
  secondsPerStep: Verdict["secondsPerStep"],
): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = Object.fromEntries(stepGroups.map(([column]) => [column, 0]));
  for (const [step, seconds] of Object.entries(secondsPerStep)) {
    const [column] = stepGroups.find(([, steps]) => steps.test(step)) ?? ["store"];
    sums[column] = (sums[column] ?? 0) + seconds;
  }
  return sums;
};

const verdictWord = ({ state, reason }: Verdict): string =>
  state === "done" ? "segmented" : `${state === "skipped" ? "not segmented" : state}: ${reason?.code ?? ""}`;

/** 1 where something is not as expected. */
export const demoExitCode = (verdicts: readonly Verdict[]): 0 | 1 =>
  verdicts.every(({ asExpected }) => asExpected) ? 0 : 1;

/** One row a series, with seconds per group of steps. */
export const summary = (verdicts: readonly Verdict[], seconds: number): string => {
  const rows = verdicts.map((verdict) => [
    markOf(verdict),
    verdict.name,
    verdictWord(verdict),
    verdict.model ?? "",
    verdict.volumeMl === null ? "" : roundedMl(verdict.volumeMl),
    verdict.trueVolumeMl === null ? "" : roundedMl(verdict.trueVolumeMl),
    verdict.dice?.toFixed(3) ?? "",
    ...Object.values(secondsPerColumn(verdict.secondsPerStep)).map((each) =>
      verdict.state === "done" ? each.toFixed(1) : "",
    ),
  ]);
  const header = [
    "",
    "series",
    "verdict",
    "model",
    "ml",
    "true ml",
    "Dice",
    ...stepGroups.map(([column]) => `${column} s`),
  ];
  const failures = verdicts.filter(({ asExpected }) => !asExpected).length;
  const end = failures === 0 ? green("all as expected") : red(`${failures} not as expected`);
  return `\n${table(header, rows)}\n\n${verdicts.length} series in ${seconds.toFixed(0)} s: ${end}`;
};
