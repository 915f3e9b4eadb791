/**
 * True for a UID: digits and dots, at most 64 (PS3.5 section 9.1), and at least one digit, so that it may stand in a URL.
 * Archives are full of components with leading zeros; what must not pass is text that is no UID at all.
 */
export const isUid = (text: string | null): text is string =>
  text !== null && /^(?=.*[0-9])[0-9.]{1,64}$/.test(text);

/** True for a UID as PS3.5 section 9.1 allows it: several components, none of which begins with a zero that is not all of it. */
export const isLegalUid = (text: string): boolean =>
  text.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(text);
