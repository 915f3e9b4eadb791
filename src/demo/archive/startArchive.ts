import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FailureError } from "../../domain/failure.ts";
import { type Answer, plainAnswer } from "./answer.ts";
import { NAME } from "./orthancApi.ts";
import { route } from "./routes.ts";
import { type ArchiveLog, openShelf, type Shelf } from "./shelf.ts";

export type ArchiveOptions = {
  /** Keeps everything; made where it is missing. One archive at a time. */
  readonly folder: string;
  /** On 127.0.0.1; 0 or absent: any free one. */
  readonly port?: number;
  /** How long nothing may come before a series is called stable. */
  readonly stableMs: number;
  /** A larger body is answered 413 and not kept in memory. */
  readonly maxBodyBytes?: number;
  readonly log?: ArchiveLog;
};

export type Archive = {
  /** Root of DICOMweb. */
  readonly url: string;
  /** Root of what it offers of Orthanc's own API. */
  readonly restUrl: string;
  readonly stop: () => Promise<void>;
};

/**
 * A small DICOMweb archive for demonstrations and tests, and for nothing else: it lets everyone on this machine read and
 * store, so it listens on 127.0.0.1 alone. It stores and delivers as is, without transcoding.
 */
export const startArchive = async (options: ArchiveOptions): Promise<Archive> => {
  const { port = 0, maxBodyBytes = 512 * 2 ** 20, log = { warn: () => {} } } = options;
  const shelf = openShelf(options.folder, options.stableMs, log);
  let restUrl = "";
  const server = createServer((request, response) => {
    const answering = isForUs(request.headers.host)
      ? answerRequest(shelf, request, maxBodyBytes, `${restUrl}/dicom-web`, log)
      : Promise.resolve(plainAnswer(403, "This archive answers to loopback names alone."));
    void answering
      .then((answer) => send(response, answer))
      .catch(() => {
        // The client went away, or the answer broke while it was sent.
        response.destroy();
      });
  });
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    shelf.changes.stop();
    throw error;
  }
  const address = server.address();
  restUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : port}`;
  log.warn("archive.demo-only", { name: NAME, url: `${restUrl}/dicom-web` });
  return {
    url: `${restUrl}/dicom-web`,
    restUrl,
    stop: async () => {
      shelf.changes.stop();
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** A page in a browser could otherwise reach us under a name of its own that it lets point to 127.0.0.1. */
const isForUs = (host: string | undefined): boolean => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? "");

const answerRequest = async (
  shelf: Shelf,
  request: IncomingMessage,
  maxBodyBytes: number,
  rootUrl: string,
  log: ArchiveLog,
): Promise<Answer> => {
  const body = await readBody(request, maxBodyBytes);
  if (body === null) return plainAnswer(413, `More than ${maxBodyBytes} bytes are not taken.`);
  const url = URL.parse(request.url ?? "", rootUrl);
  if (url === null) return plainAnswer(400, "The address cannot be read.");
  const { method = "", headers } = request;
  const contentType = headers["content-type"] ?? "";
  try {
    return route(shelf, { method, path: url.pathname, query: url.searchParams, contentType, body }, rootUrl);
  } catch (error) {
    const code = error instanceof FailureError ? error.failure.code : "INTERNAL";
    log.warn("archive.request-failed", { method, code });
    return plainAnswer(500, `The request failed [${code}].`);
  }
};

/** Null when it is too large; the rest is read and dropped, so that the client comes to the answer. */
const readBody = async (request: IncomingMessage, maxBytes: number): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length > maxBytes ? null : Buffer.concat(chunks);
};

const send = async (response: ServerResponse, { status, contentType, body }: Answer): Promise<void> => {
  response.writeHead(status, { "content-type": contentType, server: "demo-archive" });
  if (typeof body === "string") response.end(body);
  else await pipeline(Readable.from(body), response);
};
