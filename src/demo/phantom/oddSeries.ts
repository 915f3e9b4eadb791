import { makePhantom } from "./makePhantom.ts";
import { derivedSeries } from "./odd/derived.ts";
import { momentSeries } from "./odd/moments.ts";
import { lazily, type OddSeries, small } from "./odd/odd.ts";
import { pixelSeries } from "./odd/pixels.ts";
import { stackSeries } from "./odd/stacks.ts";
import { seriesOfSeveral } from "./odd/together.ts";

/**
 * Series as archives really hold them beside the plain ones, with what becomes of each: from the same seed the same
 * bytes. Small matrices; the CT ones share a study, as do the T1 and the T2 ones. Of all there are, or, since each
 * takes its time, of those with the given names.
 */
export const oddSeries = (seed: number, names: readonly string[] | null = null): readonly OddSeries[] => {
  const ct = lazily(() => makePhantom({ seed, modelClass: "CT", ...small, vendor: "Siemens" }));
  return [
    ...derivedSeries(seed, ct),
    ...stackSeries(seed, ct),
    ...seriesOfSeveral(seed),
    ...momentSeries(seed, ct),
    ...pixelSeries(seed, ct),
  ].flatMap(({ name, make }) => (names === null || names.includes(name) ? [make()] : []));
};
