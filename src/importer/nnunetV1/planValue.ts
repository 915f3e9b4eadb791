import { mapZyx, type Zyx, zyx } from "../../domain/axes.ts";
import { type FailureError, failed } from "../../domain/failure.ts";
import { withoutNumpy } from "../pickle/numpyValue.ts";
import type { PickleValue } from "../pickle/pickleValue.ts";

/** Reading of a plan's dict: each function names the key in its PLAN_INVALID. */
export const invalidPlan = (sentence: string, details: Record<string, unknown> = {}): FailureError =>
  failed("PLAN_INVALID", sentence, details);

export const dictAt = (value: PickleValue | undefined, key: string): Map<PickleValue, PickleValue> => {
  if (value instanceof Map) return value;
  throw invalidPlan(`The plan's ${key} is missing or no dict.`, { key });
};

export const numberAt = (value: PickleValue | undefined, key: string): number => {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw invalidPlan(`The plan's ${key} is missing or no number.`, { key });
};

export const wholeAt = (value: PickleValue | undefined, key: string, least: number, most: number): number => {
  const whole = numberAt(value, key);
  if (Number.isInteger(whole) && whole >= least && whole <= most) return whole;
  throw invalidPlan(`The plan's ${key} is ${whole}; ${least} to ${most} are possible.`, {
    key,
    value: whole,
  });
};

export const textAt = (value: PickleValue | undefined, key: string): string => {
  if (typeof value === "string") return value;
  throw invalidPlan(`The plan's ${key} is missing or no text.`, { key });
};

export const listAt = (value: PickleValue | undefined, key: string): readonly PickleValue[] => {
  const list = withoutNumpy(value);
  if (Array.isArray(list)) return list;
  throw invalidPlan(`The plan's ${key} is missing or no list.`, { key });
};

/** Three numbers in (z,y,x) order; a 2-D plan has two and is refused. */
export const tripleAt = (value: PickleValue | undefined, key: string): Zyx<number> => {
  const list = listAt(value, key);
  if (list.length !== 3) {
    throw invalidPlan(`The plan's ${key} has ${list.length} values; a 3-D plan has 3.`, { key });
  }
  return mapZyx(zyx(list[0], list[1], list[2]), (item) => numberAt(item, key));
};

export const wholeTripleAt = (
  value: PickleValue | undefined,
  key: string,
  least: number,
  most: number,
): Zyx<number> => mapZyx(tripleAt(value, key), (item) => wholeAt(item, key, least, most));
