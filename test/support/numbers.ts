import assert from "node:assert/strict";

/** Largest absolute difference; NaN where either array holds one. */
export const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.equal(a.length, b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++)
    most = Math.max(most, Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN)));
  return most;
};

export const rangeOf = (values: ArrayLike<number>): number => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i] ?? Number.NaN);
    high = Math.max(high, values[i] ?? Number.NaN);
  }
  return high - low;
};

/** Dice overlap of two masks; 1 where both are empty. */
export const dice = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.equal(a.length, b.length);
  let [both, sum] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i] === 1 && b[i] === 1 ? 1 : 0;
    sum += (a[i] === 1 ? 1 : 0) + (b[i] === 1 ? 1 : 0);
  }
  return sum === 0 ? 1 : (2 * both) / sum;
};

/** Repeatable numbers of a bell-like shape around 0 (Mulberry32, three uniform draws each). */
export const noise = (count: number, seed = 1): Float32Array => {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => uniform() + uniform() + uniform() - 1.5);
};
