/** How jobs fare in the steps of their story, in the memory of one worker: whether a failure is theirs or the archive's. */
export type Fates = {
  readonly passed: (jobId: number, steps: readonly string[]) => void;
  /**
   * A job failed in these steps. True where another passed one of them since this one failed in it last: then the job fails
   * alone, and the fault is its own. While all fail alike, nobody's is told from the archive's.
   */
  readonly failsAlone: (jobId: number, steps: readonly string[]) => boolean;
  readonly ended: (jobId: number) => void;
};

export const makeFates = (): Fates => {
  const passes = new Map<string, number>();
  /** By job and step: how often the step had been passed when the job failed in it last. */
  const failures = new Map<number, Map<string, number>>();
  const passesOf = (step: string): number => passes.get(step) ?? 0;
  return {
    passed: (jobId, steps) => {
      for (const step of steps) {
        passes.set(step, passesOf(step) + 1);
        failures.get(jobId)?.delete(step);
      }
    },
    failsAlone: (jobId, steps) => {
      const before = failures.get(jobId) ?? new Map<string, number>();
      const isAlone = steps.some((step) => passesOf(step) > (before.get(step) ?? passesOf(step)));
      for (const step of steps) before.set(step, passesOf(step));
      failures.set(jobId, before);
      return isAlone;
    },
    ended: (jobId) => void failures.delete(jobId),
  };
};
