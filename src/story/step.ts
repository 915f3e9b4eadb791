import { FailureError, failed } from "../domain/failure.ts";
import type { StepName } from "../domain/step.ts";
import type { Clock, Log, Step } from "../ports/world.ts";

export type StepOptions = {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the service stops, or with a FailureError as its reason: the story ends between two steps or at the next progress report. */
  readonly signal: AbortSignal;
  /** What stands in every log line of this story, asked for at each line. */
  readonly fields: () => Readonly<Record<string, unknown>>;
  /** Told at every step's start (share 0) and at most every `reportEveryMs` within it. A rejection stops the story. */
  readonly report: (step: string, share: number) => Promise<void> | void;
  readonly reportEveryMs?: number;
};

/** One log line per finished step, with its seconds; see the port. */
export const makeStep = (options: StepOptions): Step => {
  const { clock, log, signal, fields, report, reportEveryMs = 1000 } = options;
  const secondsPerStep: Record<string, number> = {};

  const run = async <T>(
    name: StepName,
    work: (progress: (share: number) => void) => T | Promise<T>,
  ): Promise<T> => {
    stopIfAborted(signal);
    await report(name, 0);
    const startedAtMs = clock.nowMs();
    const seconds = (): number => Math.round(clock.nowMs() - startedAtMs) / 1000;
    try {
      const value = await work(makeProgress(name, { signal, report, clock, reportEveryMs }));
      secondsPerStep[name] = seconds();
      log.info("step done", { ...fields(), step: name, seconds: seconds() });
      return value;
    } catch (error) {
      log.warn("step failed", { ...fields(), step: name, seconds: seconds() });
      throw error;
    }
  };
  return Object.assign(run, { secondsPerStep });
};

type ProgressOptions = Pick<Required<StepOptions>, "signal" | "report" | "clock" | "reportEveryMs">;

const makeProgress = (name: string, { signal, report, clock, reportEveryMs }: ProgressOptions) => {
  let reportedAtMs = clock.nowMs();
  let rejection: unknown;
  return (share: number): void => {
    // Progress is reported from within synchronous loops, so a refused report is raised at the next one.
    if (rejection !== undefined) throw rejection;
    stopIfAborted(signal);
    if (clock.nowMs() - reportedAtMs < reportEveryMs) return;
    reportedAtMs = clock.nowMs();
    Promise.resolve(report(name, share)).catch((error: unknown) => {
      rejection = error;
    });
  };
};

const stopIfAborted = (signal: AbortSignal): void => {
  // Who stopped it may say how it ends.
  if (signal.aborted && signal.reason instanceof FailureError) throw signal.reason;
  if (signal.aborted)
    throw failed("STOPPING", "The service is stopping; the job goes on after the next start.");
};
