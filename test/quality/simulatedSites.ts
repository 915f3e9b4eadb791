import type { CorrectedCase } from "../../src/domain/quality.ts";
import { makeDrawIndex } from "../../src/evaluate/random.ts";
import { casesOf } from "./cases.ts";

/** A place where people correct masks: the Dice of its cases, and what it falls by. */
export type Site = { readonly sdOfDice: number; readonly dice: () => number };
export type SiteKind = "normal" | "beta-skewed" | "80 % untouched";

type Uniform = () => number;

const normal = (uniform: Uniform): number =>
  Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

/** Marsaglia & Tsang 2000, for a shape of at least one. */
const gamma = (shape: number, uniform: Uniform): number => {
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(uniform);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
};

const beta = (a: number, b: number, uniform: Uniform): number => {
  const [x, y] = [gamma(a, uniform), gamma(b, uniform)];
  return x / (x + y);
};

/** SD: of a normal 0.03; of Beta(9, 1.2) by its formula; of the mixture 0.8 at 1, 0.2 of mean 0.85 and SD 0.05. */
export const siteOf = (kind: SiteKind, seed: number): Site => {
  const draw = makeDrawIndex(seed);
  const uniform: Uniform = () => (draw(2 ** 32) + 0.5) / 2 ** 32;
  if (kind === "normal") return { sdOfDice: 0.03, dice: () => 0.88 + 0.03 * normal(uniform) };
  if (kind === "beta-skewed")
    return { sdOfDice: Math.sqrt((9 * 1.2) / (10.2 ** 2 * 11.2)), dice: () => beta(9, 1.2, uniform) };
  const within = 0.2 * (0.05 ** 2 + 0.12 ** 2);
  return {
    sdOfDice: Math.sqrt(within + 0.8 * 0.03 ** 2),
    dice: () => (uniform() < 0.8 ? 1 : 0.85 + 0.05 * normal(uniform)),
  };
};

/** Steady cases, then such as lie `sds` lower; each run has UIDs of its own. */
export const runOf = (
  kind: SiteKind,
  run: number,
  {
    steady,
    fallen = 0,
    sds = 0,
  }: { readonly steady: number; readonly fallen?: number; readonly sds?: number },
): readonly CorrectedCase[] => {
  const { dice, sdOfDice } = siteOf(kind, run);
  const dices = Array.from({ length: steady + fallen }, (_, n) => dice() - (n < steady ? 0 : sds * sdOfDice));
  return casesOf(dices).map((each, n) => ({ ...each, correctionSopInstanceUid: `1.4.${run}.${n}` }));
};
