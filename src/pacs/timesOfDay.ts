import cron from "node-cron";

const LOOK_MS = 1000;
/** More than a clock is ever slewed in one look. */
const JUMP_MS = 2000;

/**
 * Run at the times that a cron line names. node-cron waits for the moment that it foresaw: once the clock was set back, for
 * as long again. So the times are reckoned anew whenever the clock jumps against the monotonic one.
 */
export const atTimesOfDay = (line: string, run: () => void): { readonly stop: () => Promise<void> } => {
  const schedule = () => cron.schedule(line, run, { suppressMissedWarning: true });
  const offsetMs = (): number => Date.now() - performance.now();
  let task = schedule();
  let seenMs = offsetMs();
  const timer = setInterval(() => {
    const jumpMs = offsetMs() - seenMs;
    seenMs += jumpMs;
    if (Math.abs(jumpMs) < JUMP_MS) return;
    void task.destroy();
    task = schedule();
  }, LOOK_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await task.destroy();
    },
  };
};
