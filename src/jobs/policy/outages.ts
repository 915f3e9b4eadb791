import type { Outage, Outages } from "../../ports/results.ts";
import { makeFates } from "./fates.ts";

/** Outages in the memory of this process: the next one asks once more, and knows. */
export const makeOutages = (): Outages => {
  const known = new Map<string, Outage>();
  const fates = makeFates();
  return {
    find: (destination) => known.get(destination) ?? null,
    note: (destination, outage) => {
      const failuresInRow = (known.get(destination)?.failuresInRow ?? 0) + 1;
      known.set(destination, { ...outage, failuresInRow });
    },
    passed: (destination, jobId) => {
      known.delete(destination);
      fates.passed(jobId, [destination]);
    },
    failsAlone: (destination, jobId) => fates.failsAlone(jobId, [destination]),
  };
};
