import express, { type Express, type Request, type Response } from "express";
import type { Job, JobState } from "../domain/job.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import type { JobStore } from "../ports.ts";

/** What stands between the service and readiness; empty when ready. `degraded` does not make it unready. */
export type Readiness = { readonly problems: readonly string[]; readonly degraded: readonly string[] };

const states = ["queued", "running", "done", "skipped", "dead"] as const satisfies readonly JobState[];

/** The HTTP surface: liveness, readiness and the jobs. Reads only; holds no business rule. */
export const makeApp = (jobs: JobStore, readiness: () => Promise<Readiness>): Express => {
  const app = express();
  app.disable("x-powered-by");
  app.use((request, response, next) => {
    response.set({ "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" });
    // A page on another site must not read us through a name that it points at the loopback address.
    if (isLoopbackName(request.hostname)) next();
    else problem(response, 403, "HOST_NOT_ALLOWED", "Only loopback names are answered.");
  });

  app.get("/livez", (_request, response) => void response.json({ status: "ok" }));

  app.get("/readyz", async (_request, response) => {
    const { problems, degraded } = await readiness();
    response.status(problems.length === 0 ? 200 : 503).json({
      status: problems.length > 0 ? "unready" : degraded.length > 0 ? "degraded" : "ready",
      problems,
      degraded,
    });
  });

  app.get("/api/jobs", async (request, response) => {
    const state = states.find((name) => name === request.query["state"]);
    if (request.query["state"] !== undefined && state === undefined)
      return problem(response, 400, "USAGE", `state is one of ${states.join(", ")}.`);
    const limit = Math.min(Number(request.query["limit"] ?? 100) || 100, 1000);
    const [list, stats] = await Promise.all([jobs.list({ limit, ...(state && { state }) }), jobs.stats()]);
    response.json({ notice: RESEARCH_NOTICE, stats, jobs: list.map(viewJob) });
  });

  app.get("/api/jobs/:id", async (request, response) => {
    const job = await jobs.find(Number(request.params.id));
    if (job === null) return problem(response, 404, "JOB_NOT_FOUND", "There is no such job.");
    response.json({ notice: RESEARCH_NOTICE, ...viewJob(job) });
  });

  app.use((_request: Request, response: Response) =>
    problem(response, 404, "NOT_FOUND", "There is nothing at this address."),
  );
  app.use((_error: unknown, _request: Request, response: Response, _next: unknown) =>
    problem(response, 500, "INTERNAL", "The request could not be answered; see the log."),
  );
  return app;
};

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
  createdAt: new Date(job.createdAtMs).toISOString(),
  updatedAt: new Date(job.updatedAtMs).toISOString(),
});

const isLoopbackName = (name: string | undefined): boolean =>
  name !== undefined && /^(127\.0\.0\.1|localhost|\[::1\]|::1)$/.test(name);

const problem = (response: Response, status: number, code: string, sentence: string): void =>
  void response.status(status).json({ code, sentence });
