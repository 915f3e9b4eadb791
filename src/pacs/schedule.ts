import cron from "node-cron";
import { type FailureCode, failed, toFailure } from "../domain/failure.ts";
import type { JobStore, Log, Pacs, Watcher } from "../ports.ts";
import { sweep } from "./sweep.ts";

export type Schedule = { readonly stop: () => Promise<void> };

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
 * Look at once and every few seconds, and sweep at the start and by the clock; one thing at a time. A sweep that fails
 * stays due. Failures are survived: the log names a trouble once, and once when it is over. `stop` waits for what runs.
 * Throws SETTINGS_INVALID for a time that is none.
 */
export const startSchedule = (options: ScheduleOptions, log: Log): Schedule => {
  const { everySeconds, sweepCron } = options;
  if (!Number.isInteger(everySeconds) || everySeconds < 1 || everySeconds > 59)
    throw failed("SETTINGS_INVALID", `Looking every ${everySeconds} s: give whole seconds from 1 to 59.`);
  if (!cron.validate(sweepCron))
    throw failed("SETTINGS_INVALID", `"${sweepCron}" is no time that cron understands.`);

  const stopping = new AbortController();
  const trouble = reportTrouble(log);
  let isSweepDue = true;
  let running: Promise<void> | null = null;

  const turn = async (): Promise<void> => {
    const errors: unknown[] = [];
    // Looking comes first: the very first look marks from where on events are heard, and the sweep covers the rest.
    await options.watcher.look().catch((error: unknown) => errors.push(error));
    // Without events the sweep is all there is, so it does not depend on the look.
    if (isSweepDue && !stopping.signal.aborted) {
      isSweepDue = false;
      await sweep(options.pacs, options.jobs, sweepOptions(options, stopping.signal), log).catch(
        (error: unknown) => {
          isSweepDue = true;
          errors.push(error);
        },
      );
    }
    trouble.report(errors[0]);
  };
  const takeTurn = (): void => {
    if (running !== null || stopping.signal.aborted) return;
    running = turn().finally(() => {
      running = null;
    });
  };

  const tasks = [
    cron.schedule(`*/${everySeconds} * * * * *`, takeTurn, { suppressMissedWarning: true }),
    cron.schedule(
      sweepCron,
      () => {
        isSweepDue = true;
      },
      { suppressMissedWarning: true },
    ),
  ];
  takeTurn();

  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(tasks.map((task) => task.destroy()));
      await options.watcher.stop();
      await running;
    },
  };
};

const sweepOptions = ({ sweepDays, sweepStableMs = 0 }: ScheduleOptions, signal: AbortSignal) => ({
  days: sweepDays,
  stableMs: sweepStableMs,
  signal,
});

/** An archive that is down for hours is one line in the log, not one for every look. */
const reportTrouble = (log: Log) => {
  let current: FailureCode | null = null;
  return {
    /** `error` is undefined after a turn without one. */
    report: (error: unknown): void => {
      const failure = error === undefined ? null : toFailure(error);
      if (failure === null && current !== null) log.info("watch.recovered", { after: current });
      if (failure !== null && failure.code !== current)
        log.warn("watch.trouble", {
          code: failure.code,
          sentence: failure.sentence,
          details: failure.details,
        });
      current = failure?.code ?? null;
    },
  };
};
