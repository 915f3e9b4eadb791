import { RESEARCH_NOTICE } from "../domain/result.ts";
import { type Html, html, textOf } from "../html/html.ts";
import type { CohortReport } from "./cohortReport.ts";
import { renderBoxes } from "./report/boxFigures.ts";
import { listCases, renderCases, renderGallery, renderLeftOut } from "./report/caseTables.ts";
import { renderComparison } from "./report/comparison.ts";
import { renderDefinitions } from "./report/definitions.ts";
import { renderGroups } from "./report/groupTable.ts";
import { renderKeyNumbers } from "./report/keyNumbers.ts";
import { count, minuteOf } from "./report/numbers.ts";
import { renderPaper } from "./report/paper.ts";
import { renderReading } from "./report/reading.ts";
import { style } from "./report/style.ts";
import { renderVolumePlots } from "./report/volumeFigures.ts";
import { renderVolumes } from "./report/volumeTable.ts";

type Section = { readonly id: string; readonly title: string; readonly body: Html };

/** A section, or none where there is nothing to say. */
const section = (id: string, title: string, body: Html | null): readonly Section[] =>
  body === null ? [] : [{ id, title, body }];

/** Whoever compares two methods must see how often one of them found nothing. */
const emptyNote = ({ cases }: CohortReport): Html | null => {
  const empty = (which: "first" | "second") =>
    cases.filter(({ agreement }) => agreement.emptyMask === which).length;
  const [predicted, reference] = [empty("first"), empty("second")];
  return predicted + reference === 0
    ? null
    : html`<p class="note"><strong>One mask is empty</strong> in ${count(predicted + reference, "case")} (the prediction in ${predicted}, the reference in ${reference}): counted with Dice 0, left out of the distances.</p>`;
};

const sectionsOf = async (report: CohortReport): Promise<readonly Section[]> => {
  const { cases, groups, toleranceMm, paper, comparison, gallery, leftOut } = report;
  const listed = listCases(cases);
  const hasCases = cases.length > 0;
  const volumes = groups.find(({ where }) => Object.keys(where).length === 0)?.volumes ?? null;
  return [
    ...section("paper", "Beside the publication", paper === null ? null : renderPaper(paper)),
    ...section(
      "groups",
      "Agreement by group",
      hasCases ? html`${renderGroups(groups, toleranceMm)}${emptyNote(report)}` : null,
    ),
    ...section("distributions", "Distributions", hasCases ? await renderBoxes(cases) : null),
    ...section(
      "volumes",
      "Volumes",
      hasCases ? html`${await renderVolumePlots(cases, volumes)}${renderVolumes(groups)}` : null,
    ),
    ...section(
      "comparison",
      "Comparison of methods",
      comparison === null ? null : renderComparison(comparison),
    ),
    ...section("worst", "Worst cases", gallery.length === 0 ? null : renderGallery(gallery, listed)),
    ...section("cases", "All cases", hasCases ? renderCases(listed) : null),
    ...section("left-out", "Cases left out", leftOut.length === 0 ? null : renderLeftOut(leftOut)),
    ...section("reading", "What was read", renderReading(report)),
    ...section("definitions", "What the numbers mean", renderDefinitions(toleranceMm)),
  ];
};

const render = (report: CohortReport, sections: readonly Section[]): Html => {
  const { referenceName, predictionName, madeAt, software, leftOut } = report;
  const all = report.groups.find(({ where }) => Object.keys(where).length === 0);
  const title = html`Agreement of ${predictionName} with ${referenceName}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${style}
</head>
<body>
<header>
<h1>${title}</h1>
<p class="made">Pancreas masks, prediction against reference. Made ${minuteOf(madeAt)} by ${software.name} ${software.version}.</p>
<p class="notice">${RESEARCH_NOTICE}</p>
${renderKeyNumbers(all, leftOut.length)}
<nav aria-label="Sections"><ul>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
${report.cases.length === 0 ? html`<p class="none">No case could be compared.</p>` : null}
${sections.map(({ id, title: name, body }) => html`<section id="${id}"><h2>${name}</h2>\n${body}\n</section>\n`)}
</main>
<footer>${RESEARCH_NOTICE} ${software.name} ${software.version}, ${minuteOf(madeAt)}.</footer>
</body>
</html>
`;
};

/**
 * The evaluation as one HTML document that needs nothing else: no script, no other file, no network. Plots are SVG within,
 * pictures data: URIs; every text of the report is escaped, since names come from files and tables of others.
 */
export const renderReport = async (report: CohortReport): Promise<string> =>
  textOf(render(report, await sectionsOf(report)));
