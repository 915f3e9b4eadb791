/** Audits corrected results by the clock, in a short-lived process: what strangers stored is parsed by none that answers HTTP. */
import { atTimesOfDay } from "../pacs/timesOfDay.ts";
import type { Log } from "../ports/world.ts";
import { type Child, type ChildEnd, type ChildLimits, type ProgramCommand, startChild } from "./child.ts";

/** What the child says when it ends. */
export type AuditMessage =
  | {
      readonly kind: "audited";
      readonly cases: number;
      readonly alarms: readonly { readonly scanner: string | null; readonly sentence: string }[];
    }
  | { readonly kind: "failed"; readonly code: string; readonly sentence: string };

/** The first audit of an archive of years takes hours; one that takes a day hangs. Its masks lie outside the heap. */
const limits: ChildLimits = { timeoutMs: 86_400_000, residentMegabytes: 8192, stdoutBytes: 2 ** 26 };

/** Run `panseg audit-quality` whenever the clock says so, never two at once. `stop` ends the one that runs. */
export const startAudits = (
  schedule: string,
  command: ProgramCommand,
  log: Log,
): { readonly stop: () => Promise<void> } => {
  let running: Child | null = null;

  const audit = async (): Promise<void> => {
    if (running !== null) return;
    let said: AuditMessage | null = null;
    running = startChild(command, ["audit-quality", "--json"], {
      limits,
      hear: (message) => {
        said = message as AuditMessage;
      },
    });
    const end = await running.ended;
    running = null;
    report(said, end, log);
  };

  const audits = atTimesOfDay(schedule, () => void audit());
  return {
    stop: async () => {
      await audits.stop();
      await running?.stop();
    },
  };
};

const report = (said: AuditMessage | null, { reason, signal }: ChildEnd, log: Log): void => {
  if (said?.kind === "audited") {
    log.info("quality.audited", { cases: said.cases, alarms: said.alarms.length });
    for (const alarm of said.alarms) log.warn("quality.drift", alarm);
  } else log.warn("quality.trouble", said === null ? { code: "INTERNAL", reason, signal } : { ...said });
};
