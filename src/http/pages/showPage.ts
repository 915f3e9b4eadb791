import type { Request, Response } from "express";
import { textOf } from "../../html/html.ts";
import type { JobStore } from "../../ports/jobs.ts";
import type { Pacs } from "../../ports/pacs.ts";
import type { Pictures } from "../../ports/results.ts";
import type { ReadQuality } from "../api/quality.ts";
import { dashboardOf } from "./dashboard.ts";
import { makeMemory } from "./memory.ts";
import { renderPage } from "./page.ts";

const LATEST_STUDIES = 50;
/** Several for each series of these studies, as far as studies go. */
const LATEST_JOBS = 1000;

export type PageSources = {
  readonly jobs: Pick<JobStore, "list" | "stats">;
  readonly pictures: Pick<Pictures, "read">;
  readonly pacs: Pick<Pacs, "describeStudy">;
  readonly readQuality: ReadQuality;
};

/**
 * The page, made from the job store each time. What others must be asked for is remembered for a minute, since an open
 * page asks every two seconds, and an archive that is slow or away leaves the page without its words.
 */
export const showPage = ({ jobs, pictures, pacs, readQuality }: PageSources) => {
  const patience = { keepMs: 60_000, waitMs: 2000, parallel: 4 };
  const describe = makeMemory(pacs.describeStudy, patience);
  const askForPictures = makeMemory(async (key) => (await pictures.read(key)) !== null, patience);

  return async (_request: Request, response: Response): Promise<void> => {
    const [stats, list] = await Promise.all([jobs.stats(), jobs.list({ limit: LATEST_JOBS })]);
    const studies = dashboardOf(list).slice(0, LATEST_STUDIES);
    const results = studies.flatMap(({ series }) => series.flatMap(({ result }) => result ?? []));
    const [descriptions, kept] = await Promise.all([
      describe(studies.map(({ studyUid }) => studyUid)),
      askForPictures(results.map(({ key }) => key)),
    ]);
    const hasPicture = ({ key }: { key: string }) => kept.get(key) ?? false;
    const drift = readQuality()?.drift ?? null;
    response.type("html").send(textOf(renderPage({ stats, studies, descriptions, hasPicture, drift })));
  };
};
