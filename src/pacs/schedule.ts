import cron from "node-cron";
import { type FailureCode, failed, toFailure } from "../domain/failure.ts";
import type { JobStore, Log, Pacs, Watcher } from "../ports.ts";
import { sweep } from "./sweep.ts";

export type Schedule = {
  /** Look now, besides the clock; a hint that comes during a look is that look, and the clock soon follows. */
  readonly look: () => void;
  readonly stop: () => Promise<void>;
};

export type ScheduleOptions = {
  readonly watcher: Watcher;
  readonly pacs: Pick<Pacs, "findSeries">;
  readonly jobs: Pick<JobStore, "arrive">;
  /** 1..59; looks fall on the multiples of it within each minute. */
  readonly everySeconds: number;
  /** When to sweep, besides the start. */
  readonly sweepCron: string;
  readonly sweepDays: number | null;
  /** See SweepOptions. */
  readonly sweepStableMs?: number;
};

/**
 * Look at once and every few seconds, and sweep at the start and by the clock; neither overlaps itself, and a sweep that
 * waits for series to settle holds up no look. A sweep that fails stays due. Failures are survived: the log names a
 * trouble once, and once when it is over. `stop` waits for what runs. Throws SETTINGS_INVALID for a time that is none.
 */
export const startSchedule = (options: ScheduleOptions, log: Log): Schedule => {
  const { watcher, pacs, jobs, everySeconds, sweepCron } = options;
  if (!Number.isInteger(everySeconds) || everySeconds < 1 || everySeconds > 59)
    throw failed("SETTINGS_INVALID", `Looking every ${everySeconds} s: give whole seconds from 1 to 59.`);
  if (!cron.validate(sweepCron))
    throw failed("SETTINGS_INVALID", `"${sweepCron}" is no time that cron understands.`);

  const stopping = new AbortController();
  const look = oneAtATime(reportTrouble(log, "watch"), () => watcher.look());
  const sweepNow = oneAtATime(reportTrouble(log, "sweep"), () =>
    sweep(pacs, jobs, sweepOptions(options, stopping.signal), log),
  );
  let isSweepDue = true;

  const takeTurn = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    // Looking comes first: the very first look marks from where on events are heard, and the sweep covers the rest.
    await look.run();
    if (!isSweepDue || stopping.signal.aborted || sweepNow.isRunning()) return;
    isSweepDue = false;
    if (!(await sweepNow.run())) isSweepDue = true;
  };

  const tasks = [
    cron.schedule(`*/${everySeconds} * * * * *`, () => void takeTurn(), { suppressMissedWarning: true }),
    cron.schedule(
      sweepCron,
      () => {
        isSweepDue = true;
      },
      { suppressMissedWarning: true },
    ),
  ];
  void takeTurn();

  return {
    look: () => void takeTurn(),
    stop: async () => {
      stopping.abort();
      await Promise.all(tasks.map((task) => task.destroy()));
      await watcher.stop();
      await Promise.all([look.settled(), sweepNow.settled()]);
    },
  };
};

const sweepOptions = ({ sweepDays, sweepStableMs = 0 }: ScheduleOptions, signal: AbortSignal) => ({
  days: sweepDays,
  stableMs: sweepStableMs,
  signal,
});

/** Runs a task that reports its own failures; a run that is asked for during another is that other one. */
const oneAtATime = (report: (error: unknown) => void, task: () => Promise<unknown>) => {
  let running: Promise<boolean> | null = null;
  return {
    isRunning: () => running !== null,
    /** Whether it went well. */
    run: (): Promise<boolean> => {
      running ??= task()
        .then(
          () => {
            report(undefined);
            return true;
          },
          (error: unknown) => {
            report(error);
            return false;
          },
        )
        .finally(() => {
          running = null;
        });
      return running;
    },
    settled: async (): Promise<void> => void (await running),
  };
};

/** An archive that is down for hours is one line in the log, not one for every look. `error` undefined: it went well. */
const reportTrouble = (log: Log, what: "watch" | "sweep"): ((error: unknown) => void) => {
  let current: FailureCode | null = null;
  return (error) => {
    const failure = error === undefined ? null : toFailure(error);
    if (failure === null && current !== null) log.info(`${what}.recovered`, { after: current });
    if (failure !== null && failure.code !== current)
      log.warn(`${what}.trouble`, {
        code: failure.code,
        sentence: failure.sentence,
        details: failure.details,
      });
    current = failure?.code ?? null;
  };
};
