import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { slowly } from "../support/slowly.ts";
import { firstCase } from "./cases.ts";
import type { Answer, Order } from "./child.ts";

export type FuzzOptions = {
  readonly seed: number;
  readonly count: number;
  /** First mutant; below zero the hostile files. */
  readonly from?: number;
  /** A child that says nothing while its processors worked for so long hangs; one that waits for its turn does not. */
  readonly hangMs: number;
  readonly maxRssBytes: number;
  readonly onProgress?: (done: number, all: number) => void;
};

export type FuzzFinding = { readonly index: number; readonly what: string };

export type FuzzResult = {
  readonly files: number;
  readonly seconds: number;
  /** Of the reading alone. */
  readonly slowestMs: number;
  readonly slowestIndex: number;
  readonly peakRssBytes: number;
  /** How often each outcome occurred: "volume" or a failure code. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly findings: readonly FuzzFinding[];
};

const childFile = fileURLToPath(new URL("./child.ts", import.meta.url));
const pollMs = 20;

const rssOf = (pid: number): number => {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
};

/** What all threads of a process used of the processors so far, ms; null where it cannot be seen. */
const cpuMsOf = (pid: number): number | null => {
  try {
    const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
    const fields = rest.split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * 10 : null;
  } catch {
    return null;
  }
};

/** Blocked without working, whatever else the machine does. */
const patienceMs = 120_000;

type Tally = {
  outcomes: Record<string, number>;
  findings: FuzzFinding[];
  files: number;
  slowestMs: number;
  slowestIndex: number;
  peakRssBytes: number;
};

const record = (tally: Tally, { index, outcome, ms }: Extract<Answer, { kind: "done" }>): void => {
  tally.files++;
  const name = outcome.kind === "refused" ? outcome.code : outcome.kind;
  tally.outcomes[name] = (tally.outcomes[name] ?? 0) + 1;
  if (ms > tally.slowestMs) [tally.slowestMs, tally.slowestIndex] = [ms, index];
  if (outcome.kind === "defect") tally.findings.push({ index, what: outcome.what });
};

/** Lets one child read from `from` on until the end or its death; the number with which the next one begins. */
const runChild = (options: FuzzOptions, from: number, tally: Tally): Promise<number> =>
  new Promise((resolve) => {
    const child: ChildProcess = fork(childFile, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    let [next, isReading, heardAtMs, cpuMs, reason] = [from, false, Date.now(), 0, ""];
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (text: Buffer) => {
        printed = `${printed}${text}`.slice(-2000);
      });
    const end = (why: string): void => {
      reason ||= why;
      child.kill("SIGKILL");
    };
    let hasEnded = false;
    const watch = (): void => {
      if (hasEnded) return;
      const rss = rssOf(child.pid ?? 0);
      tally.peakRssBytes = Math.max(tally.peakRssBytes, rss);
      if (rss > options.maxRssBytes) end(`used ${Math.round(rss / 2 ** 20)} MB`);
      const silentMs = Date.now() - heardAtMs;
      const workedMs = (cpuMsOf(child.pid ?? 0) ?? Date.now()) - cpuMs;
      if (isReading && (workedMs > options.hangMs || silentMs > patienceMs))
        end(`gave no answer in ${workedMs} ms of work and ${silentMs} ms in all`);
      void slowly(pollMs, watch);
    };
    watch();
    child.on("message", (answer: Answer) => {
      heardAtMs = Date.now();
      cpuMs = cpuMsOf(child.pid ?? 0) ?? heardAtMs;
      if (answer.kind === "ready") {
        const order: Order = { seed: options.seed, from, to: options.count };
        child.send(order);
      }
      if (answer.kind === "begin") [next, isReading] = [answer.index, true];
      if (answer.kind === "done") {
        record(tally, answer);
        [next, isReading] = [answer.index + 1, false];
        if (tally.files % 500 === 0) options.onProgress?.(answer.index, options.count);
      }
    });
    child.on("close", (code, signal) => {
      hasEnded = true;
      if (next >= options.count && code === 0) return resolve(next);
      const what = reason || `the process died (${signal ?? `exit code ${code}`}): ${printed}`;
      tally.findings.push({ index: next, what });
      tally.files++;
      resolve(next + 1);
    });
  });

/**
 * Reads the hostile files and `count` mutants in a child process that is replaced whenever one of them kills it, hangs it
 * or makes it take too much memory.
 */
export const runFuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const tally: Tally = {
    outcomes: {},
    findings: [],
    files: 0,
    slowestMs: 0,
    slowestIndex: 0,
    peakRssBytes: 0,
  };
  const startedAtMs = performance.now();
  let next = options.from ?? firstCase;
  while (next < options.count) next = await runChild(options, next, tally);
  return { ...tally, seconds: (performance.now() - startedAtMs) / 1000 };
};
