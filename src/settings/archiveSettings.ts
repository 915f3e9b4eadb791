/** What says how an archive is reached: the one that is watched, and every further destination alike. */
import { z } from "zod";

/** The root of an archive. It is logged, printed and shown, so that no secret may stand in it. */
export const httpUrl = z
  .url({ protocol: /^https?$/ })
  .superRefine((text, context) => {
    const parsed = URL.canParse(text) ? new URL(text) : null;
    if (parsed === null) return;
    if (parsed.username !== "" || parsed.password !== "")
      context.addIssue(
        "holds a user name or password; give them as username and password beside it, the password from a file",
      );
    if (/[?#]/.test(text))
      context.addIssue(
        "is a root to which paths are added: it ends before any ? or #; a token is bearerToken",
      );
  })
  .transform((url) => url.replace(/\/+$/, ""));

/** RFC 9110 5.5: what else a header cannot carry would fail at every request. */
const token = z.string().regex(/^[\x21-\x7e]+$/, "is no token of printable characters without spaces");

export const credentials = {
  username: z.string().nullable().default(null),
  password: z.string().nullable().default(null),
  bearerToken: token.nullable().default(null),
};

const pemFile = z.string().nullable().default(null);

/** Files in PEM, for https://. */
export const certificates = {
  /** The only authorities that are trusted; null: those that this machine knows. */
  caFile: pemFile,
  /** Our own certificate and its key, for archives that ask for one. */
  certFile: pemFile,
  keyFile: pemFile,
  /** Holds the passphrase of the key. */
  keyPassphraseFile: pemFile,
};
