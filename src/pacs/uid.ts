import { failed } from "../domain/failure.ts";

/** True for a UID that may stand in a URL: digits and dots, at most 64 (PS3.5 9.1), and no path segment "." or "..". */
export const isUid = (text: string | null): text is string =>
  text !== null && /^[0-9.]{1,64}$/.test(text) && /[0-9]/.test(text);

/** Throws UID_INVALID unless every value may stand in a URL. The value itself is not repeated: it could be anything. */
export const assertUids = (...uids: readonly string[]): void => {
  if (uids.some((uid) => !isUid(uid)))
    throw failed("UID_INVALID", "A UID is not made of at most 64 digits and dots.", {
      lengths: uids.map((uid) => uid.length),
    });
};
