import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { failed } from "../domain/failure.ts";

const PROGRAM = "Orthanc";
const PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
const START_MS = 60_000;

export type OrthancOptions = {
  /** Holds configuration, log and store; what is stored stays there. */
  readonly folder: string;
  readonly stableAgeSeconds?: number;
  readonly overwriteInstances?: boolean;
  /** Listen for DICOM's own protocol too, from any application entity. */
  readonly dicomPort?: number;
  readonly luaScripts?: readonly string[];
  /** Besides the one of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More settings of the DICOMweb plugin, e.g. { SeriesMetadata: "MainDicomTags" }. */
  readonly dicomWeb?: Readonly<Record<string, unknown>>;
};

/** One Orthanc of our own on a free loopback port, with authentication. */
export type Orthanc = {
  /** Root of DICOMweb. */
  readonly url: string;
  readonly restUrl: string;
  readonly user: string;
  readonly password: string;
  /** Authorization header for both roots. */
  readonly headers: Readonly<Record<string, string>>;
  /** Start it, after ending it where it still runs; same addresses, same store. */
  readonly start: () => Promise<void>;
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
  /** For the last moment of a process, which waits for nothing. */
  readonly kill: () => void;
};

/** Prepare an Orthanc of Debian's packages `orthanc` and `orthanc-dicomweb`; nothing runs before `start`. */
export const prepareOrthanc = async (options: OrthancOptions): Promise<Orthanc> => {
  const { folder } = options;
  if (!existsSync(PLUGIN))
    throw failed("USAGE", "Orthanc is not installed here: apt-get install orthanc orthanc-dicomweb.");
  const port = await freePort();
  const restUrl = `http://127.0.0.1:${port}`;
  const [user, password] = ["reader", "loopback-only"];
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "orthanc.json"), JSON.stringify(configuration(options, port, user, password)));
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
      env: { ...process.env, ...options.environment },
    });
    await untilReady(child, restUrl, headers, folder);
  };
  return {
    url: `${restUrl}/dicom-web`,
    restUrl,
    user,
    password,
    headers,
    start,
    end,
    kill: () => void child?.kill("SIGKILL"),
  };
};

const configuration = (options: OrthancOptions, port: number, user: string, password: string) => ({
  Name: "panseg demonstration and test",
  StorageDirectory: join(options.folder, "store"),
  IndexDirectory: join(options.folder, "store"),
  HttpPort: port,
  HttpThreadsCount: 8,
  DicomServerEnabled: options.dicomPort !== undefined,
  ...(options.dicomPort !== undefined && { DicomPort: options.dicomPort, DicomAlwaysAllowStore: true }),
  RemoteAccessAllowed: false,
  AuthenticationEnabled: true,
  RegisteredUsers: { [user]: password },
  SaveJobs: false,
  StableAge: options.stableAgeSeconds ?? 1,
  OverwriteInstances: options.overwriteInstances ?? false,
  LuaScripts: options.luaScripts ?? [],
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
      throw failed("INTERNAL", "Orthanc ended at its start; its log stands in the details.", {
        log: readFileSync(join(folder, "log"), "utf8").slice(-2000),
      });
    const response = await fetch(`${restUrl}/dicom-web/studies?limit=1`, { headers }).catch(() => null);
    if (response?.ok) return;
    await setTimeout(50);
  }
  throw failed("PACS_TIMEOUT", `Orthanc did not answer within ${START_MS} ms.`);
};
