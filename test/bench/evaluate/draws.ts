import { makeDrawIndex } from "../../../src/evaluate/random.ts";

/** Seeded draws from the distributions that people's numbers look like. */
export const makeDraws = (seed: number) => {
  const index = makeDrawIndex(seed);
  /** 0 < u < 1. */
  const uniform = (): number => (index(2 ** 32) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  /** Marsaglia & Tsang 2000, https://doi.org/10.1145/358407.358414. */
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const beta = (a: number, b: number): number => {
    const first = gamma(a);
    return first / (first + gamma(b));
  };
  /** From least to most, small ones as often as large ones on a scale of ratios. */
  const logWhole = (least: number, most: number): number =>
    Math.min(most, Math.floor(least * ((most + 1) / least) ** uniform()));
  return { uniform, normal, gamma, beta, logWhole };
};

export type Draws = ReturnType<typeof makeDraws>;
