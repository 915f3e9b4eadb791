/** Reads mutants by number and says what became of each; everything dangerous happens here. */
import { makeCase } from "./cases.ts";
import { type Outcome, readMutant } from "./readMutant.ts";
import { makeSeeds } from "./seeds.ts";

export type Order = { readonly seed: number; readonly from: number; readonly to: number };
export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "begin"; readonly index: number }
  | { readonly kind: "done"; readonly index: number; readonly outcome: Outcome; readonly ms: number };

const say = (answer: Answer): void => void process.send?.(answer);

const seeds = await makeSeeds();

process.on("message", async ({ seed, from, to }: Order) => {
  for (let index = from; index < to; index++) {
    const mutant = makeCase(seeds, seed, index);
    say({ kind: "begin", index });
    const startedAtMs = performance.now();
    const outcome = await readMutant(mutant);
    say({ kind: "done", index, outcome, ms: performance.now() - startedAtMs });
    // Lets the messages out before the next file can block.
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.disconnect();
});
process.on("disconnect", () => process.exit());

say({ kind: "ready" });
