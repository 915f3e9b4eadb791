/** How often the printed 95 % interval of a mean holds the true mean, for as many cases as people have. */
import { meanInterval } from "../../../src/evaluate/meanInterval.ts";
import type { Interval } from "../../../src/evaluate/samples.ts";
import { type Draws, makeDraws } from "./draws.ts";

const SAMPLES = 1000;
const LEAST_COVERAGE = 0.93;

type Source = {
  readonly name: string;
  readonly mean: number;
  readonly range: Interval;
  readonly draw: (draws: Draws) => number;
  /** Known to be too skewed for any method that we know; printed, not judged. */
  readonly isBeyond?: boolean;
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
  { ...lognormal(1), isBeyond: true },
];

const sizes = [3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 45, 60];

/** Share of samples whose interval holds the mean; null where no sample has one. */
const coverageOf = ({ mean, range, draw }: Source, n: number): number | null => {
  const draws = makeDraws(1000 * n + 7);
  let [holds, has] = [0, 0];
  for (let sample = 0; sample < SAMPLES; sample++) {
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

console.log(`Coverage of the 95 % interval of the mean, %, ${SAMPLES} samples each; – no interval is given`);
console.log(["n".padStart(4), ...sources.map(({ name }) => name.padStart(13))].join(""));
// Two standard errors of a share that is counted in so many samples.
const slack = 2 * Math.sqrt((LEAST_COVERAGE * (1 - LEAST_COVERAGE)) / SAMPLES);
for (const n of sizes) {
  const shares = sources.map((source) => coverageOf(source, n));
  const cells = shares.map((found) => (found === null ? "–" : (100 * found).toFixed(1)).padStart(13));
  console.log([String(n).padStart(4), ...cells].join(""));
  for (const [i, found] of shares.entries())
    if (found !== null && sources[i]?.isBeyond !== true && found < LEAST_COVERAGE - slack)
      process.exitCode = 1;
}
