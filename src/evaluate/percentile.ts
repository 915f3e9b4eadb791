/**
 * Value below which `percent` (0…100) of the ascending values lie, linear between neighbours: numpy.percentile's default
 * ("linear", Hyndman & Fan's type 7), to the last bit. NaN for no values.
 */
export const percentileOfSorted = (sorted: ArrayLike<number>, percent: number): number => {
  const at = (sorted.length - 1) * (percent / 100);
  const lower = Math.floor(at);
  const fraction = at - lower;
  const low = sorted[lower] ?? Number.NaN;
  const high = sorted[Math.min(lower + 1, sorted.length - 1)] ?? Number.NaN;
  // numpy starts from the nearer end, which keeps the result monotone.
  return fraction >= 0.5 ? high - (high - low) * (1 - fraction) : low + (high - low) * fraction;
};
