import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FailureCode } from "../../src/domain/failure.ts";
import { FailureError } from "../../src/domain/failure.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import type { JobStore } from "../../src/ports/jobs.ts";
import type { Log } from "../../src/ports/world.ts";
import type { TestInstance } from "./objects.ts";

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

type Owner = { readonly after: (end: () => void | Promise<void>) => void };

/** An HTTP server on loopback that plays an archive as `answer` says; everything asked is kept. */
export const startArchive = async (
  owner: Owner,
  answer: (asked: Asked, response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly asked: readonly Asked[] }> => {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", "http://archive");
    const one = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    asked.push(one);
    answer(one, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  owner.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, asked };
};

export const sendJson = (response: ServerResponse, json: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/dicom+json" }).end(JSON.stringify(json));
};

/** DICOM JSON with one text, number or list of items for each tag. */
export const dicomJson = (values: Readonly<Record<string, string | number | readonly unknown[]>>) =>
  Object.fromEntries(
    Object.entries(values).map(([tag, value]) => [
      tag,
      { vr: "UN", Value: Array.isArray(value) ? value : [value] },
    ]),
  );

/** A multipart answer as WADO-RS sends it. */
export const sendPart = (response: ServerResponse, bytes: Uint8Array): void => {
  response.writeHead(200, { "content-type": 'multipart/related; type="application/dicom"; boundary=b' });
  response.write("--b\r\nContent-Type: application/dicom\r\n\r\n");
  response.write(bytes);
  response.end("\r\n--b--");
};

/** A log that keeps its lines. */
export const keepLog = (): Log & {
  readonly lines: { level: string; event: string; fields: Readonly<Record<string, unknown>> }[];
} => {
  const lines: { level: string; event: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const at =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      lines.push({ level, event, fields });
    };
  return { info: at("info"), warn: at("warn"), error: at("error"), lines };
};

export const temporaryFolder = (owner: Owner): string => {
  const folder = mkdtempSync(join(tmpdir(), "pacs-"));
  owner.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The real job store, with nothing in it. */
export const openJobs = (owner: Owner): JobStore => {
  const jobs = openSqliteJobStore({
    file: join(temporaryFolder(owner), "jobs.sqlite"),
    clock: { nowMs: () => Date.now() },
    maxAttempts: 3,
  });
  owner.after(() => jobs.close());
  return jobs;
};

/** For assert.rejects: a failure of ours with this code; `details` are compared where given. */
export const isFailure =
  (code: FailureCode, details: Readonly<Record<string, unknown>> = {}) =>
  (error: unknown): boolean => {
    if (!(error instanceof FailureError)) throw error;
    const found = JSON.stringify(Object.keys(details).map((key) => error.failure.details[key] ?? null));
    if (error.failure.code !== code || found !== JSON.stringify(Object.values(details)))
      throw new Error(`${error.failure.code} ${JSON.stringify(error.failure.details)}, not ${code}`);
    return true;
  };

export const bytesOf = (instances: readonly TestInstance[]): readonly Uint8Array[] =>
  instances.map((instance) => instance.bytes);

export const sopUidsOf = (instances: readonly TestInstance[]): readonly string[] =>
  instances.map((instance) => instance.sopInstanceUid);
