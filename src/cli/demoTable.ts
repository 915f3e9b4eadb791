import type { Verdict } from "../demo/verdict.ts";
import { bold, green, red, table, yellow } from "./output.ts";

const markOf = ({ asExpected, state }: Verdict): string =>
  asExpected ? (state === "done" ? green("✓") : yellow("–")) : red("✗");

/** What became of a series, on one line. */
export const verdictLine = (verdict: Verdict): string => {
  const { name, reason, volumeMl, trueVolumeMl, dice } = verdict;
  if (volumeMl !== null && dice !== null)
    return `${markOf(verdict)} ${name}: ${bold(`${volumeMl.toFixed(1)} ml`)} (true ${trueVolumeMl?.toFixed(1)} ml), Dice ${dice.toFixed(3)}`;
  return `${markOf(verdict)} ${name}: ${reason === null ? verdict.state : `${reason.sentence} [${reason.code}]`}`;
};

const secondsOf = (verdict: Verdict, ...steps: readonly string[]): string => {
  const seconds = steps.reduce((sum, step) => sum + (verdict.secondsPerStep[step] ?? 0), 0);
  return verdict.state === "done" ? seconds.toFixed(1) : "";
};

const verdictWord = ({ state, reason }: Verdict): string =>
  state === "done" ? "segmented" : `${state === "skipped" ? "not segmented" : state}: ${reason?.code ?? ""}`;

/** One row a series, with seconds per group of steps. */
export const summary = (verdicts: readonly Verdict[], seconds: number): string => {
  const rows = verdicts.map((verdict) => [
    markOf(verdict),
    verdict.name,
    verdictWord(verdict),
    verdict.model ?? "",
    verdict.volumeMl?.toFixed(1) ?? "",
    verdict.trueVolumeMl?.toFixed(1) ?? "",
    verdict.dice?.toFixed(3) ?? "",
    secondsOf(verdict, "list", "retrieve", "volume"),
    secondsOf(verdict, "preprocess"),
    secondsOf(verdict, "load-model", "infer"),
    secondsOf(verdict, "mask", "measure", "judge"),
    secondsOf(verdict, "build-seg", "build-sr", "verify-built", "picture", "spool"),
  ]);
  const header = [
    "",
    "series",
    "verdict",
    "model",
    "ml",
    "true ml",
    "Dice",
    "read s",
    "prepare s",
    "network s",
    "mask s",
    "objects s",
  ];
  const failures = verdicts.filter(({ asExpected }) => !asExpected).length;
  const end = failures === 0 ? green("all as expected") : red(`${failures} not as expected`);
  return `\n${table(header, rows)}\n\n${verdicts.length} series in ${seconds.toFixed(0)} s: ${end}`;
};
