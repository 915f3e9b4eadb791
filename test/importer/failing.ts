import assert from "node:assert/strict";
import { type Failure, type FailureCode, FailureError } from "../../src/domain/failure.ts";

/** Asserts that the call fails with the code; returns the failure for a closer look. */
export const failsWith = async (code: FailureCode, call: () => unknown): Promise<Failure> => {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof FailureError, `not a failure of ours: ${error}`);
    assert.equal(error.failure.code, code, error.message);
    return error.failure;
  }
  return assert.fail(`nothing failed; ${code} was expected`);
};

/** A test body of the above alone. */
export const refuses = (code: FailureCode, call: () => unknown) => async (): Promise<void> => {
  await failsWith(code, call);
};
