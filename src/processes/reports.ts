/** Reads stored reports in a short-lived process: what unknown writers have stored may block it, or break it, alone. */
import PQueue from "p-queue";
import type { FailureCode } from "../domain/failure.ts";
import type { Measurements, ReadMeasurements } from "../http/api/measurements.ts";
import { type ChildEnd, type Message, type ProgramCommand, startChild } from "./child.ts";

/** What the child says beside the data on its standard output. */
export type ReportMessage =
  | { readonly kind: "read"; readonly unreadable: number }
  | { readonly kind: "failed"; readonly code: FailureCode; readonly sentence: string };

export type ReportLimits = {
  readonly parallel: number;
  /** Requests that may wait for their turn; others are refused. */
  readonly waiting: number;
  readonly timeoutMs: number;
  readonly stdoutBytes: number;
  readonly heapMegabytes: number;
  readonly residentMegabytes: number;
};

const limits: ReportLimits = {
  parallel: 2,
  waiting: 16,
  timeoutMs: 60_000,
  stdoutBytes: 2 ** 26,
  heapMegabytes: 512,
  residentMegabytes: 1024,
};

const failed = (code: FailureCode, sentence: string): Measurements => ({ kind: "failed", code, sentence });

const goneAway = "Nobody waits for the answer any more.";

/** The reports of a study, read by a child of this process; at most a few at once, each within its time. */
export const makeReportReader = (
  command: ProgramCommand,
  changed: Partial<ReportLimits> = {},
): ReadMeasurements => {
  const bounds = { ...limits, ...changed };
  const turns = new PQueue({ concurrency: bounds.parallel });
  return async (studyUid, { format, all, signal }) => {
    if (turns.pending >= bounds.parallel && turns.size >= bounds.waiting)
      return failed("BUSY", "Too many requests for measurements at once; come back later.");
    return turns.add(async () => {
      if (signal.aborted) return failed("ABORTED", goneAway);
      let said: ReportMessage | null = null;
      const after = ["report", studyUid, "--format", format, ...(all ? ["--all"] : [])];
      const hear = (message: Message): void => {
        said = message as ReportMessage;
      };
      return outcomeOf(
        await startChild(command, after, { limits: bounds, hear, signal }).ended,
        said,
        bounds,
      );
    });
  };
};

const outcomeOf = (
  { reason, code, stdout }: ChildEnd,
  said: ReportMessage | null,
  { stdoutBytes, timeoutMs }: ReportLimits,
): Measurements => {
  if (said?.kind === "failed") return said;
  // Whoever died on the way has said nothing that can be relied on.
  if (said?.kind === "read" && code === 0)
    return { kind: "read", body: Buffer.from(stdout), unreadable: said.unreadable };
  if (reason === "output") return failed("TOO_LARGE", `The answer exceeds ${stdoutBytes} bytes.`);
  if (reason === "cancelled") return failed("ABORTED", goneAway);
  if (reason === "time")
    return failed("TIMEOUT", `The archive's reports were not read within ${timeoutMs} ms.`);
  return failed("INTERNAL", "The reports could not be read; see panseg report.");
};
