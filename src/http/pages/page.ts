import type { Job, JobStats } from "../../domain/job.ts";
import type { Drift } from "../../domain/quality.ts";
import { RESEARCH_NOTICE } from "../../domain/result.ts";
import { type Html, html } from "../../html/html.ts";
import type { SeriesDescription } from "../../ports/pacs.ts";
import { type CardFacts, renderCard } from "./card.ts";
import type { ShownStudy, Verdict } from "./dashboard.ts";
import { renderAlarms } from "./qualityPage.ts";
import { verdictWords } from "./words.ts";

export type PageFacts = {
  readonly stats: JobStats;
  readonly studies: readonly ShownStudy[];
  /** By study; those that the archive did not describe are absent. */
  readonly descriptions: ReadonlyMap<string, readonly SeriesDescription[]>;
  /** Whether the picture of a job is still kept. */
  readonly hasPicture: (job: Job) => boolean;
  /** Of the last audit of corrected results; null where there was none. */
  readonly drift: readonly Drift[] | null;
};

/** The whole page. Elements with `data-frame` are compared child by child, by id, when page.js brings news. */
export const renderPage = (facts: PageFacts): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>panseg</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<header>
<h1>panseg <span>Pancreas segmentation</span></h1>
<p class="notice">${RESEARCH_NOTICE}</p>
<p id="live" role="status"></p>
</header>
<main data-frame>
${facts.drift && renderAlarms(facts.drift)}
${renderCounts(facts.stats)}
${renderArchiveNotice(facts)}
${facts.studies.length === 0 ? renderNothing() : facts.studies.map((study) => renderStudy(study, facts))}
</main>
<footer><p>The latest studies are shown; <code>panseg jobs list</code> knows them all. <a href="/readyz">Readiness</a> · <a href="/api/jobs">Jobs as JSON</a>${facts.drift && html` · <a href="/quality">Corrected results</a>`}</p></footer>
</body>
</html>
`;

const renderCounts = ({ examine, segment }: JobStats): Html => {
  const counts: readonly (readonly [Verdict, number])[] = [
    ["working", examine.running + segment.running],
    ["waiting", examine.queued + segment.queued],
    ["segmented", segment.done + segment.computed],
    ["not-segmented", examine.skipped + segment.skipped],
    ["needs-a-person", examine.dead + segment.dead],
  ];
  const items = counts.map(
    ([verdict, count]) =>
      html`<div class="${verdict}${count === 0 ? " none" : ""}"><dt><span class="sign" aria-hidden="true"></span>${verdictWords[verdict]}</dt><dd>${count}</dd></div>`,
  );
  return html`<dl class="counts" id="counts">${items}</dl>`;
};

const renderArchiveNotice = ({ studies, descriptions }: PageFacts): Html | null =>
  studies.every(({ studyUid }) => descriptions.has(studyUid))
    ? null
    : html`<p class="archive" id="archive">The archive does not say what these series are called, so they stand here by their UIDs.</p>`;

const renderNothing = (): Html =>
  html`<p class="nothing" id="nothing">No series yet. Every CT and MR series that reaches the archive appears here, segmented or with the reason why not.</p>`;

/** Results first, each part in the order of the series' numbers; those without come last, in the order they were found. */
const byPlace = (a: CardFacts, b: CardFacts): number =>
  Number(b.series.result !== null) - Number(a.series.result !== null) || numberOf(a) - numberOf(b);

const numberOf = ({ described }: CardFacts): number => described?.number ?? Number.MAX_SAFE_INTEGER;

const renderStudy = ({ studyUid, series }: ShownStudy, { descriptions, hasPicture }: PageFacts): Html => {
  const bySeries = new Map(descriptions.get(studyUid)?.map((each) => [each.seriesUid, each]));
  const cards = series
    .map((each) => ({ series: each, described: bySeries.get(each.seriesUid) ?? null, hasPicture }))
    .toSorted(byPlace);
  const segmented = series.filter(({ verdict }) => verdict === "segmented").length;
  const id = `study-${studyUid}`;
  return html`<section class="study" id="${id}" aria-labelledby="${id}-name" data-frame>
<div class="studyhead" id="${id}-head"><h2 id="${id}-name">Study <span class="uid">${studyUid}</span></h2>
<p>${segmented} of ${series.length} series segmented</p></div>
<div class="cards" id="${id}-cards" data-frame>
${cards.map(renderCard)}
</div>
</section>`;
};
