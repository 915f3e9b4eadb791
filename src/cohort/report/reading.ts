import { type Html, html } from "../../html/html.ts";
import type { CohortReport } from "../cohortReport.ts";
import { nameSome } from "../nameSome.ts";

/** What was read and how, and what people should know of it; null where there is nothing to say. */
export const renderReading = ({ groupsTable, remarks }: CohortReport): Html | null => {
  const lines: readonly Html[] = [
    ...(groupsTable === null
      ? []
      : [
          html`Table of groups: ${groupsTable.rows} rows, ${groupsTable.encoding}, parted by “${groupsTable.separator}”.`,
          ...groupsTable.notGroups.map(({ column, why }) => html`Column ${column} makes no groups: ${why}.`),
          ...named("Rows that name no case", groupsTable.unmatchedRows),
          ...named("Cases without a row", groupsTable.unmatchedCases),
        ]),
    ...remarks.flatMap(({ sentence, names }) => named(sentence, names)),
  ];
  return lines.length === 0
    ? null
    : html`<ul class="note">${lines.map((line) => html`<li>${line}</li>\n`)}</ul>`;
};

const named = (words: string, names: readonly string[]): readonly Html[] =>
  names.length === 0 ? [] : [html`${words} (${names.length}): ${nameSome(names)}.`];
