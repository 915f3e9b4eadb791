import cron from "node-cron";
import { type FailureCode, failed, toFailure } from "../domain/failure.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Pacs, Watcher } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import { sweep } from "./sweep.ts";
import { atTimesOfDay } from "./timesOfDay.ts";

export type Schedule = {
  /** Look now, besides the clock; a hint that comes during a look is that look, and the clock soon follows. */
  readonly look: () => void;
  readonly stop: () => Promise<void>;
};

export type ScheduleOptions = {
  readonly watcher: Watcher;
  readonly pacs: Pick<Pacs, "findSeries">;
  readonly jobs: Pick<JobStore, "arrive">;
  /** 1..59, on the monotonic clock: whatever the time of day is set to, looks go on. */
  readonly everySeconds: number;
  /** When to sweep, besides the start. */
  readonly sweepCron: string;
  readonly sweepDays: number | null;
  /** See SweepOptions. */
  readonly sweepStableMs?: number;
  /** The listing of everything, which takes its time; at the start and at `cron`, and after a failure at the next look. */
  readonly fullSweep?: { readonly cron: string; readonly run: (signal: AbortSignal) => Promise<void> };
};

/**
 * Look at once and every few seconds, and sweep at the start and by the clock; neither overlaps itself, and a sweep that
 * waits for series to settle holds up no look. A sweep that fails stays due. Failures are survived: the log names a
 * trouble once, and once when it is over. `stop` waits for what runs. Throws SETTINGS_INVALID for a time that is none.
 */
export const startSchedule = (options: ScheduleOptions, log: Log): Schedule => {
  const { watcher, pacs, jobs, everySeconds, sweepCron, fullSweep } = options;
  if (!Number.isInteger(everySeconds) || everySeconds < 1 || everySeconds > 59)
    throw failed("SETTINGS_INVALID", `Looking every ${everySeconds} s: give whole seconds from 1 to 59.`);
  for (const time of [sweepCron, ...(fullSweep === undefined ? [] : [fullSweep.cron])])
    if (!cron.validate(time)) throw failed("SETTINGS_INVALID", `"${time}" is no time that cron understands.`);

  const stopping = new AbortController();
  const look = oneAtATime(reportTrouble(log, "watch"), () => watcher.look());
  const sweeps = [
    whenDue(
      sweepCron,
      oneAtATime(reportTrouble(log, "sweep"), () =>
        sweep(pacs, jobs, sweepOptions(options, stopping.signal), log),
      ),
    ),
    ...(fullSweep === undefined
      ? []
      : [
          whenDue(
            fullSweep.cron,
            oneAtATime(reportTrouble(log, "full-sweep"), () => fullSweep.run(stopping.signal)),
          ),
        ]),
  ];

  const takeTurn = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    // Looking comes first: the very first look marks from where on events are heard, and the sweep covers the rest.
    await look.run();
    if (!stopping.signal.aborted) await Promise.all(sweeps.map((each) => each.takeTurn()));
  };

  const looking = setInterval(() => void takeTurn(), everySeconds * 1000);
  const times = sweeps.map(({ time, makeDue }) => atTimesOfDay(time, makeDue));
  void takeTurn();

  return {
    look: () => void takeTurn(),
    stop: async () => {
      stopping.abort();
      clearInterval(looking);
      await Promise.all(times.map((each) => each.stop()));
      await watcher.stop();
      await Promise.all([look.settled(), ...sweeps.map((each) => each.settled())]);
    },
  };
};

const sweepOptions = ({ sweepDays, sweepStableMs = 0 }: ScheduleOptions, signal: AbortSignal) => ({
  days: sweepDays,
  stableMs: sweepStableMs,
  signal,
});

/** A task that is due at the start and by the clock, and stays so until it went well. */
const whenDue = (time: string, task: ReturnType<typeof oneAtATime>) => {
  let isDue = true;
  return {
    time,
    makeDue: (): void => {
      isDue = true;
    },
    takeTurn: async (): Promise<void> => {
      if (!isDue || task.isRunning()) return;
      isDue = false;
      if (!(await task.run())) isDue = true;
    },
    settled: task.settled,
  };
};

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
const reportTrouble = (log: Log, what: "watch" | "sweep" | "full-sweep"): ((error: unknown) => void) => {
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
