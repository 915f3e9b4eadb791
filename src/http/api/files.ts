import type { Request, Response } from "express";
import { FailureError, policyOf } from "../../domain/failure.ts";
import type { Job } from "../../domain/job.ts";
import type { JobStore } from "../../ports/jobs.ts";
import type { Pacs } from "../../ports/pacs.ts";
import type { Pictures } from "../../ports/results.ts";
import { problem } from "../message/problem.ts";

type Jobs = Pick<JobStore, "find">;

/** The job that an address names; null for what is no number of a job. */
export const findJob = async (jobs: Jobs, { params }: Request): Promise<Job | null> => {
  const id = String(params["id"]);
  return /^\d{1,15}$/.test(id) ? jobs.find(Number(id)) : null;
};

export const noJob = (response: Response): void =>
  problem(response, 404, "JOB_NOT_FOUND", "There is no such job.");

/** A browser shows a picture that stands alone on a page of its own making, with style that is inline. */
const pictureHeaders = {
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

/** The picture of a job, as long as it is kept. */
export const sendPicture =
  (jobs: Jobs, pictures: Pick<Pictures, "read">) =>
  async (request: Request, response: Response): Promise<void> => {
    const job = await findJob(jobs, request);
    if (job === null) return noJob(response);
    const png = await pictures.read(job.key);
    if (png === null)
      return problem(response, 404, "PICTURE_GONE", "There is no picture of this job any more.");
    response.set(pictureHeaders).type("png").end(png);
  };

/** An object of a job as the archive holds it at this moment. */
export const sendObject =
  (jobs: Jobs, pacs: Pick<Pacs, "retrieveInstance">) =>
  async (request: Request, response: Response): Promise<void> => {
    const job = await findJob(jobs, request);
    if (job === null) return noJob(response);
    const found = job.result?.objects.find(({ name }) => name === request.params["name"]);
    if (found === undefined)
      return problem(response, 404, "NO_OBJECT", "This job has stored no such object.");
    const { seriesUid, sopInstanceUid } = found.object;
    try {
      const bytes = await pacs.retrieveInstance({ studyUid: job.studyUid, seriesUid, sopInstanceUid });
      response.type("application/dicom").attachment(`${found.name}.dcm`).end(bytes);
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      const { code, sentence } = error.failure;
      problem(response, policyOf(code).httpStatus, code, sentence);
    }
  };
