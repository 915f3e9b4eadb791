import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { inTime } from "./eventually.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

type Settings = Readonly<Record<string, string>>;

/** The environment without settings of the machine, with the given ones. */
const environment = (settings: Settings): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PANSEG_/i.test(name))),
  NO_COLOR: "1",
  ...settings,
});

export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Run the command line to its end. */
export const panseg = (args: readonly string[], settings: Settings = {}): Promise<Finished> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args],
      { env: environment(settings), maxBuffer: 2 ** 28 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });

export type LogLine = Readonly<Record<string, unknown>> & { readonly message: string };

export type RunningService = {
  readonly process: ChildProcess;
  readonly url: string;
  readonly lines: readonly LogLine[];
  /** Wait for a log line from now on or before; rejects when the process ends first. */
  readonly waitForLine: (matches: (line: LogLine) => boolean) => Promise<LogLine>;
  readonly workerPid: () => number;
  readonly kill: () => Promise<void>;
  /** SIGTERM; the exit code. */
  readonly stop: () => Promise<number | null>;
};

/** Start `panseg serve` on a free port and wait until it listens; `launcher` is a program that starts it in its own way. */
export const serve = async (
  settings: Settings,
  launcher: readonly string[] = [],
): Promise<RunningService> => {
  const [program = process.execPath, ...before] = [...launcher, process.execPath];
  const child = spawn(program, [...before, main, "serve"], {
    env: environment({ PANSEG__HTTP__PORT: "0", ...settings }),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stderr }).on("line", (text) => {
    lines.push(parseLine(text));
    for (const look of waiting) look();
  });
  const exited = once(child, "exit");
  // Only then has every line arrived.
  const closed = once(child, "close");

  const nextLine = (matches: (line: LogLine) => boolean): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find(matches);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void closed.then(() => {
        if (waiting.delete(look))
          reject(new Error(`service ended:\n${lines.map((line) => JSON.stringify(line)).join("\n")}`));
      });
    });

  const waitForLine = (matches: (line: LogLine) => boolean): Promise<LogLine> =>
    inTime(`a line of the service's log: ${matches}`, nextLine(matches));

  const listening = await waitForLine(({ message }) => message === "listening");
  return {
    process: child,
    url: `http://127.0.0.1:${listening["port"]}`,
    lines,
    waitForLine,
    workerPid: () => Number(lines.findLast(({ message }) => message === "worker started")?.["pid"]),
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = (await inTime("the service ends after SIGTERM", closed)) as [number | null];
      return code;
    },
  };
};

const parseLine = (text: string): LogLine => {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { message: text };
  }
};
