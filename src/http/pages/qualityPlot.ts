import type { QualityGroup } from "../../domain/quality.ts";
import { type Html, html } from "../../html/html.ts";

const size = { width: 720, height: 240, left: 48, right: 30, top: 12, bottom: 30 } as const;
const MOST_LABELS = 12;

type Month = { readonly name: string; readonly index: number; readonly group: QualityGroup };

/** Months since the year 0, so that those without a correction leave a gap. */
const indexOf = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;

const nameOf = (index: number): string =>
  `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;

const monthsOf = (groups: readonly QualityGroup[]): readonly Month[] =>
  groups.flatMap((group) => {
    const { month, scanner } = group.where;
    const isPlaced = month !== undefined && scanner === undefined && /^\d{4}-\d{2}$/.test(month);
    return isPlaced ? [{ name: month, index: indexOf(month), group }] : [];
  });

const percent = (dice: number): string => `${(100 * dice).toFixed(1)} %`;

/** The scale of both axes, in units of the drawing. */
const scaleOf = (months: readonly Month[]) => {
  const { width, height, left, right, top, bottom } = size;
  const indices = months.map(({ index }) => index);
  const [first, last] = [Math.min(...indices), Math.max(...indices)];
  const lows = months.map(({ group: { dice } }) => dice.mean - (dice.sd ?? 0));
  const least = Math.max(0, Math.floor(Math.min(...lows, 0.9) * 10) / 10);
  const share = (index: number): number => (last === first ? 0.5 : (index - first) / (last - first));
  return {
    first,
    last,
    least,
    x: (index: number): string => (left + share(index) * (width - left - right)).toFixed(1),
    y: (dice: number): string => {
      const part = (Math.min(Math.max(dice, least), 1) - least) / (1 - least);
      return (height - bottom - part * (height - top - bottom)).toFixed(1);
    },
  };
};

type Scale = ReturnType<typeof scaleOf>;

const gridLines = ({ least, y }: Scale): readonly Html[] => {
  const tenths = Array.from({ length: Math.round((1 - least) * 10) + 1 }, (_, step) => least + step / 10);
  return tenths.map(
    (dice) =>
      html`<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y(dice)}" y2="${y(dice)}"/><text x="${size.left - 6}" y="${y(dice)}" dy="0.35em" text-anchor="end">${Math.round(dice * 100)}</text>`,
  );
};

const monthLabels = ({ first, last, x }: Scale): readonly Html[] => {
  const step = Math.ceil((last - first + 1) / MOST_LABELS);
  const count = Math.floor((last - first) / step) + 1;
  return Array.from({ length: count }, (_, label) => first + label * step).map(
    (index) =>
      html`<text x="${x(index)}" y="${size.height - 8}" text-anchor="middle">${nameOf(index)}</text>`,
  );
};

const mark = ({ name, index, group: { cases, dice } }: Month, { x, y }: Scale): Html => {
  const [high, low] = [dice.mean + (dice.sd ?? 0), dice.mean - (dice.sd ?? 0)];
  return html`<g><title>${name}: ${percent(dice.mean)}, ${cases} case(s)</title><line class="spread" x1="${x(index)}" x2="${x(index)}" y1="${y(high)}" y2="${y(low)}"/><circle cx="${x(index)}" cy="${y(dice.mean)}" r="4"/></g>`;
};

/** Mean Dice of each month in percent, with its SD; nothing where no month is known. */
export const renderMonths = (groups: readonly QualityGroup[]): Html | null => {
  const months = monthsOf(groups);
  if (months.length === 0) return null;
  const scale = scaleOf(months);
  const line = months.map(({ index, group }) => `${scale.x(index)},${scale.y(group.dice.mean)}`).join(" ");
  return html`<figure><svg class="plot months" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="Mean Dice of ${months.length} month(s)">${gridLines(scale)}${monthLabels(scale)}<polyline points="${line}"/>${months.map((month) => mark(month, scale))}</svg>
<figcaption>Mean Dice in percent of the corrected cases of each month; bars are one standard deviation.</figcaption></figure>`;
};
