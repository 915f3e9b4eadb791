/**
 * True for a UID: digits and dots, at most 64 (PS3.5 section 9.1), and at least one digit, so that it may stand in a URL.
 * Archives are full of components with leading zeros; what must not pass is text that is no UID at all.
 */
export const isUid = (text: string | null): text is string =>
  text !== null && /^(?=.*[0-9])[0-9.]{1,64}$/.test(text);
