/** How often the printed 95 % interval of a mean holds the true mean, for as many cases as people have. */
import { LEAST_VALUES, meanInterval } from "../../../src/evaluate/meanInterval.ts";
import type { Interval } from "../../../src/evaluate/samples.ts";
import { type Draws, makeDraws } from "./draws.ts";

const LEAST_COVERAGE = 0.93;
/** Samples of each cell: `node test/bench/evaluate/coverage.ts 10000`; a third of them from 30 values on, where it is far. */
const SAMPLES = Number(process.argv[2] ?? 10_000);
const samplesOf = (n: number): number => (n < 30 ? SAMPLES : Math.ceil(SAMPLES / 3));

type Source = {
  readonly name: string;
  readonly mean: number;
  readonly range: Interval;
  readonly draw: (draws: Draws) => number;
  /** What no sample shows no method knows; printed, not judged, and said in the report. */
  readonly isHidden?: boolean;
};

const line: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
const positive: Interval = { low: 0, high: Number.POSITIVE_INFINITY };
const share: Interval = { low: 0, high: 1 };

const beta = (a: number, b: number): Source => ({
  name: `beta ${a}, ${b}`,
  mean: a / (a + b),
  range: share,
  draw: (draws) => draws.beta(a, b),
});

const lognormal = (sd: number): Source => ({
  name: `lognormal ${sd}`,
  mean: Math.exp(sd ** 2 / 2),
  range: positive,
  draw: (draws) => Math.exp(sd * draws.normal()),
});

const sources: readonly Source[] = [
  { name: "normal", mean: 0, range: line, draw: (draws) => draws.normal() },
  { name: "uniform", mean: 0.5, range: share, draw: (draws) => draws.uniform() },
  beta(18, 2),
  beta(9, 1),
  beta(4, 0.5),
  lognormal(0.5),
  { name: "exponential", mean: 1, range: positive, draw: (draws) => draws.gamma(1) },
  { name: "gamma 0.5", mean: 0.5, range: positive, draw: (draws) => draws.gamma(0.5) },
  lognormal(1),
  {
    name: "1 in 20 fails",
    mean: 0.95 * 0.9,
    range: share,
    draw: (draws) => (draws.uniform() < 0.05 ? 0 : draws.beta(18, 2)),
    isHidden: true,
  },
];

const sizes = [3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 45, 60, 250];

/** Of the samples that have an interval the share whose interval holds the mean; null where none has one. */
const coverageOf = ({ mean, range, draw }: Source, n: number): number | null => {
  const draws = makeDraws(1000 * n + 7);
  let [holds, has] = [0, 0];
  for (let sample = 0; sample < (n < LEAST_VALUES ? 20 : samplesOf(n)); sample++) {
    const { interval } = meanInterval(
      Array.from({ length: n }, () => draw(draws)),
      range,
    );
    if (interval === null) continue;
    has++;
    if (interval.low <= mean && mean <= interval.high) holds++;
  }
  return has === 0 ? null : holds / has;
};

const errorOf = (n: number): number => Math.sqrt((LEAST_COVERAGE * (1 - LEAST_COVERAGE)) / samplesOf(n));
const percent = (part: number): string => (100 * part).toFixed(1);

console.log(
  `Coverage of the 95 % interval of the mean, %, ${samplesOf(3)} samples each, ${samplesOf(30)} from 30 values on (standard error ${(100 * errorOf(3)).toFixed(2)} and ${(100 * errorOf(30)).toFixed(2)}); – no interval is given`,
);
console.log(["n".padStart(4), ...sources.map(({ name }) => name.padStart(14))].join(""));
let least = { coverage: 1, what: "" };
for (const n of sizes) {
  const shares = sources.map((source) => coverageOf(source, n));
  const cells = shares.map((found) => (found === null ? "–" : percent(found)).padStart(14));
  console.log([String(n).padStart(4), ...cells].join(""));
  for (const [i, coverage] of shares.entries()) {
    const { name, isHidden } = sources[i] as Source;
    if (coverage !== null && isHidden !== true && coverage < least.coverage)
      least = { coverage, what: `${name}, n = ${n}` };
  }
}
console.log(
  `least coverage that is judged: ${percent(least.coverage)} % (${least.what}); the bar is ${percent(LEAST_COVERAGE)} %`,
);
// No slack for chance: the method has to hold by more than its error.
if (least.coverage < LEAST_COVERAGE) process.exitCode = 1;
