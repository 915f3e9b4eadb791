import { type Html, html } from "../../html/html.ts";
import type { ComparedMeasure, MethodComparison, PairedTests } from "../compareMethods.ts";
import { nameSome } from "../nameSome.ts";
import { between, fixed, none, orWhy, pValue, signed } from "./numbers.ts";
import { type Cell, type Column, renderTable, withNote } from "./table.ts";

type Shown = { readonly words: string; readonly factor: number; readonly digits: number };

const shown: Readonly<Record<ComparedMeasure, Shown>> = {
  dice: { words: "Dice, percentage points", factor: 100, digits: 2 },
  hd95Mm: { words: "HD95, mm", factor: 1, digits: 2 },
  assdMm: { words: "ASSD, mm", factor: 1, digits: 2 },
  volumeMl: { words: "Volume, ml", factor: 1, digits: 2 },
};

type Row = Shown & { readonly tests: PairedTests | null; readonly n: number };

/** A dash with its reason where there are too few pairs to test. */
const of =
  (cell: (tests: PairedTests, row: Row) => Cell) =>
  (row: Row): Cell =>
    row.tests === null ? withNote(none, "needs 2 pairs") : cell(row.tests, row);

const columns: readonly Column<Row>[] = [
  { head: "Measure", isText: true, cell: ({ words }) => words },
  { head: "Pairs", cell: ({ n }) => n },
  {
    head: withNote("Mean difference", "(95 % interval)"),
    cell: of(({ pairedT }, { factor, digits }) =>
      withNote(
        signed(factor * pairedT.meanDifference, digits),
        `(${between(pairedT.interval, digits, factor)})`,
      ),
    ),
  },
  {
    head: withNote("Paired t", "degrees of freedom"),
    cell: of(({ pairedT }) => withNote(fixed(pairedT.t, 2), `${pairedT.degreesOfFreedom}`)),
  },
  { head: "p (t)", cell: of(({ pairedT }) => orWhy(pValue(pairedT.p), pairedT.why)) },
  {
    head: withNote("Effect", "Cohen's d of pairs"),
    cell: of(({ pairedT }) => orWhy(signed(pairedT.cohenDz, 2), pairedT.why)),
  },
  {
    head: withNote("Wilcoxon W", "pairs that differ"),
    cell: of(({ wilcoxon }) => withNote(fixed(wilcoxon.statistic, 1), `${wilcoxon.n}`)),
  },
  {
    head: "p (Wilcoxon)",
    cell: of(({ wilcoxon }) => withNote(pValue(wilcoxon.p), wilcoxon.method)),
  },
  {
    head: withNote("Effect", "rank-biserial"),
    cell: of(({ wilcoxon }) => orWhy(signed(wilcoxon.rankBiserial, 2), "no pair differs")),
  },
];

/** Two methods on the same references, measure by measure. */
export const renderComparison = (comparison: MethodComparison): Html => {
  const { firstName, secondName, cases, measures, withoutValue, leftOut } = comparison;
  const rows = (Object.keys(shown) as ComparedMeasure[]).map((measure) => ({
    ...shown[measure],
    tests: measures[measure],
    n: cases - withoutValue[measure].length,
  }));
  const withoutDistance = withoutValue.hd95Mm;
  const missing =
    withoutDistance.length === 0
      ? null
      : html`<p class="note">Without distances, since a mask is empty: ${nameSome(withoutDistance)}.</p>\n`;
  const lacking =
    leftOut.length === 0
      ? null
      : html`<p class="note"><strong>Not compared:</strong></p><ul class="note">${leftOut.map(({ name, failure }) => html`<li>${name}: ${failure.sentence}</li>\n`)}</ul>`;
  return html`${renderTable(html`Differences ${firstName} − ${secondName} of the ${cases} cases that both have.`, columns, [{ name: null, rows }])}
<p class="note">Above zero, ${firstName} has the larger value: better for Dice, worse for HD95 and ASSD, neither for the volume. All p values are two-sided and not corrected for the number of tests.</p>
${missing}${lacking}`;
};
