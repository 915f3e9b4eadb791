/** Reproducible random numbers: integer arithmetic and IEEE basics alone, so that every machine draws the same. */
export type Random = {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  readonly between: (least: number, most: number) => number;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
  /** A signed 32-bit seed for a field. */
  readonly seed: () => number;
};

/** FNV-1a, 32 bits. */
const hashText = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
};

/** Draws that depend on the seed and the stream's name alone; one stream never disturbs another (mulberry32). */
export const makeRandom = (seed: number, stream: string): Random => {
  let state = hashText(`${seed}|${stream}`);
  const seedOf = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return mixed ^ (mixed >>> 14);
  };
  const next = (): number => (seedOf() >>> 0) / 4294967296;
  return {
    next,
    between: (least, most) => least + (most - least) * next(),
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
    seed: seedOf,
  };
};

const mix = (value: number): number => {
  let h = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** Four bytes of one hash added up: close to normal, mean 0, standard deviation 1, within ±3.5. */
export const bellAt = (index: number, seed: number): number => {
  const h = mix(Math.imul(index, 0x9e3779b1) ^ seed);
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 147.8;
};

const lattice = (i: number, j: number, k: number, seed: number): number =>
  mix(Math.imul(i, 0x27d4eb2d) ^ Math.imul(j, 0x165667b1) ^ Math.imul(k, 0x9e3779b1) ^ seed) / 2147483648;

const smooth = (t: number): number => t * t * (3 - 2 * t);

const faceAt = (i: number, j: number, k: number, u: number, v: number, seed: number): number => {
  const a = lattice(i, j, k, seed);
  const b = lattice(i, j + 1, k, seed);
  const near = a + u * (lattice(i + 1, j, k, seed) - a);
  const far = b + u * (lattice(i + 1, j + 1, k, seed) - b);
  return near + v * (far - near);
};

/** Smooth noise within ±1 at a point of a unit lattice. */
export const noiseAt = (x: number, y: number, z: number, seed: number): number => {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const k = Math.floor(z);
  const u = smooth(x - i);
  const v = smooth(y - j);
  const w = smooth(z - k);
  const low = faceAt(i, j, k, u, v, seed);
  return low + w * (faceAt(i, j, k + 1, u, v, seed) - low);
};
