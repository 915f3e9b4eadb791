import { hostileFiles } from "./hostile.ts";
import { type Mutant, makeMutant } from "./mutants.ts";
import type { makeSeeds } from "./seeds.ts";

type Seeds = Awaited<ReturnType<typeof makeSeeds>>;

/** Below zero the files that were made to hurt, from zero on the mutants. */
export const firstCase = -hostileFiles.length;

export const makeCase = (seeds: Seeds, seed: number, index: number): Mutant => {
  const hostile = hostileFiles[index - firstCase];
  return hostile === undefined
    ? makeMutant(seeds, seed, index)
    : { name: hostile.name, files: hostile.make(seeds.own) };
};
