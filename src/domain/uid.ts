/**
 * True for a UID: digits and dots, at most 64 (PS3.5 section 9.1), and at least one digit, so that it may stand in a URL.
 * Archives are full of components with leading zeros; what must not pass is text that is no UID at all.
 */
export const isUid = (text: string | null): text is string =>
  text !== null && /^(?=.*[0-9])[0-9.]{1,64}$/.test(text);

/**
 * True for what a person may mean by a UID: groups of digits with single dots between them. Stricter than what archives hold,
 * so that a slip of the finger is told before anybody is asked; leading zeros are taken, since archives are full of them.
 */
export const isWellFormedUid = (text: string): boolean => text.length <= 64 && /^\d+(\.\d+)*$/.test(text);

/** True for a UID as PS3.5 section 9.1 allows it: several components, none of which begins with a zero that is not all of it. */
export const isLegalUid = (text: string): boolean =>
  text.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(text);
