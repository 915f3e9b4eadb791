import type { FailureError } from "../domain/failure.ts";

/** How a format says why it does not read a file: under its own code, in a sentence with the numbers. */
export type Refuse = (
  sentence: string,
  details?: Readonly<Record<string, unknown>>,
  cause?: unknown,
) => FailureError;
