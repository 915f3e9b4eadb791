/** Uniform whole numbers in 0 … below − 1 (below at most 2^32); the same sequence for a seed on every machine. */
export type DrawIndex = (below: number) => number;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** Spreads one seed over the four words of state (splitmix32). */
const expand = (seed: number): Int32Array => {
  let state = seed | 0;
  return Int32Array.from({ length: 4 }, () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  });
};

/**
 * Draws from xoshiro128** by Blackman & Vigna 2021, https://doi.org/10.1145/3460772, scaled to the range by its upper bits
 * (the bias is below range / 2^32). Seed: any integer; its lower 32 bits count.
 */
export const makeDrawIndex = (seed: number): DrawIndex => {
  let [a, b, c, d] = expand(seed) as unknown as [number, number, number, number];
  return (below) => {
    const word = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return Math.floor((word * below) / 2 ** 32);
  };
};
