import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, type Dispatcher } from "undici";
import { failed } from "../domain/failure.ts";

/** Certificates and keys in PEM. */
export type Tls = {
  /** The only authorities that are trusted, or the archive's own certificate; null: those that this machine knows. */
  readonly ca: string | null;
  /** Our own certificate, where the archive asks who we are, with its key; both or none. */
  readonly cert: string | null;
  readonly key: string | null;
  readonly passphrase: string | null;
};

/** The same as files. */
export type TlsFiles = {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly keyPassphraseFile: string | null;
};

/** Throws SETTINGS_INVALID for a file that cannot be read. */
export const readTls = ({ caFile, certFile, keyFile, keyPassphraseFile }: TlsFiles): Tls => ({
  ca: readPem(caFile, "caFile"),
  cert: readPem(certFile, "certFile"),
  key: readPem(keyFile, "keyFile"),
  passphrase: readPem(keyPassphraseFile, "keyPassphraseFile")?.trimEnd() ?? null,
});

const readPem = (file: string | null, name: string): string | null => {
  try {
    return file === null ? null : readFileSync(file, "utf8");
  } catch (error) {
    throw failed("SETTINGS_INVALID", `${name} cannot be read: ${file}`, { name, file }, error);
  }
};

/**
 * Connections with the certificates of one archive; null where it needs none. Throws SETTINGS_INVALID for what is no
 * certificate or key, a key that the passphrase does not open, or one that is another certificate's.
 */
export const makeDispatcher = (tls: Tls | null): Dispatcher | null => {
  if (tls === null || (tls.ca === null && tls.cert === null && tls.key === null)) return null;
  checkCertificates(tls);
  const { ca, cert, key, passphrase } = tls;
  return new Agent({
    connect: {
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
      ...(passphrase === null ? {} : { passphrase }),
    },
  });
};

/** At the start, with words: at the first request TLS would fail, in the terms of a library. */
const checkCertificates = ({ ca, cert, key, passphrase }: Tls): void => {
  if (ca !== null) readCertificate(ca, "caFile");
  if ((cert === null) !== (key === null))
    throw failed("SETTINGS_INVALID", "A client certificate needs both certFile and keyFile.");
  if (cert === null || key === null) return;
  const certificate = readCertificate(cert, "certFile");
  if (!certificate.checkPrivateKey(readKey(key, passphrase)))
    throw failed("SETTINGS_INVALID", "The key in keyFile does not belong to the certificate in certFile.");
};

const readCertificate = (pem: string, name: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch {
    throw failed("SETTINGS_INVALID", `What ${name} names holds no certificate in PEM.`);
  }
};

const readKey = (pem: string, passphrase: string | null) => {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === null ? {} : { passphrase }) });
  } catch {
    throw failed(
      "SETTINGS_INVALID",
      "What keyFile names holds no private key in PEM, or one that keyPassphraseFile does not open.",
    );
  }
};
