import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { FailureError } from "../../src/domain/failure.ts";
import { exchange, type Limits } from "../../src/pacs/exchange.ts";
import { slowly } from "../support/slowly.ts";
import { isFailure, startArchive } from "./fakeArchive.ts";

const limits: Limits = { headersMs: 300, idleMs: 300, totalMs: 600, maxBytes: 1000 };

/** For answers that shall arrive, however busy the machine is. */
const patient = { headersMs: 10_000, idleMs: 10_000, totalMs: 20_000 };

const get = (url: string, changed: Partial<Limits> = {}) =>
  exchange({ method: "get", url, headers: {} }, { ...limits, ...changed });

/** A TCP server that says the same to everyone, and then hangs up or not. */
const startRaw = async (t: { after: (end: () => void) => void }, text: string, hangUp: boolean) => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(text);
      if (hangUp) socket.destroySoon();
    });
    t.after(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
};

describe("F7 an archive that hangs, drips or breaks off meets a deadline", () => {
  test("WEB-15 an archive that never begins to answer", async (t) => {
    const { url } = await startArchive(t, () => {});
    await assert.rejects(get(url), isFailure("PACS_TIMEOUT", { milliseconds: 300 }));
  });

  test("WEB-15 an answer that falls silent", async (t) => {
    const { url } = await startArchive(t, (_, response) => response.writeHead(200).write("begun"));
    await assert.rejects(get(url, { totalMs: 5000 }), isFailure("PACS_TIMEOUT", { milliseconds: 300 }));
  });

  test("WEB-15 an answer that drips one byte at a time, never silent for long", async (t) => {
    const { url } = await startArchive(t, (_, response) => {
      response.writeHead(200);
      const drip = (): void => {
        if (response.destroyed) return;
        response.write(".");
        void slowly(20, drip);
      };
      drip();
    });
    const changed = { headersMs: 60_000, idleMs: 30_000, totalMs: 1000 };
    await assert.rejects(get(url, changed), isFailure("PACS_TIMEOUT", { milliseconds: 1000 }));
  });

  test("a slow answer within the limits is taken whole", async (t) => {
    const { url } = await startArchive(t, (_, response) => {
      response.writeHead(200);
      for (const [index, word] of ["slow", "but", "sure"].entries())
        void slowly(index * 60, () => void (word === "sure" ? response.end(word) : response.write(word)));
    });
    assert.equal(new TextDecoder().decode((await get(url, patient)).body), "slowbutsure");
  });

  test("an answer that is cut within its body", async (t) => {
    const { url } = await startArchive(t, (_, response) => {
      response.writeHead(200, { "content-length": 500 }).write("half", () => response.destroy());
    });
    await assert.rejects(get(url, patient), isFailure("PACS_BAD_ANSWER"));
  });

  test("an answer that ends earlier than its Content-Length says", async (t) => {
    const url = await startRaw(t, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf", true);
    await assert.rejects(get(url, patient), isFailure("PACS_BAD_ANSWER"));
  });

  test("an answer that is no HTTP", async (t) => {
    const url = await startRaw(t, "220 smtp.example ESMTP\r\n", false);
    await assert.rejects(get(url, patient), isFailure("PACS_BAD_ANSWER", { errorCode: "HTTPParserError" }));
  });

  test("a connection that is closed without an answer", async (t) => {
    const url = await startRaw(t, "", true);
    await assert.rejects(get(url, patient), isFailure("PACS_UNREACHABLE"));
  });

  test("F6 a refused connection and a name that nobody knows", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    await assert.rejects(
      get(`http://127.0.0.1:${port}`, patient),
      isFailure("PACS_UNREACHABLE", { errorCode: "ECONNREFUSED" }),
    );
    await assert.rejects(get("http://archive.invalid/", patient), isFailure("PACS_UNREACHABLE"));
  });

  test("D8: a port that fetch forbids is told as what it is", async () => {
    for (const port of [1, 22, 6000, 6667, 10080])
      await assert.rejects(get(`http://127.0.0.1:${port}/`, patient), (error: unknown) => {
        assert.ok(error instanceof FailureError);
        assert.deepEqual(
          [error.failure.code, error.failure.details["errorCode"]],
          ["PACS_UNREACHABLE", "BAD_PORT"],
        );
        assert.match(error.failure.sentence, /kept for another protocol/);
        return true;
      });
  });
});

describe("S2 WEB-15 the size of an answer is limited while it arrives", () => {
  const endless = (_: unknown, response: ServerResponse): void => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      if (!response.destroyed) response.once("drain", more);
    };
    response.writeHead(200);
    more();
  };

  test("an endless body ends at the limit", async (t) => {
    const { url } = await startArchive(t, endless);
    await assert.rejects(
      get(url, { ...patient, maxBytes: 10_000_000 }),
      isFailure("PACS_TOO_LARGE", { maxBytes: 10_000_000 }),
    );
  });

  test("a small compressed body that is large when opened", async (t) => {
    const { url } = await startArchive(t, (_, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(50_000_000))),
    );
    await assert.rejects(
      get(url, { ...patient, maxBytes: 100_000 }),
      isFailure("PACS_TOO_LARGE", { maxBytes: 100_000 }),
    );
  });

  test("a body of exactly the limit is taken", async (t) => {
    const { url } = await startArchive(t, (_, response) => response.end(Buffer.alloc(1000, 7)));
    const { body } = await get(url, patient);
    assert.deepEqual(new Uint8Array(body), new Uint8Array(1000).fill(7));
  });
});

test("D5 a redirect is an answer like others: nobody goes where it points", async (t) => {
  const inner = await startArchive(t, (_, response) => response.end("secret"));
  const outer = await startArchive(t, ({ path }, response) =>
    response.writeHead(Number(path.slice(1)), { location: `${inner.url}/latest/meta-data` }).end(),
  );
  for (const status of [301, 302, 303, 307, 308])
    assert.equal((await get(`${outer.url}/${status}`, patient)).status, status);
  assert.equal(inner.asked.length, 0);
});
