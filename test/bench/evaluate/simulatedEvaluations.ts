/**
 * 5,000 evaluations of 1 to 40 groups of 2 to 60 cases, with ties, constants, empty masks and outliers: none may be lost, no
 * number may be printed that is none, and every null has a reason. Where Python with SciPy is there (PANSEG_PYTHON, else
 * python3), simulatedEvaluations.py computes every number anew and the two are compared.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CaseAgreement } from "../../../src/evaluate/assessCase.ts";
import {
  type CohortCase,
  type GroupSummary,
  summariseCohort,
} from "../../../src/evaluate/summariseCohort.ts";
import { type Draws, makeDraws } from "./draws.ts";

/** How many, and the seed: `node test/bench/evaluate/simulatedEvaluations.ts 5000 1`. */
const EVALUATIONS = Number(process.argv[2] ?? 5000);

/** How the cases of one evaluation are: rounded to so many decimals, identical, far out, or missed now and then. */
type Habit = {
  readonly decimals: number;
  readonly emptyShare: number;
  readonly outlierShare: number;
  readonly isConstant: boolean;
  readonly isPerfect: boolean;
};

const habitOf = (draws: Draws): Habit => ({
  decimals: [0, 1, 2, 6][Math.floor(4 * draws.uniform())] ?? 6,
  emptyShare: draws.uniform() < 0.3 ? 0.15 : 0,
  outlierShare: draws.uniform() < 0.2 ? 0.1 : 0,
  isConstant: draws.uniform() < 0.05,
  isPerfect: draws.uniform() < 0.05,
});

const agreementOf = (draws: Draws, habit: Habit): CaseAgreement => {
  const round = (value: number): number => Number(value.toFixed(habit.decimals));
  const isEmpty = draws.uniform() < habit.emptyShare;
  const far = draws.uniform() < habit.outlierShare ? 1000 : 1;
  const referenceMl = habit.isConstant ? 70 : round(9 * draws.gamma(9));
  const volumeMl =
    habit.isConstant || habit.isPerfect
      ? referenceMl
      : isEmpty
        ? 0
        : round(far * referenceMl * (0.97 + 0.08 * draws.normal()));
  const dice = isEmpty ? 0 : habit.isPerfect ? 1 : Number(draws.beta(18, 2).toFixed(habit.decimals + 2));
  const mm = (value: number): number | null => (isEmpty ? null : habit.isPerfect ? 0 : round(far * value));
  return {
    dice,
    jaccard: dice / (2 - dice),
    precision: isEmpty ? null : dice,
    recall: dice,
    kappa: dice,
    volumeMl,
    referenceMl,
    volumeDifferenceMl: volumeMl - referenceMl,
    relativeVolumeDifference: referenceMl === 0 ? null : (volumeMl - referenceMl) / referenceMl,
    hausdorffMm: mm(10 * draws.gamma(1)),
    hd95Mm: mm(4 * draws.gamma(1)),
    assdMm: mm(draws.gamma(1)),
    robustHd95Mm: mm(4 * draws.gamma(1)),
    surfaceDice: Math.sqrt(dice),
    toleranceMm: 2,
    emptyMask: isEmpty ? "first" : "none",
  };
};

const evaluationOf = (draws: Draws): readonly CohortCase[] => {
  const habit = habitOf(draws);
  return Array.from({ length: draws.logWhole(1, 40) }, (_, group) =>
    Array.from(
      { length: draws.logWhole(2, 60) },
      (_unused, n): CohortCase => ({
        name: `${group}-${n}`,
        groups: { centre: `c${group}` },
        agreement: agreementOf(draws, habit),
      }),
    ),
  ).flat();
};

/** Paths of numbers that are none. */
const oddNumbers = (value: unknown, path = ""): readonly string[] => {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => oddNumbers(inner, `${path}.${key}`));
};

/** Paths of nulls beside which no reason stands. */
const bareNulls = ({ measures, volumes, cases }: GroupSummary): readonly string[] => [
  ...Object.entries(measures).flatMap(([name, found]) =>
    found !== null && (found.interval === null) !== (found.why !== null) ? [name] : [],
  ),
  ...(volumes === null && cases >= 2 ? ["volumes"] : []),
  ...(volumes === null
    ? []
    : [
        ...(Object.values(volumes.correlation).slice(0, 5).includes(null) && volumes.correlation.why === null
          ? ["correlation"]
          : []),
        ...(volumes.pairedT.p === null && volumes.pairedT.why === null ? ["pairedT"] : []),
        ...([volumes.intraclass.icc21, volumes.intraclass.icc31].includes(null) &&
        volumes.intraclass.why === null
          ? ["icc"]
          : []),
        ...[volumes.intraclass.icc21, volumes.intraclass.icc31].flatMap((icc) =>
          icc !== null && icc.interval === null && icc.why === null ? ["icc.interval"] : [],
        ),
      ]),
];

const valuesOf = (cases: readonly CohortCase[], read: (agreement: CaseAgreement) => number | null) =>
  cases.flatMap(({ agreement }) => read(agreement) ?? []);

const python = process.env["PANSEG_PYTHON"] ?? "python3";
const hasSciPy = spawnSync(python, ["-c", "import numpy, scipy"]).status === 0;
const checker = hasSciPy
  ? spawn(python, [fileURLToPath(new URL("simulatedEvaluations.py", import.meta.url))], {
      stdio: ["pipe", "inherit", "inherit"],
    })
  : null;

// Whatever ends it early has said so itself, and its exit code counts.
checker?.stdin.on("error", () => process.exit(1));
const draws = makeDraws(Number(process.argv[3] ?? 20_261_201));
let [lost, groupCount, caseCount] = [0, 0, 0];
const faults = new Map<string, number>();
for (let n = 0; n < EVALUATIONS; n++) {
  const cases = evaluationOf(draws);
  caseCount += cases.length;
  try {
    const groups = summariseCohort(cases);
    groupCount += groups.length;
    for (const group of groups) {
      for (const fault of [...oddNumbers(group), ...bareNulls(group)])
        faults.set(fault, (faults.get(fault) ?? 0) + 1);
      if (checker === null) continue;
      const own = cases.filter(
        ({ groups: { centre } }) => group.where["centre"] === undefined || centre === group.where["centre"],
      );
      const line = {
        predicted: valuesOf(own, ({ volumeMl }) => volumeMl),
        reference: valuesOf(own, ({ referenceMl }) => referenceMl),
        dice: valuesOf(own, ({ dice }) => dice),
        hd95: valuesOf(own, ({ hd95Mm }) => hd95Mm),
        found: { dice: group.measures.dice, hd95: group.measures.hd95Mm, volumes: group.volumes },
      };
      if (!checker.stdin.write(`${JSON.stringify(line)}\n`)) await once(checker.stdin, "drain");
    }
  } catch (error) {
    lost++;
    if (lost <= 3) console.error(error);
  }
}
console.log(`${EVALUATIONS} evaluations, ${groupCount} groups, ${caseCount} cases: ${lost} lost`);
console.log(
  `numbers that are none, or nulls without a reason: ${[...faults].map(([what, times]) => `${what} ${times}`).join(", ") || "0"}`,
);
if (lost > 0 || faults.size > 0) process.exitCode = 1;
if (checker === null) console.log(`${python} has no SciPy: the numbers were not compared`);
else {
  checker.stdin.end();
  const [code] = (await once(checker, "close")) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
