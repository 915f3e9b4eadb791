/**
 * One pass of the distance transform along lines of `length` voxels: writes min over v of ((q − v)·spacing)² + squared(v)
 * (mm²) into the array, the lower envelope of parabolas. Lines that are infinite throughout stay so.
 * Source: Felzenszwalb & Huttenlocher 2012, https://doi.org/10.4086/toc.2012.v008a019, algorithm 1.
 */
export const makePass = (length: number, spacingMm: number) => {
  const before = new Float64Array(length);
  const apexes = new Int32Array(length);
  const starts = new Float64Array(length);
  const buildEnvelope = (squared: Float64Array, offset: number, stride: number): number => {
    let top = -1;
    for (let q = 0; q < length; q++) {
      const value = squared[offset + q * stride] as number;
      before[q] = value;
      if (value === Number.POSITIVE_INFINITY) continue;
      let start = Number.NEGATIVE_INFINITY;
      while (top >= 0) {
        const v = apexes[top] as number;
        start = (value - (before[v] as number)) / (2 * (q - v) * spacingMm) + ((q + v) * spacingMm) / 2;
        if (start > (starts[top] as number)) break;
        top--;
      }
      top++;
      apexes[top] = q;
      starts[top] = start;
    }
    return top;
  };
  return (squared: Float64Array, offset: number, stride: number): void => {
    const top = buildEnvelope(squared, offset, stride);
    if (top < 0) return;
    for (let q = 0, part = 0; q < length; q++) {
      while (part < top && (starts[part + 1] as number) < q * spacingMm) part++;
      const v = apexes[part] as number;
      const alongMm = (q - v) * spacingMm;
      squared[offset + q * stride] = alongMm * alongMm + (before[v] as number);
    }
  };
};
