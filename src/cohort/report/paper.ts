import { type Html, html } from "../../html/html.ts";
import { type PaperRow, paperCitation } from "../paperTable.ts";
import { fixed, meanSd } from "./numbers.ts";
import { type Column, type RowGroup, renderTable, withNote } from "./table.ts";

const columns: readonly Column<PaperRow>[] = [
  {
    head: "Modality, centre",
    isText: true,
    cell: ({ modality, centre }) => (centre === null ? modality : html`<span class="inner">${centre}</span>`),
  },
  { head: "Cases", cell: ({ own }) => own?.cases ?? 0 },
  { head: withNote("Dice, %", "published"), cell: ({ paper }) => meanSd(paper?.dicePercent, 1) },
  { head: withNote("Dice, %", "here"), cell: ({ own }) => meanSd(own?.dicePercent, 1) },
  { head: withNote("Volume R²", "published"), cell: ({ paper }) => fixed(paper?.volumeR2, 2) },
  { head: withNote("Volume R²", "here"), cell: ({ own }) => fixed(own?.volumeR2, 2) },
  {
    head: withNote("Kappa, published", "between observers"),
    cell: ({ paper }) => fixed(paper?.interObserverKappa, 3),
  },
  {
    head: withNote("Kappa, here", "with the reference"),
    cell: ({ own }) => meanSd(own?.kappa, 3),
  },
  { head: withNote("HD95, mm", "here"), cell: ({ own }) => meanSd(own?.hd95Mm, 1) },
];

/** Each modality starts a block that its centres follow. */
const blocks = (rows: readonly PaperRow[]): readonly RowGroup<PaperRow>[] =>
  [...Map.groupBy(rows, ({ modality }) => modality).values()].map((block) => ({ name: null, rows: block }));

/** The publication's numbers beside those of this evaluation. */
export const renderPaper = (rows: readonly PaperRow[]): Html => {
  const [citation = "", doi = ""] = paperCitation.split("doi:");
  return html`${renderTable("The published results beside those of this evaluation, mean ± SD.", columns, blocks(rows))}
<p class="note">Published: ${citation}<a href="https://doi.org/${doi}">doi:${doi}</a>. Those numbers hold for the cases of their authors; other patients, scanners and readers give other numbers. The published kappa compares human observers, the one here the prediction with the reference.${rows.every(({ own }) => own === null) ? " No case here has a modality (CT, T1, T2): name it with --modality, or in a column modality of the table of groups." : ""}</p>`;
};
