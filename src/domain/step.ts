import type { OutputKind } from "./outputs.ts";

/** Steps with one name each. */
export type PlainStep =
  | "open"
  | "headers"
  | "origin"
  | "examine"
  | "list"
  | "retrieve"
  | "history"
  | "load-model"
  | "volume"
  | "values"
  | "preprocess"
  | "infer"
  | "mask"
  | "measure"
  | "judge"
  | "verify-built"
  | "picture"
  | "spool"
  | "write";

/** A named line of the story; an object is stored and read back under its own name, beside which the destination may stand. */
export type StepName =
  | PlainStep
  | `series ${number} of ${number}`
  | `build-${OutputKind}`
  | `${"store" | "verify"}-${string}`;
