/** Every way in which the product declines or fails: one table, whose rows say all that is decided by a code. */
import { ofArchives } from "./failures/ofArchives.ts";
import { ofMachine } from "./failures/ofMachine.ts";
import { ofModels } from "./failures/ofModels.ts";
import { ofRequests } from "./failures/ofRequests.ts";
import { ofSeries } from "./failures/ofSeries.ts";
import type { FailurePolicy } from "./failures/policy.ts";

const failureTable = {
  ...ofSeries,
  ...ofModels,
  ...ofArchives,
  ...ofMachine,
  ...ofRequests,
} as const satisfies Record<string, FailurePolicy>;

export type FailureCode = keyof typeof failureTable;

/** Numbers, UIDs and names that show what was measured; never patient text. */
export type FailureDetails = Readonly<Record<string, unknown>>;

export type Failure = {
  readonly code: FailureCode;
  /** One sentence with the numbers in it. */
  readonly sentence: string;
  /** What the reader can do about it. */
  readonly remedy: string;
  readonly details: FailureDetails;
};

/** Carries a failure through `throw`; the original error, if any, is the `cause`. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(`${failure.code}: ${failure.sentence}`, options);
    this.name = "FailureError";
    this.failure = failure;
  }
}

/** The remedy is that of the code unless the cause knows a better one. */
export const makeFailure = (
  code: FailureCode,
  sentence: string,
  details: FailureDetails = {},
  remedy: string = failureTable[code].remedy,
): Failure => ({ code, sentence, remedy, details });

/** Build an error to throw: `throw failed("LOCALIZER", "3 slices in 3 orientations.", { … })`. */
export const failed = (
  code: FailureCode,
  sentence: string,
  details: FailureDetails = {},
  cause?: unknown,
): FailureError =>
  new FailureError(makeFailure(code, sentence, details), cause === undefined ? undefined : { cause });

/** Every code, in the order of the table. */
export const failureCodes = Object.keys(failureTable) as readonly FailureCode[];

const policies: Readonly<Partial<Record<string, FailurePolicy>>> = failureTable;

/** What is decided by the code alone; nothing else keeps a list of codes. A ledger may hold one of another version. */
export const policyOf = (code: FailureCode): FailurePolicy => policies[code] ?? failureTable.INTERNAL;

/** Whether it lies in one answer of an archive that is there: to ask in another way may bring more. */
export const isOfAnswer = (error: unknown): boolean => {
  if (!(error instanceof FailureError)) return false;
  const { about, class: kind } = policyOf(error.failure.code);
  return about === "answer" && kind === "ambiguous";
};

/** The failure inside any thrown value; what is not one of ours becomes INTERNAL without its text, which could hold patient data. */
export const toFailure = (error: unknown): Failure =>
  error instanceof FailureError
    ? error.failure
    : makeFailure("INTERNAL", "An unexpected error stopped this step.", {
        errorName: error instanceof Error ? error.name : typeof error,
      });
