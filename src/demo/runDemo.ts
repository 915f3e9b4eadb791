import { setTimeout } from "node:timers/promises";
import { composeJobs, composePacs } from "../compose.ts";
import { parseHeader } from "../dicom/file/header.ts";
import { uidOf } from "../dicom/file/uidOf.ts";
import { failed } from "../domain/failure.ts";
import type { Job } from "../domain/job.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import type { CastSeries } from "./cast.ts";
import type { Stage } from "./stage.ts";
import { finalJob, judgeSeries, type Verdict } from "./verdict.ts";

/** What happens, as it happens. */
export type DemoEvent =
  | { readonly kind: "sent"; readonly name: string; readonly share: number }
  | { readonly kind: "working"; readonly name: string; readonly step: string; readonly share: number }
  | { readonly kind: "judged"; readonly verdict: Verdict };

export type DemoOptions = {
  readonly signal: AbortSignal;
  readonly onEvent: (event: DemoEvent) => void;
};

/** Longest silence of the ledger; the slowest step on two cores takes a fraction of it. */
const patienceMs = 900_000;

/** Send the series to the archive of the stage and follow what the service makes of them; one verdict a series. */
export const runDemo = async (
  stage: Stage,
  series: readonly CastSeries[],
  options: DemoOptions,
  log: Log,
): Promise<readonly Verdict[]> => {
  const pacs = composePacs(stage.settings, log);
  const cast = new Map<string, CastSeries>();
  for (const each of series) {
    options.signal.throwIfAborted();
    cast.set(await send(each, pacs, options), each);
  }
  const jobs = composeJobs(stage.settings);
  try {
    return await follow(cast, jobs, pacs, options);
  } finally {
    await jobs.close();
  }
};

/** Store every image of a series; returns the series' UID. */
const send = async ({ files, name }: CastSeries, pacs: Pacs, { onEvent }: DemoOptions): Promise<string> => {
  let uid = "";
  for (const [index, { bytes }] of files.entries()) {
    const header = parseHeader(bytes);
    uid = uidOf(header, "SeriesInstanceUID");
    await pacs.storeInstance(
      {
        studyUid: uidOf(header, "StudyInstanceUID"),
        seriesUid: uid,
        sopInstanceUid: uidOf(header, "SOPInstanceUID"),
      },
      bytes,
    );
    onEvent({ kind: "sent", name, share: (index + 1) / files.length });
  }
  return uid;
};

const follow = async (
  cast: ReadonlyMap<string, CastSeries>,
  jobs: JobStore,
  pacs: Pacs,
  { signal, onEvent }: DemoOptions,
): Promise<readonly Verdict[]> => {
  const verdicts = new Map<string, Verdict>();
  let lastNews = { text: "", atMs: performance.now() };
  while (verdicts.size < cast.size) {
    const list = await jobs.list({ limit: 10 * cast.size });
    for (const [seriesUid, series] of cast) {
      const job = verdicts.has(seriesUid) ? null : finalJob(list, seriesUid);
      if (job === null) continue;
      const verdict = await judgeSeries(series, job, pacs);
      verdicts.set(seriesUid, verdict);
      onEvent({ kind: "judged", verdict });
    }
    const running = list.find(({ state }) => state === "running");
    if (running !== undefined) reportWork(running, cast, onEvent);
    const text = list.map(({ state, step, progress }) => `${state}${step}${progress}`).join();
    if (text !== lastNews.text) lastNews = { text, atMs: performance.now() };
    else if (performance.now() - lastNews.atMs > patienceMs)
      throw failed("INTERNAL", `Nothing happened for ${patienceMs / 1000} s.`, { verdicts: verdicts.size });
    await setTimeout(200, undefined, { signal });
  }
  return [...cast.keys()].flatMap((seriesUid) => verdicts.get(seriesUid) ?? []);
};

const reportWork = (
  { seriesUid, step, progress }: Job,
  cast: ReadonlyMap<string, CastSeries>,
  onEvent: DemoOptions["onEvent"],
): void => {
  const name = cast.get(seriesUid)?.name;
  if (name !== undefined) onEvent({ kind: "working", name, step, share: progress });
};
