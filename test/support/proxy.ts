import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

export type ProxyHook = {
  /** Before a request is passed on; resolve false to swallow it without an answer. */
  readonly before?: (method: string, path: string, body: Buffer) => Promise<boolean>;
  /** After the archive answered and before the client hears of it; resolve false to withhold the answer. */
  readonly after?: (method: string, path: string, body: Buffer) => Promise<boolean>;
};

/** A loopback proxy in front of an archive, so that a test can act between a request and its answer. */
export const startProxy = async (target: string, hook: ProxyHook) => {
  const server = createServer(
    (incoming, outgoing) => void forward(new URL(target), hook, incoming, outgoing),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const forward = async (
  target: URL,
  hook: ProxyHook,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  const method = incoming.method ?? "GET";
  const path = incoming.url ?? "/";
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if ((await hook.before?.(method, path, body)) === false) return;
  const passed = request(
    {
      host: target.hostname,
      port: target.port,
      method,
      path,
      headers: { ...incoming.headers, host: target.host },
    },
    (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", async () => {
        if ((await hook.after?.(method, path, body)) === false) return;
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        outgoing.end(Buffer.concat(parts));
      });
    },
  );
  passed.on("error", () => outgoing.destroy());
  passed.end(body);
};
