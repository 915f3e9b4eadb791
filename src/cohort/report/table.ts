import { type Html, html } from "../../html/html.ts";

export type Cell = Html | string | number | null;

export type Column<Row> = {
  readonly head: Cell;
  /** Numbers stand to the right, so that their digits lie below each other; words to the left. */
  readonly isText?: boolean;
  readonly cell: (row: Row) => Cell;
};

export type RowGroup<Row> = {
  /** Null: the rows need no heading of their own. */
  readonly name: Cell;
  readonly rows: readonly Row[];
};

const side = (isText = false): string => (isText ? "text" : "number");

/**
 * A table with a caption; its first column heads the rows. `idOf` gives a row the name by which a link leads to it.
 */
export const renderTable = <Row>(
  caption: Cell,
  columns: readonly Column<Row>[],
  groups: readonly RowGroup<Row>[],
  idOf: (row: Row) => string | null = () => null,
): Html => {
  const row = (each: Row): Html => {
    const id = idOf(each);
    const cells = columns.map(({ isText, cell }, i) =>
      i === 0
        ? html`<th scope="row" class="${side(isText)}">${cell(each)}</th>`
        : html`<td class="${side(isText)}">${cell(each)}</td>`,
    );
    return id === null ? html`<tr>${cells}</tr>\n` : html`<tr id="${id}">${cells}</tr>\n`;
  };
  const body = ({ name, rows }: RowGroup<Row>): Html => {
    const heading =
      name === null
        ? null
        : html`<tr class="group"><th scope="rowgroup" colspan="${columns.length}">${name}</th></tr>\n`;
    return html`<tbody>${heading}${rows.map(row)}</tbody>`;
  };
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr>${columns.map(({ head, isText }) => html`<th scope="col" class="${side(isText)}">${head}</th>`)}</tr></thead>
${groups.map(body)}
</table></div>`;
};

/** A number and, smaller below it, what belongs to it. */
export const withNote = (main: string, note: string | null): Html =>
  html`${main}${note === null ? null : html`<small>${note}</small>`}`;
