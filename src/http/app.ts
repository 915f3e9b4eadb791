import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { isWaiting } from "../domain/delivery.ts";
import type { Failure } from "../domain/failure.ts";
import { type Job, jobStates } from "../domain/job.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import { findJob, noJob, sendObject, sendPicture } from "./api/files.ts";
import { type Hints, hintPath, takeHint } from "./api/hint.ts";
import { type ReadMeasurements, sendMeasurements } from "./api/measurements.ts";
import { sendQuality } from "./api/quality.ts";
import { bringsBody, refuseBody } from "./message/body.ts";
import { answerError, problem } from "./message/problem.ts";
import { oneOf, readQuery, wholeNumber, withoutQuery } from "./message/query.ts";
import { type PageSources, showPage } from "./pages/showPage.ts";
import { showQuality } from "./pages/showQuality.ts";

/** What stands between the service and readiness; empty when ready. `degraded` does not make it unready. */
export type Readiness = { readonly problems: readonly Reason[]; readonly degraded: readonly Reason[] };

/** A code for machines, a sentence and a remedy for people. */
export type Reason = Pick<Failure, "code" | "sentence" | "remedy">;

const viewReason = ({ code, sentence, remedy }: Reason): Reason => ({ code, sentence, remedy });

/** All that HTTP may reach of the service: nothing in it changes anything, and a hint only makes it look earlier. */
export type Sources = PageSources & {
  readonly jobs: Pick<JobStore, "find">;
  readonly pacs: Pick<Pacs, "retrieveInstance">;
  readonly readMeasurements: ReadMeasurements;
  readonly readiness: () => Promise<Readiness>;
  readonly hints: Hints;
  readonly limits: { readonly maxBodyBytes: number };
  readonly log: Log;
};

const MOST_JOBS = 1000;

/** The HTTP surface: the pages, the jobs, their pictures and objects, what people corrected, liveness and readiness. Reads only; holds no business rule. */
export const makeApp = (sources: Sources): Express => {
  const { jobs, pictures, pacs, readMeasurements, readQuality, readiness, hints, limits, log } = sources;
  const app = express();
  app.disable("x-powered-by");
  // Nothing is kept by a browser, so there is nothing to compare.
  app.disable("etag");
  app.use(guard);

  app.get("/", showPage(sources));
  app.get("/quality", showQuality(readQuality));
  app.use(express.static(`${import.meta.dirname}/assets`, { index: false, redirect: false, etag: false }));
  app.get("/favicon.ico", (_request, response) => void response.status(204).end());

  app.get("/livez", (_request, response) => void response.json({ status: "ok" }));

  app.get("/readyz", async (_request, response) => {
    const { problems, degraded } = await readiness();
    response.status(problems.length === 0 ? 200 : 503).json({
      status: problems.length > 0 ? "unready" : degraded.length > 0 ? "degraded" : "ready",
      problems: problems.map(viewReason),
      degraded: degraded.map(viewReason),
    });
  });

  app.get("/api/jobs", async (request, response) => {
    const query = readQuery(request, response, { state: oneOf(jobStates), limit: wholeNumber(1, MOST_JOBS) });
    if (query === null) return;
    const { state, limit } = query;
    const [list, stats] = await Promise.all([
      jobs.list({ limit: limit ?? 100, ...(state !== null && { state }) }),
      jobs.stats(),
    ]);
    response.json({ notice: RESEARCH_NOTICE, stats, jobs: list.map(viewJob) });
  });

  app.get(/^\/api\/(jobs\/.+|quality)$/, withoutQuery);
  app.get("/api/jobs/:id", async (request, response) => {
    const job = await findJob(jobs, request);
    if (job === null) return noJob(response);
    response.json({ notice: RESEARCH_NOTICE, ...viewJob(job) });
  });
  app.get("/api/jobs/:id/picture.png", sendPicture(jobs, pictures));
  app.get("/api/jobs/:id/:name.dcm", sendObject(jobs, pacs));

  app.get("/api/studies/:studyUid/measurements", sendMeasurements(readMeasurements));

  app.get("/api/quality", sendQuality(readQuality));

  app.post(hintPath, takeHint(hints, limits.maxBodyBytes));

  app.use((_request: Request, response: Response) =>
    problem(response, 404, "NOT_FOUND", "There is nothing at this address."),
  );
  app.use(answerError(log));
  return app;
};

const headers = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // A page on another site must not show our pictures as its own.
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

const guard = (request: Request, response: Response, next: NextFunction): void => {
  response.set(headers);
  if (bringsBody(request) && !isHint(request)) refuseBody(response);
  // A page on another site must not read us through a name that it points at the loopback address.
  if (!isLoopbackName(request.hostname))
    problem(response, 403, "HOST_NOT_ALLOWED", "Only loopback names are answered.");
  else if (request.method !== "GET" && request.method !== "HEAD" && !isHint(request))
    problem(response.set("Allow", "GET, HEAD"), 405, "METHOD_NOT_ALLOWED", "This address can only be read.");
  else next();
};

const isHint = ({ method, path }: Request): boolean => method === "POST" && path === hintPath;

/** A job for machines; times in ISO 8601. */
export const viewJob = (job: Job): Readonly<Record<string, unknown>> => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  step: job.step,
  progress: job.progress,
  attempts: job.attempts,
  studyUid: job.studyUid,
  seriesUid: job.seriesUid,
  model: job.order?.modelId ?? null,
  volumeMl: job.result?.measures.volumeMl ?? null,
  failure: job.failure,
  result: job.result,
  deliveries: job.deliveries.map(({ notBeforeMs, updatedAtMs, ...delivery }) => ({
    ...delivery,
    nextTryAt: isWaiting(delivery) ? new Date(notBeforeMs).toISOString() : null,
    updatedAt: new Date(updatedAtMs).toISOString(),
  })),
  createdAt: new Date(job.createdAtMs).toISOString(),
  updatedAt: new Date(job.updatedAtMs).toISOString(),
});

const isLoopbackName = (name: string | undefined): boolean =>
  name !== undefined && /^(127\.0\.0\.1|localhost|\[::1\]|::1)$/.test(name);
