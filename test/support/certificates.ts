import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Files in PEM of one certificate and its key. */
export type Issued = { readonly certFile: string; readonly keyFile: string };

export type Authority = {
  readonly caFile: string;
  /** A certificate for a name (an address stands for itself); `days` may be negative: then it has expired. */
  readonly issue: (name: string, options?: { days?: number; passphrase?: string }) => Issued;
  /** A certificate of nobody's but its own. */
  readonly signItself: (name: string) => Issued;
};

/** A certificate authority of its own, made anew by openssl in a folder that ends with `owner`. */
export const makeAuthority = (owner: { readonly after: (end: () => void) => void }): Authority => {
  const folder = mkdtempSync(join(tmpdir(), "authority-"));
  owner.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  const openssl = (...options: string[]): void =>
    void execFileSync("openssl", options, { stdio: "ignore", cwd: folder });
  const newKey = (name: string, passphrase: string | undefined): readonly string[] => [
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", at(`${name}.key`)],
    ...(passphrase === undefined ? ["-nodes"] : ["-passout", `pass:${passphrase}`]),
  ];
  const alternative = (name: string): string =>
    `subjectAltName=${/^[\d.]+$/.test(name) ? "IP" : "DNS"}:${name}`;
  const signItself = (file: string, name: string): Issued => {
    openssl(
      ...["req", "-x509", ...newKey(file, undefined), "-subj", `/CN=${name}`, "-days", "2"],
      ...["-addext", alternative(name), "-out", at(`${file}.pem`)],
    );
    return { certFile: at(`${file}.pem`), keyFile: at(`${file}.key`) };
  };
  signItself("authority", "Test authority");
  let count = 0;
  return {
    caFile: at("authority.pem"),
    signItself: (name) => signItself(`own-${++count}`, name),
    issue: (name, { days = 2, passphrase } = {}) => {
      const file = `issued-${++count}`;
      openssl("req", ...newKey(file, passphrase), "-subj", `/CN=${name}`, "-out", at(`${file}.csr`));
      writeFileSync(at(`${file}.ext`), alternative(name));
      openssl(
        ...["x509", "-req", "-in", at(`${file}.csr`), "-days", String(days), "-extfile", at(`${file}.ext`)],
        ...["-CA", at("authority.pem"), "-CAkey", at("authority.key"), "-CAcreateserial"],
        ...["-out", at(`${file}.pem`)],
      );
      return { certFile: at(`${file}.pem`), keyFile: at(`${file}.key`) };
    },
  };
};

/** What node:https wants. */
export const readIssued = ({ certFile, keyFile }: Issued) => ({
  cert: readFileSync(certFile),
  key: readFileSync(keyFile),
});
