import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type RunningService, serve } from "../support/panseg.ts";
import { slowly } from "../support/slowly.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-limits-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const settings = (name: string, http: Readonly<Record<string, string>>) => ({
  PANSEG__DATAFOLDER: join(folder, name),
  PANSEG__WATCH__ENABLED: "false",
  ...Object.fromEntries(Object.entries(http).map(([key, value]) => [`PANSEG__HTTP__${key}`, value])),
});

type Connection = { readonly socket: Socket; readonly text: () => string; readonly closed: Promise<unknown> };

const open = async ({ url }: RunningService): Promise<Connection> => {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await Promise.race([once(socket, "connect"), closed]);
  return { socket, text: () => received, closed };
};

test("S7: a connection that says nothing, drips its headers or its body is closed within the settings' seconds", async (t) => {
  const service = await serve(settings("slow", { HEADERSTIMEOUTSECONDS: "1", REQUESTTIMEOUTSECONDS: "2" }));
  t.after(() => service.kill());
  const [silent, dripping, half] = await Promise.all([open(service), open(service), open(service)]);
  assert.ok(silent && dripping && half);
  dripping.socket.write("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  const drip = async (): Promise<void> => {
    while (!dripping.socket.destroyed) await slowly(100, () => dripping.socket.write("X-A: b\r\n"));
  };
  t.after(() => dripping.socket.destroy());
  half.socket.write("POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhalf");
  // Each of them ends by the service's own doing: a test that waits in vain runs into its limit.
  await Promise.all([silent.closed, dripping.closed, half.closed, drip()]);
  assert.match(dripping.text(), /^HTTP\/1\.1 408 /);
  assert.equal((await fetch(`${service.url}/livez`)).status, 200);
});

test("S7: headers and addresses beyond the limit are refused, and further connections while too many are open", async (t) => {
  const service = await serve(
    settings("large", { MAXHEADERKILOBYTES: "2", MAXCONNECTIONS: "3", HEADERSTIMEOUTSECONDS: "60" }),
  );
  t.after(() => service.kill());
  for (const line of [`GET /${"a".repeat(4096)} HTTP/1.1`, `GET / HTTP/1.1\r\nX-A: ${"b".repeat(4096)}`]) {
    const { socket, text, closed } = await open(service);
    socket.write(`${line}\r\nHost: 127.0.0.1\r\n\r\n`);
    await closed;
    assert.match(text(), /^HTTP\/1\.1 431 /);
  }
  const held = [await open(service), await open(service), await open(service)];
  const further = await open(service);
  await further.closed;
  assert.equal(further.text(), "");
  for (const { socket } of held) socket.destroy();
});
