import {
  type Drift,
  type LeftOut,
  type Quality,
  type QualityGroup,
  saySpread,
} from "../../domain/quality.ts";
import { RESEARCH_NOTICE } from "../../domain/result.ts";
import { type Html, html } from "../../html/html.ts";
import { renderMonths } from "./qualityPlot.ts";
import { sayMoment } from "./words.ts";

/** The page of corrected results; it changes with the next audit alone, so it has no script. */
export const renderQualityPage = (quality: Quality | null): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>panseg quality</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
</head>
<body>
<header>
<h1>panseg <span>Quality on this site</span></h1>
<p class="notice">${RESEARCH_NOTICE}</p>
</header>
<main class="quality">
${quality === null ? renderNoAudit() : renderAudit(quality)}
</main>
<footer><p><a href="/">Series</a>${quality === null ? null : html` · <a href="/api/quality">Audit as JSON</a>`}</p></footer>
</body>
</html>
`;

const renderNoAudit = (): Html =>
  html`<p class="nothing">No audit yet. <code>panseg audit-quality</code> compares our segmentations with what people corrected of them; the setting <code>quality.schedule</code> does so by the clock.</p>`;

const renderAudit = ({
  auditedAt,
  cases,
  studies,
  groups,
  drift,
  leftOut,
}: Quality): Html => html`${renderAlarms(drift)}
<p>Our segmentations against what people made of them: ${cases.length} corrected case(s), audited ${sayMoment(Date.parse(auditedAt))}. What nobody corrected says nothing and is not counted.${
  studies.audited < studies.found
    ? html` <strong>The archive went away after ${studies.audited} of ${studies.found} studies.</strong>`
    : null
}</p>
${renderMonths(groups)}
${cases.length === 0 ? null : renderTable("Modalities and scanners", groups.filter(isOverview), drift)}
${cases.length === 0 ? null : renderTable("Months", groups.filter(isOfMonth), [])}
${renderGone(cases)}
${renderLeftOut(leftOut)}`;

const isOverview = ({ where }: QualityGroup): boolean => where.month === undefined;
const isOfMonth = ({ where }: QualityGroup): boolean => where.month !== undefined;

/** Alarms of the last audit, for every page; nothing where there is none. */
export const renderAlarms = (drift: readonly Drift[]): Html | null => {
  const alarms = drift.filter(({ status }) => status === "alarm");
  return alarms.length === 0
    ? null
    : html`<div class="drift" id="drift" role="alert"><p><strong>Quality has fallen.</strong> <a href="/quality">Corrected results</a></p><ul>${alarms.map(
        ({ scanner, sentence }) => html`<li>${scanner ?? "All scanners"}: ${sentence}</li>`,
      )}</ul></div>`;
};

const nameOf = ({ month, scanner, modality }: QualityGroup["where"]): string =>
  [month, scanner, modality].filter((part) => part !== undefined).join(" · ") || "All";

const driftOf = ({ where }: QualityGroup, drift: readonly Drift[]): string =>
  where.modality !== undefined
    ? ""
    : (drift.find(({ scanner }) => scanner === (where.scanner ?? null))?.sentence ?? "");

const renderTable = (
  title: string,
  groups: readonly QualityGroup[],
  drift: readonly Drift[],
): Html => html`<h2>${title}</h2>
<div class="table"><table>
<thead><tr><th scope="col">Cases of</th><th scope="col">n</th><th scope="col">Dice %</th><th scope="col">Median</th><th scope="col">HD95 mm</th><th scope="col">Bias ml</th>${
  drift.length === 0 ? null : html`<th scope="col">Course</th>`
}</tr></thead>
<tbody>${groups.map(
  (group) => html`
<tr><th scope="row">${nameOf(group.where)}</th><td>${group.cases}</td><td>${saySpread(group.dice, group.cases, 100)}</td><td>${(100 * group.dice.median).toFixed(1)}</td><td>${saySpread(group.hd95Mm, group.cases)}</td><td>${saySpread(group.volumeDifferenceMl, group.cases)}</td>${
    drift.length === 0 ? null : html`<td class="course">${driftOf(group, drift)}</td>`
  }</tr>`,
)}
</tbody></table></div>
<p class="small">Mean ± standard deviation. Bias is our volume less the corrected one.${
  drift.length === 0
    ? null
    : " In 200 cases a steady site alarms wrongly with a chance of 2 % at most. A fall of 2 standard deviations is found within 10 cases in 95 of 100 sites where 50 first cases say what is usual, in about 90 with 20 (quality.baselineCases)."
}</p>`;

const renderLeftOut = (leftOut: readonly LeftOut[]): Html | null =>
  leftOut.length === 0
    ? null
    : html`<h2>Not compared</h2>
<ul class="leftout">${[...Map.groupBy(leftOut, ({ code }) => code)].map(
        ([code, members]) =>
          html`<li>${members.length} × ${members[0]?.sentence ?? ""} <code>${code}</code>${renderNames(
            members.map(({ studyUid, sopInstanceUid }) => `study ${studyUid} SEG ${sopInstanceUid}`),
          )}</li>`,
      )}</ul>`;

/** Cases that count though our segmentation was deleted since. */
const renderGone = (cases: Quality["cases"]): Html | null => {
  const gone = cases.filter(({ oursIsGone }) => oursIsGone === true);
  return gone.length === 0
    ? null
    : html`<div>${gone.length} of ${cases.length} case(s) count as an earlier audit found them: our segmentation is no longer in the archive.${renderNames(
        gone.map(({ studyUid, oursSopInstanceUid }) => `study ${studyUid} SEG ${oursSopInstanceUid}`),
      )}</div>`;
};

const MOST_NAMES = 100;

const renderNames = (names: readonly string[]): Html => {
  const more = names.length - MOST_NAMES;
  return html`<details><summary>Which</summary>${names.slice(0, MOST_NAMES).join("; ")}${more > 0 ? `; and ${more} more` : ""}</details>`;
};
