/** Degree of the interpolating spline: nearest, linear, cubic. */
export type SplineOrder = 0 | 1 | 3;

/**
 * How one axis of `from` samples becomes one of `to` samples that cover the same extent (grid mode: sample centres at
 * (o + ½)·from/to − ½). Outside, the edge value goes on for ever. `first` counts from the start of the padded axis.
 * As scipy.ndimage.zoom(mode="nearest", grid_mode=True).
 */
export type AxisSpline = {
  readonly order: SplineOrder;
  readonly from: number;
  readonly to: number;
  /** First of the order + 1 samples that each output needs. */
  readonly first: Int32Array;
  readonly weights: Float64Array;
};

/** Samples that a cubic can reach beyond either end. */
export const PAD = 2;

/** Pole of the cubic B-spline's recursive prefilter. */
const pole = Math.sqrt(3) - 2;

/** Cubic B-spline weights times 6: the prefilter leaves its gain of 6 to them. */
const cubicWeights = (t: number): readonly number[] => [
  (1 - t) ** 3,
  4 - 6 * t ** 2 + 3 * t ** 3,
  1 + 3 * t + 3 * t ** 2 - 3 * t ** 3,
  t ** 3,
];

const placeSample = (order: SplineOrder, position: number): { first: number; weights: readonly number[] } => {
  if (order === 0) return { first: Math.floor(position + 0.5), weights: [1] };
  const below = Math.floor(position);
  const t = position - below;
  if (order === 1) return { first: below, weights: [1 - t, t] };
  return { first: below - 1, weights: cubicWeights(t) };
};

export const makeAxisSpline = (order: SplineOrder, from: number, to: number): AxisSpline => {
  const first = new Int32Array(to);
  const weights = new Float64Array(to * (order + 1));
  const scale = from / to;
  for (let o = 0; o < to; o++) {
    const centre = scale * (o + 0.5) - 0.5;
    const position = order === 3 ? centre : Math.min(Math.max(centre, 0), from - 1);
    const sample = placeSample(order, position);
    first[o] = sample.first + PAD;
    weights.set(sample.weights, o * (order + 1));
  }
  return { order, from, to, first, weights };
};

/** Last anticausal coefficient when the edge value goes on for ever: the sum of the causal filter's tail. */
const lastCoefficient = (edge: number, causal: number): number => {
  const settled = edge / (1 - pole);
  return -pole * (settled / (1 - pole) + (causal - settled) / (1 - pole * pole));
};

/** Turns samples into B-spline coefficients (without their gain), in place. */
const prefilterLine = (line: Float64Array, length: number): void => {
  const edge = line[length - 1] as number;
  let value = (line[0] as number) / (1 - pole);
  line[0] = value;
  for (let i = 1; i < length; i++) {
    value = (line[i] as number) + pole * value;
    line[i] = value;
  }
  value = lastCoefficient(edge, value);
  line[length - 1] = value;
  for (let i = length - 2; i >= 0; i--) {
    value = pole * (value - (line[i] as number));
    line[i] = value;
  }
};

/**
 * Resamples one line. `line` holds the samples from PAD on with PAD free places at either end, and is used up;
 * the result goes to `out` from `at` on.
 */
export const resampleLine = (axis: AxisSpline, line: Float64Array, out: Float64Array, at: number): void => {
  const { order, from, to, first, weights } = axis;
  line.fill(line[PAD] as number, 0, PAD);
  line.fill(line[PAD + from - 1] as number, PAD + from, from + 2 * PAD);
  if (order === 3) prefilterLine(line, from + 2 * PAD);
  for (let o = 0; o < to; o++) {
    const f = first[o] as number;
    if (order === 0) out[at + o] = line[f] as number;
    else if (order === 1) {
      const w = 2 * o;
      out[at + o] =
        (line[f] as number) * (weights[w] as number) + (line[f + 1] as number) * (weights[w + 1] as number);
    } else {
      const w = 4 * o;
      out[at + o] =
        (line[f] as number) * (weights[w] as number) +
        (line[f + 1] as number) * (weights[w + 1] as number) +
        (line[f + 2] as number) * (weights[w + 2] as number) +
        (line[f + 3] as number) * (weights[w + 3] as number);
    }
  }
};

/** `prefilterLine` for many columns side by side; going by rows keeps memory access in order. */
const prefilterRows = (rows: Float64Array, count: number, width: number): void => {
  for (let i = 0; i < width; i++) rows[i] = (rows[i] as number) / (1 - pole);
  const end = (count - 1) * width;
  for (let at = width; at < end; at++) {
    rows[at] = (rows[at] as number) + pole * (rows[at - width] as number);
  }
  for (let at = end; at < end + width; at++) {
    const edge = rows[at] as number;
    rows[at] = lastCoefficient(edge, edge + pole * (rows[at - width] as number));
  }
  for (let at = end - 1; at >= 0; at--) {
    rows[at] = pole * ((rows[at + width] as number) - (rows[at] as number));
  }
};

const blendRows = (
  axis: AxisSpline,
  o: number,
  rows: Float64Array,
  width: number,
  out: Float64Array,
  at: number,
): void => {
  const a = (axis.first[o] as number) * width;
  const [b, c, d] = [a + width, a + 2 * width, a + 3 * width];
  const w = o * (axis.order + 1);
  const w0 = axis.weights[w] as number;
  if (axis.order === 0) {
    for (let i = 0; i < width; i++) out[at + i] = rows[a + i] as number;
    return;
  }
  const w1 = axis.weights[w + 1] as number;
  if (axis.order === 1) {
    for (let i = 0; i < width; i++) out[at + i] = (rows[a + i] as number) * w0 + (rows[b + i] as number) * w1;
    return;
  }
  const w2 = axis.weights[w + 2] as number;
  const w3 = axis.weights[w + 3] as number;
  for (let i = 0; i < width; i++) {
    out[at + i] =
      (rows[a + i] as number) * w0 +
      (rows[b + i] as number) * w1 +
      (rows[c + i] as number) * w2 +
      (rows[d + i] as number) * w3;
  }
};

/**
 * Resamples a stack of rows across the rows. `rows` holds them from row PAD on with PAD free rows at either end, and is
 * used up; row o of the result goes to `out` at `at + o·stride`.
 */
export const resampleRows = (
  axis: AxisSpline,
  rows: Float64Array,
  width: number,
  out: Float64Array,
  at = 0,
  stride = width,
): void => {
  const last = (PAD + axis.from - 1) * width;
  for (let p = 0; p < PAD; p++) {
    rows.copyWithin(p * width, PAD * width, (PAD + 1) * width);
    rows.copyWithin(last + (p + 1) * width, last, last + width);
  }
  if (axis.order === 3) prefilterRows(rows, axis.from + 2 * PAD, width);
  for (let o = 0; o < axis.to; o++) blendRows(axis, o, rows, width, out, at + o * stride);
};
