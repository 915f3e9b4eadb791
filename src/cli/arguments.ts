/**
 * Words and numbers that are typed after options and commands, parsed to values and judged before any work begins. Each is a
 * parser for commander, which names the option beside the sentence thrown here.
 */
import { InvalidArgumentError } from "commander";
import { type FailureCode, failureCodes } from "../domain/failure.ts";
import { nearestWord } from "../domain/nearestWord.ts";
import { isWellFormedUid } from "../domain/uid.ts";

export type Parse<T> = (text: string) => T;

export const invalid = (sentence: string): InvalidArgumentError => new InvalidArgumentError(sentence);

/** One of these words, in any case. */
export const choice =
  <const T extends string>(words: readonly T[]): Parse<T> =>
  (text) => {
    const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw invalid(`It is one of ${words.join(", ")}.`);
    return found;
  };

/** Both ends included. */
type Range = { readonly least: number; readonly most: number };

const inRange = (value: number, { least, most }: Range, kind: string): number => {
  if (value >= least && value <= most) return value;
  throw invalid(`It is a ${kind} from ${least} to ${most}.`);
};

/** A whole number in decimal digits. */
export const wholeNumber =
  (range: Range): Parse<number> =>
  (text) =>
    inRange(/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN, range, "whole number");

/** A number in decimal notation, with a point, and a power of ten if need be. */
export const decimalNumber =
  (range: Range): Parse<number> =>
  (text) =>
    inRange(/^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN, range, "number");

/** A code of the table of failures, in any case. */
export const failureCode: Parse<FailureCode> = (text) => {
  const code = failureCodes.find((each) => each === text.toUpperCase());
  if (code !== undefined) return code;
  const nearest = nearestWord(text.toUpperCase(), failureCodes);
  throw invalid(`It is no code of a failure${nearest === null ? "." : `; did you mean ${nearest}?`}`);
};

/** The number of a job. */
export const jobNumber: Parse<number> = (text) => {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw invalid("A job has a whole number, as panseg jobs list shows it.");
  return Number(text);
};

/** A day of the calendar, as YYYY-MM-DD; YYYYMMDD, as DICOM writes it, is taken too. */
export const day: Parse<string> = (text) => {
  const [, year, month, date] = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text) ?? [];
  const written = `${year}-${month}-${date}`;
  const time = new Date(`${written}T00:00:00Z`);
  // Date takes the 31st of February for the 3rd of March.
  if (year === undefined || Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== written)
    throw invalid("It is a day such as 2026-01-31.");
  return written;
};

/** What is not empty, and no option that took the place of a value. */
export const nonEmpty: Parse<string> = (text) => {
  if (text === "") throw invalid("It is empty, as a variable is that was never set.");
  if (text.startsWith("-") && text !== "-")
    throw invalid(`Its value seems to be missing; for a name that begins with a hyphen write ./${text}.`);
  return text;
};

/** A UID of DICOM. */
export const uid: Parse<string> = (text) => {
  if (isWellFormedUid(nonEmpty(text))) return text;
  throw invalid("A UID has at most 64 digits and dots, a digit on both sides of each dot, as in 1.2.840.1.");
};
