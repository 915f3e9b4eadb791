import { makeRandom, type Random } from "../../src/demo/phantom/random.ts";
import { assemble, type Layout, layOut } from "./layout.ts";
import { below, byteMutations } from "./mutateBytes.ts";
import { elementMutations } from "./mutateElements.ts";
import type { Seed } from "./seeds.ts";

/** The files of one broken series, and what it was made of. */
export type Mutant = { readonly name: string; readonly files: readonly Uint8Array[] };

/** How often a real file is the seed; most are hundreds of times larger than our own. */
const realShare = 0.06;

/** The files' layouts, found once. */
const layouts = new WeakMap<Uint8Array, Layout | null>();

const layoutOf = (file: Uint8Array): Layout | null => {
  const known = layouts.get(file);
  if (known !== undefined) return known;
  const layout = layOut(file);
  layouts.set(file, layout);
  return layout;
};

const mutateFile = (file: Uint8Array, random: Random): Uint8Array => {
  const layout = random.next() < 0.75 ? layoutOf(file) : null;
  const changed =
    layout === null
      ? file
      : assemble(
          layout,
          Array.from({ length: 1 + below(random, 3, 2) }, () =>
            random.pick(elementMutations)(layout, random),
          ).flat(),
        );
  return changed.length > 0 && (layout === null || random.next() < 0.15)
    ? random.pick(byteMutations)(changed, random)
    : changed;
};

/** The mutant with this number: the same for the same seeds and number, whatever came before. */
export const makeMutant = (
  seeds: { readonly own: readonly Seed[]; readonly real: readonly Seed[] },
  seed: number,
  index: number,
): Mutant => {
  const random = makeRandom(seed, `mutant ${index}`);
  const pool = random.next() < realShare && seeds.real.length > 0 ? seeds.real : seeds.own;
  const chosen = pool[below(random, pool.length)] as Seed;
  const hit = below(random, chosen.files.length);
  const files = chosen.files.map((file, n) => (n === hit ? mutateFile(file, random) : file));
  return { name: `${index} of ${chosen.name}`, files };
};
