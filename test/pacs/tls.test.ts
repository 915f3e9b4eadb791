import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { composeDestinations, composePacs, composeWatcher } from "../../src/compose.ts";
import { type FailureCode, FailureError } from "../../src/domain/failure.ts";
import { makeLog } from "../../src/processes/log.ts";
import { settingsSchema } from "../../src/settings/settingsSchema.ts";
import { type Issued, makeAuthority, readIssued } from "../support/certificates.ts";
import { panseg, serve } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";
import { isFailure, openJobs, temporaryFolder } from "./fakeArchive.ts";

type Owner = Parameters<typeof makeAuthority>[0];

const silent = makeLog("silent");
const skip = needsTool("openssl");

/** An empty archive that speaks TLS: no study for every search, no change for every look. */
const startTls = async (t: Owner, issued: Issued, options: ServerOptions = {}): Promise<number> => {
  const server = createServer({ ...readIssued(issued), ...options }, (request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    if (request.url?.startsWith("/changes")) response.end('{"Changes":[],"Done":true,"Last":0}');
    else response.end(request.url?.startsWith("/system") ? '{"Version":"1.12"}' : "[]");
  });
  server.listen(0);
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
};

const startOpensslServer = async (t: Owner, options: readonly string[]): Promise<string> => {
  const child = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", ...options]);
  t.after(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^ACCEPT .*:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error("openssl s_server ended");
};

/** An address where nothing listens any more. */
const closedUrl = async (): Promise<string> => {
  const server = createPlainServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
};

const settingsOf = (url: string, files: Readonly<Record<string, string>> = {}) =>
  settingsSchema.parse({ pacs: { dicomwebUrl: url, orthancUrl: url, ...files } });

const pacsAt = (url: string, files: Readonly<Record<string, string>> = {}) =>
  composePacs(settingsOf(url, files), silent);

/** What a person is told. */
const told = async (url: string, files: Readonly<Record<string, string>> = {}): Promise<string> => {
  const error: unknown = await pacsAt(url, files)
    .ping()
    .then(
      () => null,
      (thrown: unknown) => thrown,
    );
  assert.ok(error instanceof FailureError);
  return `${error.failure.code}: ${error.failure.sentence}`;
};

describe("D8: an archive with a private authority", { skip }, () => {
  test("D8: caFile makes every client trust it: DICOMweb, Orthanc's own API, its change log, a destination", async (t) => {
    const authority = makeAuthority(t);
    const url = `https://127.0.0.1:${await startTls(t, authority.issue("127.0.0.1"))}`;
    const { caFile } = authority;
    assert.match(await told(url), /^PACS_UNTRUSTED: .*not trusted here.*caFile \(UNABLE_TO_VERIFY/);
    const trusting = settingsOf(url, { caFile });
    const pacs = composePacs(trusting, silent);
    assert.equal((await pacs.ping()).software, "Orthanc 1.12");
    assert.deepEqual(await pacs.findSeries(null), []);
    await composeWatcher(trusting, pacs, openJobs(t), silent).look();
    const elsewhere = settingsSchema.parse({ destinations: [{ name: "second", dicomwebUrl: url, caFile }] });
    const [, second] = composeDestinations(elsewhere, pacs, silent);
    const instance = { studyUid: "1.2", seriesUid: "1.3", sopInstanceUid: "1.4" };
    assert.equal(await second?.pacs.hasInstance(instance), false);
  });

  test("D8: a client certificate is shown, with a key that a passphrase locks", async (t) => {
    const authority = makeAuthority(t);
    const { caFile } = authority;
    const server = authority.issue("127.0.0.1");
    const asking = { ca: readFileSync(caFile), requestCert: true, rejectUnauthorized: true };
    const url = `https://127.0.0.1:${await startTls(t, server, asking)}`;
    assert.match(await told(url, { caFile }), /^PACS_UNREACHABLE: .*hung up.*client certificate/);
    const ours = authority.issue("panseg", { passphrase: "four words" });
    const keyPassphraseFile = join(temporaryFolder(t), "passphrase");
    writeFileSync(keyPassphraseFile, "four words\n");
    await pacsAt(url, { caFile, ...ours, keyPassphraseFile }).ping();
    // Within the handshake of TLS 1.2 the archive says what it misses; node:https closes the connection.
    const port = await startOpensslServer(t, [
      ...["-cert", server.certFile, "-key", server.keyFile, "-CAfile", caFile],
      ...["-Verify", "1", "-verify_return_error", "-www", "-tls1_2"],
    ]);
    const strict = `https://127.0.0.1:${port}`;
    assert.match(
      await told(strict, { caFile }),
      /^PACS_UNTRUSTED: .*asks for a client certificate.*certFile/,
    );
    const stranger = makeAuthority(t).issue("panseg");
    assert.match(await told(strict, { caFile, ...stranger }), /^PACS_UNTRUSTED: .*not the right one/);
  });

  test("D8: the sentence says what is wrong with a certificate, and what to do", async (t) => {
    const authority = makeAuthority(t);
    const { caFile } = authority;
    const itself = authority.signItself("127.0.0.1");
    const itsUrl = `https://127.0.0.1:${await startTls(t, itself)}`;
    assert.match(await told(itsUrl), /^PACS_UNTRUSTED: .*signed by itself.*caFile/);
    await pacsAt(itsUrl, { caFile: itself.certFile }).ping();
    const expired = `https://127.0.0.1:${await startTls(t, authority.issue("127.0.0.1", { days: -1 }))}`;
    assert.match(await told(expired, { caFile }), /^PACS_UNTRUSTED: .*has expired.*clock/);
    const other = `https://127.0.0.1:${await startTls(t, authority.issue("pacs.example"))}`;
    assert.match(await told(other, { caFile }), /^PACS_UNTRUSTED: .*for another name/);
  });

  test("D8: files that are no certificates are refused at the start, and by config check", async (t) => {
    const authority = makeAuthority(t);
    const [one, two] = [authority.issue("one"), authority.issue("two", { passphrase: "locked" })];
    const wrong: readonly Readonly<Record<string, string>>[] = [
      { caFile: "/nowhere/ca.pem" },
      { caFile: one.keyFile },
      { certFile: one.certFile },
      { certFile: one.certFile, keyFile: authority.issue("three").keyFile },
      { ...two },
    ];
    for (const files of wrong)
      assert.throws(() => pacsAt("https://127.0.0.1:1", files), isFailure("SETTINGS_INVALID"));
    const checked = await panseg(["config", "check"], { PANSEG__PACS__CAFILE: one.keyFile });
    assert.equal(checked.code, 2);
    assert.match(checked.stderr, /caFile names holds no certificate/);
  });
});

describe("D8: what else keeps an archive from answering is called by its name", () => {
  const startPlain = async (t: Owner, status: number, type: string, body: string): Promise<string> => {
    const server = createPlainServer((_, response) =>
      response.writeHead(status, { "content-type": type }).end(body),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  };

  const answers: readonly (readonly [string, number, string, string, FailureCode, RegExp])[] = [
    ["401", 401, "text/plain", "", "PACS_UNAUTHORIZED", /other credentials.*username/],
    ["403", 403, "text/plain", "", "PACS_UNAUTHORIZED", /forbids this/],
    ["404", 404, "text/html", "<html>", "PACS_ERROR", /no DICOMweb at this address/],
    ["a web page", 200, "text/html; charset=utf-8", "<html>", "PACS_BAD_ANSWER", /A web page answered/],
  ];
  for (const [name, status, type, body, code, words] of answers)
    test(`D8: ${name}`, async (t) => {
      const sentence = await told(await startPlain(t, status, type, body));
      assert.ok(sentence.startsWith(`${code}: `), sentence);
      assert.match(sentence, words);
    });

  test("D8: no such name, nothing that listens, no TLS where https:// is written", async (t) => {
    assert.match(await told("http://archive.invalid"), /^PACS_UNREACHABLE: .*name of the archive/);
    assert.match(await told(await closedUrl()), /^PACS_UNREACHABLE: Nothing listens.*host and port/);
    const plain = await startPlain(t, 200, "application/json", "[]");
    const asTls = plain.replace("http:", "https:");
    assert.match(await told(asTls), /^PACS_BAD_ANSWER: .*does not speak TLS/);
  });

  test("D8: readiness says so too", async (t) => {
    const dataFolder = temporaryFolder(t);
    const service = await serve({
      PANSEG__DATAFOLDER: dataFolder,
      PANSEG__PACS__DICOMWEBURL: await startPlain(t, 401, "text/plain", ""),
      PANSEG__WATCH__ENABLED: "false",
    });
    t.after(() => service.kill());
    const { degraded } = (await (await fetch(`${service.url}/readyz`)).json()) as {
      degraded: readonly { readonly code: string; readonly sentence: string }[];
    };
    assert.equal(degraded[0]?.code, "PACS_UNAUTHORIZED");
    assert.match(degraded[0]?.sentence ?? "", /other credentials/);
  });
});
