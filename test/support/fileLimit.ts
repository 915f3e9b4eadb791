import { writeSync } from "node:fs";
import { basename } from "node:path";
import { beforeEach } from "node:test";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { openWaits } from "./eventually.ts";

/**
 * Preloaded into every test file (`node --import`): ends a file that does not end by itself, and says which test and
 * which wait it was in. A thread keeps the time, so that a file that blocks is ended too.
 */

type Watch = { readonly file: string; readonly limitMs: number };
type Place = { readonly test: string; readonly waits: readonly string[] };

const limitMs = Number(process.env["PANSEG_TEST_FILE_LIMIT_S"] ?? 1500) * 1000;

/** What is left to a file for its own tidying up, servers and folders. */
const graceMs = 5000;

const keepTime = ({ file, limitMs: ms }: Watch): void => {
  let place: Place = { test: "no test yet", waits: [] };
  parentPort?.on("message", (message: Place) => {
    place = message;
  });
  setTimeout(() => {
    const waits = place.waits.length === 0 ? "" : `, waiting for: ${place.waits.join("; ")}`;
    writeSync(2, `${file} passed its limit of ${ms / 1000} s in the test "${place.test}"${waits}\n`);
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.kill(process.pid, "SIGKILL"), graceMs);
  }, ms);
};

const startWatch = (file: string): void => {
  const watch = new Worker(new URL(import.meta.url), { execArgv: [], workerData: { file, limitMs } });
  watch.unref();
  let test = "";
  const tell = (): void => watch.postMessage({ test, waits: openWaits() });
  beforeEach((context) => {
    test = context.fullName;
    tell();
  });
  setInterval(tell, Math.min(1000, limitMs / 4)).unref();
};

const [, main = ""] = process.argv;
const isWatch = (data: unknown): data is Watch =>
  typeof data === "object" && data !== null && "limitMs" in data && "file" in data;

if (!isMainThread) {
  // Threads of the product may be started with the preloads of the file that tests them.
  if (isWatch(workerData)) keepTime(workerData);
} else if (process.env["NODE_TEST_CONTEXT"] !== undefined && main.endsWith(".test.ts"))
  startWatch(basename(main));
