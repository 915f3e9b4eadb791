import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";

export type ProxyHook = {
  /** Before a request is passed on; resolve false to swallow it without an answer, or an answer to give in its place. */
  readonly before?: (method: string, path: string, body: Buffer) => Promise<boolean | ProxyAnswer>;
  /** After the archive answered and before the client hears of it; resolve false to withhold the answer. */
  readonly after?: (method: string, path: string, body: Buffer) => Promise<boolean>;
  /** What the client is told instead of the archive's own answer. */
  readonly rewrite?: (method: string, path: string, body: Buffer, answer: ProxyAnswer) => ProxyAnswer;
};

export type ProxyAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
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

const reply = (outgoing: ServerResponse, { status, headers, body }: ProxyAnswer): void => {
  outgoing.writeHead(status, headers);
  outgoing.end(body);
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
  const instead = await hook.before?.(method, path, body);
  if (instead === false) return;
  if (typeof instead === "object") return reply(outgoing, instead);
  const passed = request(
    {
      host: target.hostname,
      port: target.port,
      method,
      path,
      // An answer that is to be rewritten must be readable.
      headers: {
        ...incoming.headers,
        host: target.host,
        ...(hook.rewrite && { "accept-encoding": "identity" }),
      },
    },
    (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", async () => {
        if ((await hook.after?.(method, path, body)) === false) return;
        const { statusCode: status = 502, headers } = answer;
        const own = { status, headers, body: Buffer.concat(parts) };
        const told = hook.rewrite?.(method, path, body, own) ?? own;
        reply(outgoing, told);
      });
    },
  );
  passed.on("error", () => outgoing.destroy());
  passed.end(body);
};
