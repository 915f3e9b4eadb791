import type { Phantom } from "./makePhantom.ts";
import { makeRandom } from "./random.ts";

/** In an order that the seed alone decides. */
export const shuffled = <T>(items: readonly T[], seed: number): readonly T[] => {
  const random = makeRandom(seed, "order");
  return items
    .map((item) => [random.next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
};

/** The indices of a phantom's planes, shuffled. */
export const shuffledPlanes = ({ volume, facts }: Phantom): readonly number[] =>
  shuffled(
    Array.from({ length: volume.grid.shape[0] }, (_, k) => k),
    facts.seed,
  );
