import { type FailureDetails, FailureError, failed, makeFailure } from "../domain/failure.ts";

const unknownAuthority =
  "comes from an authority that is not trusted here: name the file with that authority's certificate in caFile";

/** What is wrong with the archive's certificate, by the code of OpenSSL or Node, and what to do. */
const certificateFaults: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "is signed by itself: if it is the right one, name its file in caFile",
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_HAS_EXPIRED: "has expired: let the archive have a new one, or set this machine's clock right",
  CERT_NOT_YET_VALID: "is not valid yet: set the clocks of the archive and of this machine right",
  CERT_REVOKED: "has been revoked: let the archive have a new one",
  ERR_TLS_CERT_ALTNAME_INVALID: "is for another name: use the name that it bears in the archive's address",
};

/** How the archive ends a handshake in which it does not like us. */
const clientFault =
  /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_\w+|HANDSHAKE_FAILURE|ACCESS_DENIED)/;

/** Why there is no connection at all. */
const unreachable: Readonly<Record<string, string>> = {
  ENOTFOUND: "The name of the archive is not known (ENOTFOUND): look at the address and at DNS.",
  EAI_AGAIN: "The name of the archive could not be looked up (EAI_AGAIN): DNS does not answer.",
  ECONNREFUSED:
    "Nothing listens at the archive's address (ECONNREFUSED): look at host and port, and whether it runs.",
  ECONNRESET:
    "The archive hung up before it answered (ECONNRESET); with https:// it may want a client certificate: see certFile.",
  UND_ERR_SOCKET:
    "The archive hung up before it answered (UND_ERR_SOCKET); with https:// it may want a client certificate: see certFile.",
  EHOSTUNREACH: "There is no way to the archive's address (EHOSTUNREACH).",
  ENETUNREACH: "There is no way to the archive's address (ENETUNREACH).",
};

const BAD_PORT = "BAD_PORT";

/** What fetch itself refuses has no code; these are its words, which quote nothing (undici's, after the Fetch standard). */
const codeOfWords: Readonly<Record<string, string>> = { "bad port": BAD_PORT };

const badPort = (details: FailureDetails): FailureError =>
  new FailureError(
    makeFailure(
      "PACS_UNREACHABLE",
      "The archive's port is kept for another protocol, so that no HTTP client asks it (a bad port of the Fetch standard, as 1, 22 and 6000 are).",
      details,
      "Let the archive listen at another port, such as 8042, and name that in the settings.",
    ),
  );

/**
 * What an error of fetch means: PACS_TIMEOUT, PACS_UNTRUSTED, PACS_BAD_ANSWER or PACS_UNREACHABLE, each with
 * details.errorCode. The error's text may quote a header, so only its code is kept.
 */
export const networkFailure = (error: unknown, hasBegun: boolean): FailureError => {
  const errorCode = codeOf(error);
  const code = errorCode ?? "unknown cause";
  const details = { errorCode };
  if (/TIMEOUT|ETIMEDOUT/.test(code))
    return failed("PACS_TIMEOUT", `The archive did not answer (${code}).`, details);
  const fault = certificateFaults[code];
  if (fault !== undefined)
    return failed("PACS_UNTRUSTED", `The archive's certificate ${fault} (${code}).`, details);
  if (clientFault.test(code))
    return failed(
      "PACS_UNTRUSTED",
      `The archive asks for a client certificate and has none, or not the right one: see certFile and keyFile (${code}).`,
      details,
    );
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code))
    return failed(
      "PACS_BAD_ANSWER",
      `The archive does not speak TLS at this port: write http:// or name another port (${code}).`,
      details,
    );
  if (hasBegun) return failed("PACS_BAD_ANSWER", "The archive's answer broke off before its end.", details);
  if (/^HPE_|HEADERS_OVERFLOW|^HTTPParserError$/.test(code))
    return failed("PACS_BAD_ANSWER", `The answer is no readable HTTP (${code}).`, details);
  if (code === BAD_PORT) return badPort(details);
  return failed("PACS_UNREACHABLE", unreachable[code] ?? `No connection to the archive (${code}).`, details);
};

/** The code of the innermost error, else its name. */
const codeOf = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  const inner = codeOf(error instanceof AggregateError ? error.errors[0] : error.cause);
  if (inner !== null) return inner;
  return "code" in error && typeof error.code === "string"
    ? error.code
    : (codeOfWords[error.message] ?? error.name);
};
