/** Settings before they are checked: what file and environment say, key by key. */
import { nearestWord } from "../domain/nearestWord.ts";
import { settingsSchema } from "./settingsSchema.ts";

export type Tree = { [key: string]: unknown };

/** What was probably meant by a name that is not known, as the end of a sentence. */
export const meant = (typed: string, known: readonly string[]): string => {
  const nearest = nearestWord(typed, known);
  return nearest === null ? "" : `; did you mean ${nearest}?`;
};

/** Every key with its default. */
export const defaults = (): Tree => settingsSchema.parse({});

export const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);
