import { createServer, type Server } from "node:http";
import { failed } from "../domain/failure.ts";
import { makeApp, type Sources } from "./app.ts";

/** Where to listen, and the bounds within which a request must come. */
export type HttpLimits = {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** From the first moment of a connection, or of its next request, to the end of the headers. */
  readonly headersTimeoutMs: number;
  /** To the end of the body. */
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
};

export type Listening = { readonly server: Server; readonly port: number };

/** How late a limit of time is noticed. */
const CHECK_MS = 1000;

/** Serve the app. Throws PORT_IN_USE where the address is taken, or is not ours to take. */
export const listen = async (sources: Sources, limits: HttpLimits): Promise<Listening> => {
  const { host, port } = limits;
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      // Node refuses a whole that is shorter than its part.
      requestTimeout: Math.max(limits.requestTimeoutMs, limits.headersTimeoutMs),
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: limits.maxHeaderBytes,
    },
    makeApp(sources),
  );
  server.maxConnections = limits.maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(failed("PORT_IN_USE", `Cannot listen on ${host}:${port}.`, { host, port }, error)),
    );
    server.listen(port, host, resolve);
  });
  return { server, port: (server.address() as { port: number }).port };
};

export const closeServer = ({ server }: Listening): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
