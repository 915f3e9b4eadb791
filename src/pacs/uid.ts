import { failed } from "../domain/failure.ts";
import { isUid } from "../domain/uid.ts";

/** Throws UID_INVALID unless every value may stand in a URL. The value itself is not repeated: it could be anything. */
export const assertUids = (...uids: readonly string[]): void => {
  if (uids.some((uid) => !isUid(uid)))
    throw failed("UID_INVALID", "A UID is not made of at most 64 digits and dots.", {
      lengths: uids.map((uid) => uid.length),
    });
};
