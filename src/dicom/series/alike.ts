import type { Value } from "./splitCollisions.ts";

/** What a scanner measures, computes or rounds: headers of one acquisition say it with noise. */
const measured: ReadonlySet<string> = new Set([
  "EchoTime",
  "InversionTime",
  "FlipAngle",
  "DiffusionBValue",
  "KVP",
  "SliceThickness",
]);

/** Noise in headers stays below it (single precision, 119.9 kV, 1 ms of 160); echoes and beams lie further apart. */
const relativeNoise = 0.01;

/** Case and white space are how a value was typed, not what it is. */
const folded = (value: Value): Value =>
  typeof value === "string" ? value.trim().replace(/\s+/g, " ").toUpperCase() : value;

/**
 * What stands for each of these values of an attribute, the same for those that differ in noise alone: 1 % of what is
 * measured, the case and white space of texts.
 */
export const alike = (name: string, values: readonly Value[]): ((value: Value) => Value) => {
  if (!measured.has(name)) return folded;
  const ascending = [...new Set(values.filter((value) => typeof value === "number"))].sort((a, b) => a - b);
  const known = new Map<number, number>();
  let least = Number.NaN;
  for (const value of ascending) {
    if (!(value - least <= relativeNoise * Math.abs(value))) least = value;
    known.set(value, least);
  }
  return (value) => (typeof value === "number" ? (known.get(value) ?? value) : folded(value));
};
