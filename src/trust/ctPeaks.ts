import { binWidth, type Histogram } from "./histogram.ts";

/**
 * A CT is known by its histogram wherever it lies and whichever end is up: air is one narrow peak at an end, and nearly
 * all that is no air lies 1000 from it, because fat and muscle differ by a tenth of what parts both from air. MR tells
 * tissues by multiples: at whatever scale, fewer than half of a volume's tissues lie so close together.
 */

/** Units from the middle of the air's peak towards soft tissue. */
const air = { from: -60, to: 60 };
const beyondAir = -100;
const body = 300;
const softTissue = { from: 850, to: 1250 };

/**
 * Whole real CTs have 28 to 60 % of air, and 87 to 92 % of their body in soft tissue; MR at the worst scale 44 %. What
 * lies beyond air is noise.
 */
const limits = { leastAir: 0.25, mostBeyondAir: 0.01, leastBody: 0.05, leastSoftTissue: 0.82 };

export type CtPeaks = {
  /** Where air and soft tissue would lie, in units of the values. */
  readonly air: number;
  readonly softTissue: number;
  /** Of all values. */
  readonly airShare: number;
  /** Of all that is no air. */
  readonly softTissueShare: number;
};

/** How many values lie before each bin. */
const cumulate = (counts: Uint32Array): Uint32Array => {
  const before = new Uint32Array(counts.length + 1);
  for (const [bin, count] of counts.entries()) before[bin + 1] = (before[bin] as number) + count;
  return before;
};

/** The peaks of a histogram whose air lies at the low end, in units from its first bin. */
const peaksFrom = (counts: Uint32Array, total: number): CtPeaks | null => {
  const before = cumulate(counts);
  const countBefore = (units: number): number =>
    before[Math.min(Math.max(units / binWidth, 0), counts.length)] as number;
  const shareIn = (from: number, to: number): number => (countBefore(to) - countBefore(from)) / total;
  const end = counts.length * binWidth;
  const medianIn = (from: number, to: number): number => {
    const half = (countBefore(from) + countBefore(to)) / 2;
    return before.findIndex((count) => count >= half) * binWidth;
  };
  let best: CtPeaks | null = null;
  for (let at = 0; at < end && countBefore(at + beyondAir) <= limits.mostBeyondAir * total; at += binWidth) {
    const [airShare, bodyShare] = [shareIn(at + air.from, at + air.to), shareIn(at + body, end)];
    if (airShare < limits.leastAir || bodyShare < limits.leastBody) continue;
    const [from, to] = [at + softTissue.from, at + softTissue.to];
    const softTissueShare = shareIn(from, to) / bodyShare;
    if (softTissueShare < Math.max(limits.leastSoftTissue, best?.softTissueShare ?? 0)) continue;
    const lies = { air: medianIn(at + air.from, at + air.to), softTissue: medianIn(from, to) };
    best = { ...lies, airShare, softTissueShare };
  }
  return best;
};

/** The peaks of a CT in these values, upright or inverted; null where there are none. */
export const findCtPeaks = ({ least, counts, total }: Histogram): CtPeaks | null => {
  const upright = peaksFrom(counts, total);
  const inverted = peaksFrom(counts.toReversed(), total);
  const most = least + counts.length * binWidth;
  const found = [
    upright && { ...upright, air: least + upright.air, softTissue: least + upright.softTissue },
    inverted && { ...inverted, air: most - inverted.air, softTissue: most - inverted.softTissue },
  ].filter((peaks) => peaks !== null);
  const [better = null] = found.toSorted((a, b) => b.softTissueShare - a.softTissueShare);
  return better;
};
