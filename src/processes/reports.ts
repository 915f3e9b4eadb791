/** Reads stored reports in a short-lived process: what unknown writers have stored may block it, or break it, alone. */
import { fork } from "node:child_process";
import type { FailureCode } from "../domain/failure.ts";
import type { Measurements, ReadMeasurements } from "../http/api/measurements.ts";

/** How this program is started with the settings of the service; a command and its arguments follow. */
export type ProgramCommand = { readonly program: string; readonly arguments: readonly string[] };

/** What the child says beside the data on its standard output. */
export type ReportMessage =
  | { readonly kind: "read"; readonly unreadable: number }
  | { readonly kind: "failed"; readonly code: FailureCode; readonly sentence: string };

export type ReportLimits = {
  readonly parallel: number;
  /** Requests that may wait for their turn; others are refused. */
  readonly waiting: number;
  readonly timeoutMs: number;
  readonly mostBytes: number;
  readonly memoryMegabytes: number;
};

const limits: ReportLimits = {
  parallel: 2,
  waiting: 16,
  timeoutMs: 60_000,
  mostBytes: 2 ** 26,
  memoryMegabytes: 512,
};

const failed = (code: FailureCode, sentence: string): Measurements => ({ kind: "failed", code, sentence });

/** Runs at most so many at once, the others in the order of their coming; null for what may not even wait. */
const makeGate = (parallel: number, mostWaiting: number) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(run: () => Promise<T>): Promise<T | null> => {
    if (running >= parallel) {
      if (waiting.length >= mostWaiting) return null;
      await new Promise<void>((enter) => waiting.push(enter));
    } else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
};

type Ended = { readonly body: Buffer; readonly said: ReportMessage | null; readonly isTooLarge: boolean };

/** Run `panseg report` to its end, or kill it at the signal or when it says too much. */
const runReport = (
  { program, arguments: before }: ProgramCommand,
  after: readonly string[],
  signal: AbortSignal,
  { mostBytes, memoryMegabytes }: ReportLimits,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = fork(program, [...before, "report", ...after], {
      stdio: ["ignore", "pipe", "ignore", "ipc"],
      execArgv: [`--max-old-space-size=${memoryMegabytes}`],
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let said: ReportMessage | null = null;
    const kill = (): void => void child.kill("SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    child.stdout?.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) kill();
      else chunks.push(chunk);
    });
    child.on("message", (message) => {
      said = message as ReportMessage;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      signal.removeEventListener("abort", kill);
      // Whoever died on the way has said nothing that can be relied on.
      const isWhole = code === 0 || said?.kind === "failed";
      resolve({ body: Buffer.concat(chunks), said: isWhole ? said : null, isTooLarge: bytes > mostBytes });
    });
  });

/** The reports of a study, read by a child of this process; at most a few at once, each within its time. */
export const makeReportReader = (
  command: ProgramCommand,
  changed: Partial<ReportLimits> = {},
): ReadMeasurements => {
  const bounds = { ...limits, ...changed };
  const gate = makeGate(bounds.parallel, bounds.waiting);
  return async (studyUid, { format, all, signal }) => {
    const outcome = await gate(async () => {
      if (signal.aborted) return failed("ABORTED", "Nobody waits for the answer any more.");
      const timeout = AbortSignal.timeout(bounds.timeoutMs);
      const after = [studyUid, "--format", format, ...(all ? ["--all"] : [])];
      const { body, said, isTooLarge } = await runReport(
        command,
        after,
        AbortSignal.any([signal, timeout]),
        bounds,
      );
      if (said?.kind === "read") return { kind: "read", body, unreadable: said.unreadable } as const;
      if (said !== null) return said;
      if (isTooLarge) return failed("TOO_LARGE", `The answer exceeds ${bounds.mostBytes} bytes.`);
      if (timeout.aborted)
        return failed("TIMEOUT", `The archive's reports were not read within ${bounds.timeoutMs} ms.`);
      return failed("INTERNAL", "The reports could not be read; see panseg report.");
    });
    return outcome ?? failed("BUSY", "Too many requests for measurements at once; come back later.");
  };
};
