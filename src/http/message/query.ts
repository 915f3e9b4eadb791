import type { NextFunction, Request, Response } from "express";
import { nearestWord } from "../../domain/nearestWord.ts";
import { problem } from "./problem.ts";

/** Reads one parameter's text: its value, or what it must be instead. */
export type Parameter<T> = (text: string) => { readonly value: T } | { readonly mustBe: string };

export const oneOf =
  <const T extends string>(words: readonly T[]): Parameter<T> =>
  (text) => {
    const value = words.find((word) => word === text);
    return value === undefined ? { mustBe: `one of ${words.join(", ")}` } : { value };
  };

export const wholeNumber =
  (least: number, most: number): Parameter<number> =>
  (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? { value }
      : { mustBe: `a whole number from ${least} to ${most}` };
  };

/** `all`, `all=1` and `all=true`, or their opposite. */
export const flag: Parameter<boolean> = (text) =>
  ["", "1", "true"].includes(text)
    ? { value: true }
    : ["0", "false"].includes(text)
      ? { value: false }
      : { mustBe: "1 or 0" };

type Parameters = Readonly<Record<string, Parameter<unknown>>>;

type Values<P extends Parameters> = {
  readonly [K in keyof P]: (P[K] extends Parameter<infer T> ? T : never) | null;
};

const unknown = (name: string, known: readonly string[]): string => {
  const named = /^[a-z][\w-]{0,31}$/i.test(name) ? `${name} is no such parameter` : "no such parameter";
  const meant = nearestWord(name, known);
  const hint = meant === null ? "; this" : `; did you mean ${meant}? This`;
  return `${named}${hint} address knows ${known.join(", ") || "none"}`;
};

/**
 * The parameters of a query, null where one is not given; null for the whole, after an answer of 400, where one is wrong, given
 * twice, or not known: who misspells a filter must not take the unfiltered for the filtered. What was given is not repeated, but
 * for a name that is a plain word.
 */
export const readQuery = <P extends Parameters>(
  { query }: Request,
  response: Response,
  parameters: P,
): Values<P> | null => {
  const problems = Object.keys(query)
    .filter((name) => !Object.hasOwn(parameters, name))
    .map((name) => unknown(name, Object.keys(parameters)));
  const values: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(parameters)) {
    const given = query[name];
    if (Array.isArray(given)) problems.push(`${name} is given more than once`);
    const result = typeof given === "string" ? read(given) : { value: null };
    if ("value" in result) values[name] = result.value;
    else problems.push(`${name} is ${result.mustBe}`);
  }
  if (problems.length === 0) return values as Values<P>;
  problem(response, 400, "USAGE", `${problems[0]}.`, { problems });
  return null;
};

/** For addresses that know no parameter at all. */
export const withoutQuery = (request: Request, response: Response, next: NextFunction): void => {
  if (readQuery(request, response, {}) !== null) next();
};
