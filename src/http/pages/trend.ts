import { describeTrend, type Trend } from "../../domain/trend.ts";
import { type Html, html } from "../../html/html.ts";

const size = { width: 220, height: 56, margin: 6 } as const;

type Point = { readonly year: number; readonly volumeMl: number };

const yearOf = (date: string): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8))) / 31_557_600_000;

/** Where a value lies between the least and the greatest, from 0 to 1; in the middle where they are one. */
const share = (value: number, values: readonly number[]): number => {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return greatest === least ? 0.5 : (value - least) / (greatest - least);
};

/** Volumes over time: the line from zero upwards would hide what changes, so it fills the height. */
const plot = (points: readonly Point[]): Html => {
  const { width, height, margin } = size;
  const years = points.map(({ year }) => year);
  const volumes = points.map(({ volumeMl }) => volumeMl);
  const placed = points.map(({ year, volumeMl }) => ({
    x: (margin + share(year, years) * (width - 2 * margin)).toFixed(1),
    y: (height - margin - share(volumeMl, volumes) * (height - 2 * margin)).toFixed(1),
  }));
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Volumes of ${points.length} studies over time"><polyline points="${placed.map(({ x, y }) => `${x},${y}`).join(" ")}"/>${placed.map(({ x, y }) => html`<circle cx="${x}" cy="${y}" r="3"/>`)}</svg>`;
};

/** How a result compares with earlier ones, as a picture and in words. */
export const renderTrend = (trend: Trend, volumeMl: number): Html => {
  const { priors, studyDate } = trend;
  const points = [...priors, { studyDate, volumeMl }].map((each) => ({
    year: yearOf(each.studyDate),
    volumeMl: each.volumeMl,
  }));
  return html`<div class="trend">${plot(points)}<p>${describeTrend(trend)}</p></div>`;
};
