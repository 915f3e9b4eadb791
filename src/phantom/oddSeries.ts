import { zyx } from "../domain/axes.ts";
import { makePhantom } from "./makePhantom.ts";
import { derivedSeries } from "./odd/derived.ts";
import type { OddSeries } from "./odd/odd.ts";
import { pixelSeries } from "./odd/pixels.ts";
import { stackSeries } from "./odd/stacks.ts";
import { seriesOfSeveral } from "./odd/together.ts";

/**
 * Series as archives really hold them beside the plain ones, with what becomes of each: from the same seed the same
 * bytes. Small matrices; the CT ones share a study, as do the T1 and the T2 ones.
 */
export const oddSeries = (seed: number): readonly OddSeries[] => {
  const ct = makePhantom({
    seed,
    modelClass: "CT",
    shape: zyx(24, 96, 96),
    spacingMm: zyx(8, 4.2, 4.2),
    vendor: "Siemens",
  });
  return [...derivedSeries(ct), ...stackSeries(ct), ...seriesOfSeveral(seed), ...pixelSeries(ct)];
};
