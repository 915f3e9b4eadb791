import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const PROGRAM = "Orthanc";
const PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
const START_MS = 60_000;

export type OrthancOptions = {
  readonly stableAgeSeconds?: number;
  readonly overwriteInstances?: boolean;
  /** More settings of the DICOMweb plugin, e.g. { SeriesMetadata: "MainDicomTags" }. */
  readonly dicomWeb?: Readonly<Record<string, unknown>>;
};

export type Orthanc = {
  /** Root of DICOMweb. */
  readonly url: string;
  readonly restUrl: string;
  readonly user: string;
  readonly password: string;
  /** Authorization header for both roots. */
  readonly headers: Readonly<Record<string, string>>;
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
  options: OrthancOptions = {},
): Promise<Orthanc> => {
  const folder = mkdtempSync(join(tmpdir(), "orthanc-"));
  const port = await freePort();
  const restUrl = `http://127.0.0.1:${port}`;
  const url = `${restUrl}/dicom-web`;
  const [user, password] = ["reader", "secret-of-the-test"];
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  const store = join(folder, "store");
  writeFileSync(
    join(folder, "orthanc.json"),
    JSON.stringify(configuration(options, port, store, user, password)),
  );
  let child: ChildProcess | null = null;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === null) return;
    const ending = child;
    child = null;
    const exited = ending.exitCode === null && ending.signalCode === null ? once(ending, "exit") : null;
    ending.kill(signal);
    await exited;
  };
  const start = async (): Promise<void> => {
    await end("SIGTERM");
    child = spawn(PROGRAM, ["orthanc.json", `--logfile=${join(folder, "log")}`], {
      cwd: folder,
      stdio: "ignore",
    });
    await untilReady(child, restUrl, headers, folder);
  };
  const sweepUp = (): void => {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  atExit(sweepUp);
  owner.after(async () => {
    await end("SIGKILL");
    sweepUp();
  });
  await start();

  return {
    url,
    restUrl,
    user,
    password,
    headers,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    restart: start,
    replace: async () => {
      await end("SIGTERM");
      rmSync(store, { recursive: true, force: true });
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

const configuration = (
  options: OrthancOptions,
  port: number,
  store: string,
  user: string,
  password: string,
) => ({
  Name: "test archive",
  StorageDirectory: store,
  IndexDirectory: store,
  HttpPort: port,
  HttpThreadsCount: 8,
  DicomServerEnabled: false,
  RemoteAccessAllowed: false,
  AuthenticationEnabled: true,
  RegisteredUsers: { [user]: password },
  SaveJobs: false,
  StableAge: options.stableAgeSeconds ?? 1,
  OverwriteInstances: options.overwriteInstances ?? false,
  Plugins: [PLUGIN],
  DicomWeb: { Enable: true, Root: "/dicom-web/", ...options.dicomWeb },
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
};

const untilReady = async (
  child: ChildProcess,
  restUrl: string,
  headers: Readonly<Record<string, string>>,
  folder: string,
): Promise<void> => {
  const startedMs = performance.now();
  while (performance.now() - startedMs < START_MS) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(
        `Orthanc ended at its start: ${readFileSync(join(folder, "log"), "utf8").slice(-2000)}`,
      );
    const response = await fetch(`${restUrl}/dicom-web/studies?limit=1`, { headers }).catch(() => null);
    if (response?.ok) return;
    await setTimeout(50);
  }
  throw new Error(`Orthanc did not answer within ${START_MS} ms`);
};

const stow = async (
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
