import type { Interval } from "../../evaluate/samples.ts";
import type { Html } from "../../html/html.ts";
import { withNote } from "./table.ts";

/** Stands where a number cannot be given. */
export const none = "–";

/** With a real minus sign, and no sign on what rounds to zero; "–" for null. */
export const fixed = (value: number | null | undefined, digits: number): string => {
  if (value === null || value === undefined) return none;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
};

/** As `fixed`, with a plus before what is above zero: for differences. */
export const signed = (value: number | null | undefined, digits: number): string => {
  const text = fixed(value, digits);
  return (value ?? 0) > 0 && Number(text) !== 0 ? `+${text}` : text;
};

/** A fraction (0…1) as a percentage with one decimal, without its sign. */
export const percent = (fraction: number | null | undefined): string =>
  fixed(fraction === null || fraction === undefined ? null : 100 * fraction, 1);

/** "88.3 ± 7.2"; the mean alone where there is no SD. */
export const meanSd = (
  summary: { readonly mean: number; readonly sd: number | null } | null | undefined,
  digits: number,
  factor = 1,
): string => {
  if (summary === null || summary === undefined) return none;
  const mean = fixed(factor * summary.mean, digits);
  return summary.sd === null ? mean : `${mean} ± ${fixed(factor * summary.sd, digits)}`;
};

/** "86.1 to 90.4": a dash would read as a minus. */
export const between = (interval: Interval | null | undefined, digits: number, factor = 1): string =>
  interval === null || interval === undefined
    ? none
    : `${fixed(factor * interval.low, digits)} to ${fixed(factor * interval.high, digits)}`;

/** A number, and where there is none a dash with the reason. */
export const orWhy = (text: string, why: string | null | undefined): Html =>
  withNote(text, text === none ? (why ?? null) : null);

/** A p value with three decimals, never "0.000". */
export const pValue = (p: number | null): string =>
  p === null ? none : p < 0.001 ? "< 0.001" : p.toFixed(3);

/** "1 case", "3 cases". */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** "2026-03-01 14:05 UTC" of an ISO 8601 time in UTC. */
export const minuteOf = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
