import { FailureError, failed } from "../../domain/failure.ts";

/** The value, or the failure instead of throwing it. */
export const attempt = <T>(run: () => T): T | FailureError => {
  try {
    return run();
  } catch (error) {
    if (error instanceof FailureError) return error;
    throw error;
  }
};

/** The same failure, naming the instance. */
export const blame = (sopInstanceUid: string, { failure, cause }: FailureError): FailureError =>
  failed(failure.code, failure.sentence, { ...failure.details, sopInstanceUids: [sopInstanceUid] }, cause);
