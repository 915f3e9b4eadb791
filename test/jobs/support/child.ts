import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { eventually, inTime } from "../../support/eventually.ts";

/** A real process of ours: what it said so far, and the means to stop, freeze and kill it. */
export type Child = {
  readonly lines: string[];
  /** Resolves with the first line, old or new, that starts so; rejects when the child ends without it. */
  readonly says: (start: string) => Promise<string>;
  /** Resolves when it has said so many lines, or has ended. */
  readonly hasSaid: (count: number) => Promise<void>;
  readonly hasEnded: () => boolean;
  readonly signal: (name: "SIGKILL" | "SIGSTOP" | "SIGCONT") => void;
  /** SIGSTOP; resolves when the kernel has stopped it. */
  readonly freeze: () => Promise<void>;
  /** Exit code, or the signal that ended it; all it said has arrived by then. */
  readonly end: Promise<number | string>;
};

/** Start `children/<name>.ts` with these arguments. */
export function startChild(name: string, ...args: readonly (string | number)[]): Child {
  const script = fileURLToPath(new URL(`../children/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const killAtExit = (): boolean => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  child.once("close", () => process.off("exit", killAtExit));
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    for (const listener of listeners) listener();
  });
  let hasEnded = false;
  child.once("close", () => {
    hasEnded = true;
  });
  const end = inTime(`the end of ${name} ${args.join(" ")}`, endOf(child));
  return {
    lines,
    says: (start) => inTime(`${name} says "${start}"`, waitForLine(lines, listeners, end, name)(start)),
    hasEnded: () => hasEnded,
    hasSaid: async (count) => {
      await eventually(`${count} lines of ${name}`, () => lines.length >= count || hasEnded, { everyMs: 1 });
    },
    signal: (kind) => child.kill(kind),
    freeze: async () => {
      child.kill("SIGSTOP");
      await eventually(`${name} is stopped`, () => stateOf(child.pid ?? 0) === "T");
    },
    end,
  };
}

/** The kernel's letter: R running, S sleeping, T stopped … */
const stateOf = (pid: number): string | undefined =>
  /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];

async function endOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = await once(child, "close");
  return (code ?? signal) as number | string;
}

const waitForLine =
  (lines: string[], listeners: Set<() => void>, end: Promise<number | string>, name: string) =>
  (start: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = lines.find((candidate) => candidate.startsWith(start));
        if (line === undefined) return;
        listeners.delete(look);
        resolve(line);
      };
      listeners.add(look);
      look();
      void end.then((how) => reject(new Error(`${name} ended (${how}) without saying "${start}"`)));
    });

/** What followed a word at the beginning of a line. */
export const said = (lines: readonly string[], word: string): string[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

/** Repetitions of a test that draws its moments at random: few by default, as many as the variable says for a release. */
export const repetitions = (variable: string, few: number): number => Number(process.env[variable] ?? few);

/** Processes start at different speeds: each says "here" and waits for the sign, a file, which is given when all are. */
export const startTogether = async (sign: string, children: readonly Child[]): Promise<void> => {
  await Promise.all(children.map(({ says }) => says("here")));
  writeFileSync(sign, "");
};
