import type { CohortCase, Groups } from "../../evaluate/summariseCohort.ts";
import { type Html, html } from "../../html/html.ts";
import type { GalleryPicture, LeftOut } from "../cohortReport.ts";
import { caseHint } from "./caseHint.ts";
import { fixed, none, percent, signed } from "./numbers.ts";
import { type Column, renderTable, withNote } from "./table.ts";

/** A case and the anchor of its row; the name itself may hold what no anchor can. */
export type ListedCase = CohortCase & { readonly anchor: string };

/** Worst first: whoever opens the list looks for what went wrong. */
export const listCases = (cases: readonly CohortCase[]): readonly ListedCase[] =>
  cases
    .toSorted((a, b) => a.agreement.dice - b.agreement.dice || (a.name < b.name ? -1 : 1))
    .map((one, i) => ({ ...one, anchor: `case-${i + 1}` }));

const columnsOf = (rows: readonly { readonly groups: Groups }[]): readonly string[] => [
  ...new Set(rows.flatMap(({ groups }) => Object.keys(groups))),
];

const groupColumns = <Row extends { readonly groups: Groups }>(
  rows: readonly Row[],
): readonly Column<Row>[] =>
  columnsOf(rows).map((name) => ({ head: name, isText: true, cell: ({ groups }) => groups[name] ?? none }));

const emptyWords = {
  none: null,
  first: "prediction empty",
  second: "reference empty",
  both: "both empty",
} as const;

const measured: readonly Column<ListedCase>[] = [
  { head: withNote("Dice", "%"), cell: ({ agreement }) => percent(agreement.dice) },
  { head: withNote("HD95", "mm"), cell: ({ agreement }) => fixed(agreement.hd95Mm, 1) },
  { head: withNote("Robust HD95", "mm"), cell: ({ agreement }) => fixed(agreement.robustHd95Mm, 1) },
  { head: withNote("ASSD", "mm"), cell: ({ agreement }) => fixed(agreement.assdMm, 2) },
  { head: withNote("Surface Dice", "%"), cell: ({ agreement }) => percent(agreement.surfaceDice) },
  { head: withNote("Precision", "%"), cell: ({ agreement }) => percent(agreement.precision) },
  { head: withNote("Recall", "%"), cell: ({ agreement }) => percent(agreement.recall) },
  { head: "Kappa", cell: ({ agreement }) => fixed(agreement.kappa, 3) },
  { head: withNote("Reference", "ml"), cell: ({ agreement }) => fixed(agreement.referenceMl, 1) },
  { head: withNote("Prediction", "ml"), cell: ({ agreement }) => fixed(agreement.volumeMl, 1) },
  { head: withNote("Difference", "ml"), cell: ({ agreement }) => signed(agreement.volumeDifferenceMl, 1) },
];

export const renderCases = (cases: readonly ListedCase[]): Html =>
  renderTable(
    "All cases, lowest Dice first.",
    [
      {
        head: "Case",
        isText: true,
        cell: ({ name, agreement }) => withNote(name, emptyWords[agreement.emptyMask]),
      },
      ...groupColumns(cases),
      ...measured,
    ],
    [{ name: null, rows: cases }],
    ({ anchor }) => anchor,
  );

export const renderLeftOut = (leftOut: readonly LeftOut[]): Html =>
  renderTable(
    "Cases without numbers; no statistic of this report knows them.",
    [
      { head: "Case", isText: true, cell: ({ name }) => name },
      ...groupColumns(leftOut),
      { head: "Reason", isText: true, cell: ({ failure }) => withNote(failure.sentence, failure.remedy) },
      { head: "Code", isText: true, cell: ({ failure }) => html`<code>${failure.code}</code>` },
    ],
    [{ name: null, rows: leftOut }],
  );

/** Pictures of cases, each with its numbers and a link to its row. */
export const renderGallery = (gallery: readonly GalleryPicture[], cases: readonly ListedCase[]): Html => {
  const pictures = gallery.map(({ name, png }) => {
    const one = cases.find((each) => each.name === name);
    const words = one === undefined ? name : caseHint(one);
    const caption = one === undefined ? html`${words}` : html`<a href="#${one.anchor}">${words}</a>`;
    const source = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
    return html`<figure><img src="${source}" alt="Key slices of ${name} with the outlines of prediction and reference"><figcaption>${caption}</figcaption></figure>\n`;
  });
  return html`<p>The cases of lowest Dice in key slices, the reference outlined in blue and the prediction in orange.</p>
<div class="gallery">${pictures}</div>`;
};
