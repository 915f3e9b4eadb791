/** What is said of an archive, of one of its answers, or of a destination of results. */
import { ambiguous, permanent, refused, transient } from "./policy.ts";

export const ofArchives = {
  PACS_UNREACHABLE: transient("archive", "The archive does not answer; it is tried again."),
  PACS_TIMEOUT: {
    ...transient("answer", "The archive answers too slowly; it is tried again."),
    httpStatus: 504,
  },
  PACS_UNTRUSTED: transient(
    "archive",
    "No trusted connection: see caFile, certFile and keyFile in the settings of this archive, and the clocks.",
  ),
  PACS_UNAUTHORIZED: transient(
    "archive",
    "The archive refuses the credentials; correct them in the settings.",
  ),
  PACS_BUSY: transient("archive", "The archive asks to come back later; it is tried again."),
  PACS_ERROR: ambiguous("answer", "The archive answered with an error; it is tried again."),
  PACS_BAD_ANSWER: ambiguous("answer", "The archive's answer could not be read; it is tried again."),
  PACS_TOO_LARGE: {
    ...refused("Ask for less at once, or raise the limit where the settings have one."),
    about: "answer",
    httpStatus: 502,
  },
  STORE_FAILED: {
    ...ambiguous("destination", "The archive could not store the object just now; it is tried again."),
    exitCode: 4,
  },
  CLASS_REFUSED: {
    ...ambiguous("destination", "The archive is asked once more whether it takes objects of this class."),
    retry: "uncounted",
    exitCode: 4,
  },
  STORE_REJECTED: permanent(
    "destination",
    "The archive refuses the result object; see its reason. Where it takes no such objects, switch that output off; then: panseg jobs retry.",
  ),
  STORED_DIFFERS: permanent(
    "destination",
    "The archive holds other bytes under our UID; nothing was overwritten.",
  ),
} as const;
