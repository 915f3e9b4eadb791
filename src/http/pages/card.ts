import { sayDelivery } from "../../domain/delivery.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Job } from "../../domain/job.ts";
import { roundedMl, sayMl } from "../../domain/millilitres.ts";
import { outputs } from "../../domain/outputs.ts";
import { PHANTOM_NOTICE, type ResultSummary } from "../../domain/result.ts";
import { type Html, html } from "../../html/html.ts";
import type { SeriesDescription } from "../../ports/pacs.ts";
import type { ShownSeries } from "./dashboard.ts";
import { renderTrend } from "./trend.ts";
import { sayDuration, sayMoment, sayStep, verdictWords } from "./words.ts";

/** A series as the page shows it. */
export type CardFacts = {
  readonly series: ShownSeries;
  /** Null where the archive does not say. */
  readonly described: SeriesDescription | null;
  /** Whether the picture of a job is still kept. */
  readonly hasPicture: (job: Job) => boolean;
};

/** One series: what it is, what became of it and why, and its results. */
export const renderCard = ({ series, described, hasPicture }: CardFacts): Html => {
  const { seriesUid, part, verdict, job, result } = series;
  return html`<article class="card ${verdict}${result === null ? "" : " wide"}" id="series-${seriesUid}${part}">
<div class="facts">
<p class="verdict"><span class="sign" aria-hidden="true"></span>${verdictWords[verdict]}${renderWaiting(job)}</p>
<h3>${renderName(described)}</h3>
<p class="uid">${seriesUid}</p>
${part === "" ? null : html`<p class="part">Volume ${part}</p>`}
${renderProgress(job)}
${job.failure === null || verdict === "working" ? null : renderFailure(job, job.failure)}
${result === null || result === job ? null : html`<p class="earlier">Being looked at again. Result so far:</p>`}
${result?.result ? renderResult(result, result.result) : null}
${result === null ? null : renderDeliveries(result)}
<p class="small">Job ${job.id} · ${sayMoment(job.updatedAtMs)} · <a href="/api/jobs/${job.id}">JSON</a></p>
</div>
${result?.result ? renderPicture(result, result.result, hasPicture(result)) : null}
</article>`;
};

/** The archive's words stand apart, so that right-to-left text among them turns nothing else around. */
const renderName = (described: SeriesDescription | null): Html => {
  if (described === null) return html`Series`;
  const { modality, number, description } = described;
  return html`<span class="modality">${modality}</span> ${number === null ? "Series" : `Series ${number}`}${
    description === null ? null : html` · <bdi>${description}</bdi>`
  }`;
};

const renderWaiting = ({ state, kind }: Job): Html | null =>
  state === "queued"
    ? html` <span class="until">${kind === "examine" ? "to be looked at" : "to be segmented"}</span>`
    : null;

const renderProgress = ({ state, step, progress }: Job): Html | null => {
  if (state !== "running") return null;
  const percent = Math.round(Math.min(Math.max(progress, 0), 1) * 100);
  const words = sayStep(step);
  return html`<p class="step">${words} <span class="percent">${percent} %</span></p>
<progress max="100" value="${percent}" aria-label="${words}"></progress>`;
};

const renderFailure = ({ id, state, notBeforeMs }: Job, { code, sentence, remedy }: Failure): Html =>
  html`<p class="reason">${sentence} <code>${code}</code></p>
<p class="remedy">${remedy}</p>
${state === "queued" ? html`<p class="remedy">Tried again after ${sayMoment(notBeforeMs)}.</p>` : null}
${state === "dead" ? html`<p class="remedy">Then: <code>panseg jobs retry ${id}</code></p>` : null}`;

const renderResult = (
  job: Job,
  { outcome, model, measures, warnings, secondsPerStep, objects, trend, replaces }: ResultSummary,
): Html => {
  const seconds = Object.values(secondsPerStep).reduce((sum, each) => sum + each, 0);
  const badge = model.isPhantomModel ? html` <strong class="badge">${PHANTOM_NOTICE}</strong>` : null;
  const error = measures.extent
    ? html` <small title="What voxels of this size leave open at most; the model's own error is not in it.">up to ± ${sayMl(measures.extent.voxelErrorMl)}</small>`
    : null;
  const volume = html`<div class="volume"><dt>Pancreas volume</dt><dd>${roundedMl(measures.volumeMl)} <abbr title="millilitres">ml</abbr>${error}</dd></div>`;
  return html`<dl class="result">
${outcome === "segmented" ? volume : null}
<div><dt>Model</dt><dd>${model.id}${badge}</dd></div>
<div><dt>Time taken</dt><dd>${sayDuration(seconds)}</dd></div>
</dl>
${warnings.length === 0 ? null : html`<ul class="warnings">${warnings.map(({ code, sentence }) => html`<li>${sentence} <code>${code}</code></li>`)}</ul>`}
${trend ? renderTrend(trend, measures.volumeMl) : null}
${replaces?.length ? html`<p class="earlier">Replaces an earlier result of this series.</p>` : null}
${isInArchive(job) ? renderLinks(job, objects) : null}`;
};

/** Where the result is, and for which destination it waits, which is said while it is not everywhere. */
const renderDeliveries = ({ id, state, deliveries }: Job): Html | null =>
  state === "skipped" || deliveries.every(({ state }) => state === "delivered")
    ? null
    : html`<ul class="deliveries">${deliveries.map(
        (delivery) =>
          html`<li class="${delivery.state}">${sayDelivery(delivery)}${delivery.failure === null || state === "dead" ? null : html`. ${delivery.failure.sentence} <code>${delivery.failure.code}</code>`}</li>`,
      )}</ul>
${state === "computed" ? html`<p class="remedy">Tried at once by <code>panseg jobs retry ${id}</code></p>` : null}`;

/** Every stored object, once the archive has them: by what it is, and below those of which there are several, by their number. */
const renderLinks = ({ id }: Job, objects: ResultSummary["objects"]): Html | null => {
  const link = (name: string, label: string, description = label): Html =>
    html`<a class="button" href="/api/jobs/${id}/${name}.dcm" aria-label="${description}">${label}</a>`;
  if (objects.length === 0) return null;
  const numbered = Map.groupBy(
    objects.filter(({ kind }) => outputs[kind].isNumbered),
    ({ kind }) => kind,
  );
  return html`<p class="links">${objects
    .filter(({ kind }) => !outputs[kind].isNumbered)
    .map(({ kind, name }) => link(name, outputs[kind].label))}</p>
${[...numbered].map(
  ([kind, several]) =>
    html`<p class="links few">${outputs[kind].label}s ${several.map(({ name }, n) => link(name, String(n + 1), `${outputs[kind].label} ${n + 1}`))}</p>`,
)}`;
};

/** Results of earlier versions have no deliveries: they were done only when everything was stored. */
const isInArchive = ({ deliveries }: Job): boolean =>
  deliveries.every(({ destination, state }) => destination !== "archive" || state === "delivered");

const renderPicture = ({ id }: Job, { outcome, measures }: ResultSummary, isKept: boolean): Html => {
  if (!isKept) return html`<p class="picture gone">The picture is no longer kept.</p>`;
  const address = `/api/jobs/${id}/picture.png`;
  const text =
    outcome === "segmented"
      ? `Key slices of the series with the outline of the segmented pancreas, ${sayMl(measures.volumeMl)}`
      : "Key slices of the series; no pancreas was found on them";
  return html`<a class="picture" href="${address}"><img src="${address}" alt="${text}"></a>`;
};
