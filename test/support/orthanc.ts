import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OrthancOptions, prepareOrthanc, type Orthanc as Server } from "../../src/demo/orthanc.ts";

export type Orthanc = Pick<Server, "url" | "restUrl" | "user" | "password" | "headers"> & {
  /** End it in an orderly way; what it stored stays. */
  readonly stop: () => Promise<void>;
  /** End it by SIGKILL; what it stored stays. */
  readonly kill: () => Promise<void>;
  /** Start it again, same addresses and store, after ending it where it still runs. */
  readonly restart: () => Promise<void>;
  /** As `restart`, with an empty store. */
  readonly replace: () => Promise<void>;
  /** Store Part 10 files; rejects unless Orthanc takes them all. */
  readonly stow: (files: readonly Uint8Array[]) => Promise<void>;
  /** One answer of Orthanc's own API. */
  readonly rest: (path: string, method?: string) => Promise<unknown>;
};

/**
 * A real Orthanc with authentication on a free loopback port, its store in a temporary folder. It ends with `owner`
 * (a test context, or node:test itself for a whole file) and at the latest with this process.
 */
export const startOrthanc = async (
  owner: { readonly after: (end: () => Promise<void>) => void },
  options: Omit<OrthancOptions, "folder"> = {},
): Promise<Orthanc> => {
  const folder = mkdtempSync(join(tmpdir(), "orthanc-"));
  const { start, end, kill, ...server } = await prepareOrthanc({ ...options, folder });
  const sweepUp = (): void => {
    kill();
    rmSync(folder, { recursive: true, force: true });
  };
  atExit(sweepUp);
  owner.after(async () => {
    await end("SIGKILL");
    sweepUp();
  });
  await start();
  const { url, restUrl, headers } = server;
  return {
    ...server,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    restart: start,
    replace: async () => {
      await end("SIGTERM");
      rmSync(join(folder, "store"), { recursive: true, force: true });
      await start();
    },
    stow: (files) => stow(url, headers, files),
    rest: async (path, method = "GET") => {
      const response = await fetch(`${restUrl}${path}`, { method, headers });
      if (!response.ok) throw new Error(`Orthanc answered ${response.status} to ${method} ${path}`);
      return response.json();
    },
  };
};

export const stow = async (
  url: string,
  headers: Readonly<Record<string, string>>,
  files: readonly Uint8Array[],
): Promise<void> => {
  const boundary = "part-of-the-test";
  const parts = files.flatMap((file) => [
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    file,
    Buffer.from("\r\n"),
  ]);
  const response = await fetch(`${url}/studies`, {
    method: "POST",
    headers: {
      ...headers,
      accept: "application/dicom+json",
      "content-type": `multipart/related; type="application/dicom"; boundary=${boundary}`,
    },
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--`)]),
  });
  const answer = (await response.json()) as Record<string, { Value?: unknown[] } | undefined>;
  const stored = answer["00081199"]?.Value?.length ?? 0;
  if (!response.ok || stored !== files.length)
    throw new Error(`Orthanc took ${stored} of ${files.length} files (status ${response.status})`);
};

const ends = new Set<() => void>();

/** A test process that is ended by the runner must not leave servers behind. */
const atExit = (end: () => void): void => {
  if (ends.size === 0) {
    process.once("exit", () => {
      for (const each of ends) each();
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  }
  ends.add(end);
};
