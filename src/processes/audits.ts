/** Audits corrected results by the clock, in a short-lived process: what strangers stored is parsed by none that answers HTTP. */
import { type ChildProcess, fork } from "node:child_process";
import cron from "node-cron";
import type { Log } from "../ports/world.ts";
import type { ProgramCommand } from "./reports.ts";

/** What the child says when it ends. */
export type AuditMessage =
  | {
      readonly kind: "audited";
      readonly cases: number;
      readonly alarms: readonly { readonly scanner: string | null; readonly sentence: string }[];
    }
  | { readonly kind: "failed"; readonly code: string; readonly sentence: string };

/** The first audit of an archive of years takes hours; one that takes a day hangs. */
const MOST_MS = 86_400_000;

/** Run `panseg audit-quality` whenever the clock says so, never two at once. `stop` ends the one that runs. */
export const startAudits = (
  schedule: string,
  { program, arguments: before }: ProgramCommand,
  log: Log,
): { readonly stop: () => Promise<void> } => {
  let running: ChildProcess | null = null;

  const start = (): void => {
    if (running !== null) return;
    let said: AuditMessage | null = null;
    const child = fork(program, [...before, "audit-quality", "--json"], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      timeout: MOST_MS,
      killSignal: "SIGKILL",
    });
    running = child;
    child.on("message", (message) => {
      said = message as AuditMessage;
    });
    child.once("error", () => {
      running = null;
      log.warn("quality.trouble", { code: "INTERNAL" });
    });
    child.once("close", (_code, signal) => {
      running = null;
      report(said, signal, log);
    });
  };

  const task = cron.schedule(schedule, start, { suppressMissedWarning: true });
  return {
    stop: async () => {
      await task.destroy();
      const child = running;
      if (child === null) return;
      const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
      child.kill("SIGKILL");
      await closed;
    },
  };
};

const report = (said: AuditMessage | null, signal: NodeJS.Signals | null, log: Log): void => {
  if (said?.kind === "audited") {
    log.info("quality.audited", { cases: said.cases, alarms: said.alarms.length });
    for (const alarm of said.alarms) log.warn("quality.drift", alarm);
  } else log.warn("quality.trouble", said === null ? { code: "INTERNAL", signal } : { ...said });
};
