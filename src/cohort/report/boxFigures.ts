import type { CohortCase } from "../../evaluate/summariseCohort.ts";
import { type Html, html } from "../../html/html.ts";
import { type BoxAxis, type BoxGroup, boxPlot, leastForBox, mostAsPoints } from "./boxPlot.ts";
import { caseHint } from "./caseHint.ts";
import { drawSvg, inTurn } from "./drawSvg.ts";
import { count, fixed, none } from "./numbers.ts";
import { ink, modalityStyles, styleOf } from "./palette.ts";

/** A column with more values names cases rather than groups. */
const mostRows = 40;

type Shown = {
  readonly name: string;
  readonly measure: (one: CohortCase) => number | null;
  readonly axis: (values: readonly number[]) => BoxAxis;
  readonly unit: string;
};

const shown: readonly Shown[] = [
  {
    name: "Dice",
    measure: ({ agreement }) => 100 * agreement.dice,
    // What lies above the least tens is seen larger; boxes, unlike bars, need no zero.
    axis: (values) => ({
      title: "Dice, %",
      domain: [Math.min(90, 10 * Math.floor(Math.min(...values) / 10)), 100],
    }),
    unit: "%",
  },
  {
    name: "HD95",
    measure: ({ agreement }) => agreement.hd95Mm,
    axis: (values) => ({ title: "HD95, mm", domain: [0, Math.max(1, ...values)] }),
    unit: "mm",
  },
];

/** What the rows of one figure are: the values of a column, or all cases in one. */
type Split = { readonly title: string; readonly rows: readonly Row[] };
type Row = { readonly name: string; readonly colour: string; readonly cases: readonly CohortCase[] };

const splitBy = (column: string, cases: readonly CohortCase[]): Split => {
  const styles = column === "modality" ? modalityStyles(cases) : [];
  const names = [...new Set(cases.flatMap(({ groups }) => groups[column] ?? []))].sort();
  const rows = names.map((name) => ({
    name: name === "" ? none : name,
    colour: styleOf(styles, name).colour,
    cases: cases.filter(({ groups }) => groups[column] === name),
  }));
  return { title: `by ${column}`, rows };
};

const drawOne = async ({ name, measure, axis, unit }: Shown, { title, rows }: Split): Promise<Html> => {
  const groups = rows.map(({ name: group, colour, cases }): BoxGroup => {
    const values = cases.flatMap((one) => {
      const value = measure(one);
      return value === null ? [] : [{ value, hint: caseHint(one) }];
    });
    return { label: `${group} (${values.length})`, colour, values };
  });
  const values = groups.flatMap((group) => group.values.map(({ value }) => value));
  if (values.length === 0) return html`<p class="none">No case has a value of ${name}.</p>`;
  const [least, most] = [fixed(Math.min(...values), 1), fixed(Math.max(...values), 1)];
  const label = `Box plot of ${name} ${title}: ${count(values.length, "case")} in ${count(rows.length, "group")}, from ${least} to ${most} ${unit}.`;
  return drawSvg(boxPlot(groups, axis(values)), label);
};

const figure = async (split: Split): Promise<Html> => {
  if (split.rows.length > mostRows)
    return html`<p class="none">No box plots ${split.title}: it has ${split.rows.length} values, more than ${mostRows}.</p>`;
  const drawings = await inTurn(shown, (one) => drawOne(one, split));
  return html`<figure><div class="plots">${drawings}</div><figcaption>Dice and HD95 ${split.title}; the number of cases in brackets.</figcaption></figure>\n`;
};

/** Dice and HD95, once for each column of the groups, by modality first; of all cases where there are no columns. */
export const renderBoxes = async (cases: readonly CohortCase[]): Promise<Html> => {
  const columns = [...new Set(cases.flatMap(({ groups }) => Object.keys(groups)))];
  const ordered = columns.toSorted((a, b) => Number(b === "modality") - Number(a === "modality"));
  const splits =
    ordered.length === 0
      ? [{ title: "of all cases", rows: [{ name: "All cases", colour: ink.accent, cases }] }]
      : ordered.map((column) => splitBy(column, cases));
  return html`${await inTurn(splits, figure)}
<p class="note">Boxes span the quartiles, the line is the median, whiskers reach the farthest case within 1.5 interquartile ranges; groups of fewer than ${leastForBox} cases have no box. Points are cases: all of a group of up to ${mostAsPoints}, of a larger one those beyond the whiskers. Their height within a row has no meaning. The pointer on a point shows its case.</p>`;
};
