import type { Random } from "../../src/demo/phantom/random.ts";

/** A number below `end`; the smaller ones are likelier the larger `bias` is. */
export const below = (random: Random, end: number, bias = 1): number =>
  Math.min(end - 1, Math.floor(random.next() ** bias * end));

export type ByteMutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const flipBits: ByteMutation = (bytes, random) => {
  const copy = Uint8Array.from(bytes);
  for (let n = below(random, 16, 2); n >= 0; n--) {
    const at = below(random, copy.length);
    copy[at] = (copy[at] as number) ^ (1 << below(random, 8));
  }
  return copy;
};

const fillRun: ByteMutation = (bytes, random) => {
  const copy = Uint8Array.from(bytes);
  const start = below(random, copy.length);
  const end = start + 1 + below(random, 200, 3);
  const value = random.pick([0, 0xff, 0x20, 0x5c, null]);
  for (let at = start; at < Math.min(end, copy.length); at++) copy[at] = value ?? below(random, 256);
  return copy;
};

const truncate: ByteMutation = (bytes, random) => bytes.slice(0, below(random, bytes.length + 1, 0.5));

/** A stretch of the file put over another one, or between two bytes. */
const splice: ByteMutation = (bytes, random) => {
  const from = below(random, bytes.length);
  const stretch = bytes.subarray(from, from + 1 + below(random, 400, 2));
  const to = below(random, bytes.length);
  const resume = to + (random.next() < 0.5 ? stretch.length : 0);
  return Buffer.concat([bytes.subarray(0, to), stretch, bytes.subarray(resume)]);
};

const cutOut: ByteMutation = (bytes, random) => {
  const start = below(random, bytes.length);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + 1 + below(random, 200, 3))]);
};

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Digits anywhere, also deep inside sequences, become other digits, signs, separators or exponents. */
const smudgeNumbers: ByteMutation = (bytes, random) => {
  const copy = Uint8Array.from(bytes);
  const alphabet = Buffer.from("0123456789.-+eE\\ ", "latin1");
  for (let n = 1 + below(random, 6); n > 0; n--) {
    let at = below(random, Math.min(copy.length, 20_000));
    while (at < copy.length && !isDigit(copy[at] as number)) at++;
    if (at < copy.length) copy[at] = alphabet[below(random, alphabet.length)] as number;
  }
  return copy;
};

export const byteMutations: readonly [ByteMutation, ...ByteMutation[]] = [
  flipBits,
  fillRun,
  truncate,
  splice,
  cutOut,
  smudgeNumbers,
];
