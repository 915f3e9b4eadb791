import type { FailureCode } from "../domain/failure.ts";

/**
 * What an archive's word on an object that it did not store means for us. PACS_BUSY and PACS_UNAUTHORIZED pass, and say
 * nothing of the object; STORE_FAILED may lie in the moment or in the object; CLASS_REFUSED speaks of every object of its
 * class; STORE_REJECTED of this one, for good.
 */
export type StoreMeaning = {
  readonly code: Extract<
    FailureCode,
    "PACS_BUSY" | "PACS_UNAUTHORIZED" | "STORE_FAILED" | "CLASS_REFUSED" | "STORE_REJECTED"
  >;
  readonly says: string;
  /** Where it is defined. */
  readonly section: string;
};

const meaning = (code: StoreMeaning["code"], says: string, section: string = "PS3.7 C.5"): StoreMeaning => ({
  code,
  says,
  section,
});

/** Failure Reason (0008,1197); PS3.18 leaves room for others than its own six, and archives take those of DIMSE. */
const reasons: Readonly<Record<number, StoreMeaning>> = {
  // As archives use it: anything from a database that was locked for a moment to an object that has no place.
  272: meaning("STORE_FAILED", "processing failure", "PS3.18 I.2.2"),
  290: meaning("CLASS_REFUSED", "SOP class not supported", "PS3.18 I.2.2"),
  49442: meaning("CLASS_REFUSED", "transfer syntax not supported", "PS3.18 I.2.2"),
  261: meaning("STORE_REJECTED", "no such attribute"),
  262: meaning("STORE_REJECTED", "invalid attribute value"),
  263: meaning("STORE_REJECTED", "attribute list error"),
  // We looked before, and look after: what is said to be there, and is not, may be on its way.
  273: meaning("STORE_FAILED", "duplicate SOP instance"),
  274: meaning("STORE_FAILED", "no such SOP instance"),
  277: meaning("STORE_REJECTED", "invalid argument value"),
  279: meaning("STORE_REJECTED", "invalid SOP instance"),
  280: meaning("CLASS_REFUSED", "no such SOP class"),
  281: meaning("STORE_REJECTED", "class and instance in conflict"),
  288: meaning("STORE_REJECTED", "missing attribute"),
  289: meaning("STORE_REJECTED", "missing attribute value"),
  292: meaning("PACS_UNAUTHORIZED", "not authorized"),
  528: meaning("STORE_FAILED", "duplicate invocation"),
  529: meaning("CLASS_REFUSED", "unrecognized operation"),
  530: meaning("STORE_REJECTED", "mistyped argument"),
  531: meaning("PACS_BUSY", "resource limitation", "PS3.3 C.14.1.1"),
};

/** Reasons of which the standard gives the beginning alone: A7xx, A9xx, Cxxx. */
const groupMeaning = (reason: number): StoreMeaning | null => {
  if (reason >> 8 === 0xa7) return meaning("PACS_BUSY", "out of resources", "PS3.18 I.2.2");
  if (reason >> 8 === 0xa9)
    return meaning("STORE_REJECTED", "data set does not match SOP class", "PS3.18 I.2.2");
  return reason >> 12 === 0xc ? meaning("STORE_REJECTED", "cannot understand", "PS3.18 I.2.2") : null;
};

/** What a failure reason means; one that the standard does not know may mean anything. */
export const reasonMeaning = (reason: number): StoreMeaning =>
  reasons[reason] ?? groupMeaning(reason) ?? meaning("STORE_FAILED", "a reason of its own", "PS3.18 I.2.2");

/** HTTP statuses that speak of the object, where no reason is given. */
const statuses: Readonly<Record<number, StoreMeaning>> = {
  400: meaning("STORE_REJECTED", "bad request", "PS3.18 10.5.3"),
  // Every object of the request failed, for a reason that was not given.
  409: meaning("STORE_FAILED", "conflict", "PS3.18 10.5.3"),
  413: meaning("STORE_REJECTED", "content too large", "PS3.18 8.5"),
  415: meaning("CLASS_REFUSED", "unsupported media type", "PS3.18 10.5.3"),
  422: meaning("STORE_REJECTED", "unprocessable content", "RFC 9110 15.5.21"),
  423: meaning("PACS_BUSY", "locked", "RFC 4918 11.3"),
  425: meaning("PACS_BUSY", "too early", "RFC 8470 5.2"),
  507: meaning("PACS_BUSY", "insufficient storage", "RFC 4918 11.5"),
};

/** Those that speak of the caller, the address or the moment, whatever the body says. */
const ofCaller: ReadonlySet<number> = new Set([401, 403, 404, 405, 408, 429]);

/** What a status means without a reason; null where it says nothing of the object. */
export const statusMeaning = (status: number): StoreMeaning | null => {
  if (ofCaller.has(status)) return null;
  const isClientError = status >= 400 && status < 500;
  return (
    statuses[status] ?? (isClientError ? meaning("STORE_REJECTED", "a client error", "RFC 9110 15.5") : null)
  );
};

/** Whether an answer of this status speaks of the object at all, and its reason therefore counts. */
export const speaksOfObject = (status: number): boolean => status < 300 || statusMeaning(status) !== null;
