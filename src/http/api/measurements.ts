import type { Request, Response } from "express";
import { type FailureCode, policyOf } from "../../domain/failure.ts";
import { isWellFormedUid } from "../../domain/uid.ts";
import { problem } from "../message/problem.ts";
import { flag, oneOf, readQuery } from "../message/query.ts";

const contentTypes = {
  json: "application/json; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  fhir: "application/fhir+json; charset=utf-8",
} as const;

export type MeasurementsFormat = keyof typeof contentTypes;

/** The stored results of a study as they are sent, or why there are none. */
export type Measurements =
  | {
      readonly kind: "read";
      readonly body: Buffer;
      /** How many documents of the study could not be read. */
      readonly unreadable: number;
    }
  | { readonly kind: "failed"; readonly code: FailureCode; readonly sentence: string };

/** Reads them elsewhere: nothing that answers HTTP may parse what a stranger has written. */
export type ReadMeasurements = (
  studyUid: string,
  options: { readonly format: MeasurementsFormat; readonly all: boolean; readonly signal: AbortSignal },
) => Promise<Measurements>;

const formats = ["json", "csv", "fhir"] as const satisfies readonly MeasurementsFormat[];

/** What the archive's structured reports of a study state, whoever wrote them; see `panseg report`. */
export const sendMeasurements =
  (readMeasurements: ReadMeasurements) =>
  async (request: Request, response: Response): Promise<void> => {
    const studyUid = String(request.params["studyUid"]);
    if (!isWellFormedUid(studyUid))
      return problem(
        response,
        400,
        "UID_INVALID",
        "A study is named by digits and dots, at most 64, with a digit on both sides of each dot.",
      );
    const query = readQuery(request, response, { format: oneOf(formats), all: flag });
    if (query === null) return;
    const format = query.format ?? "json";
    const all = query.all ?? false;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const read = await readMeasurements(studyUid, { format, all, signal: gone.signal });
    if (gone.signal.aborted) return;
    if (read.kind === "failed") {
      const { httpStatus } = policyOf(read.code);
      if (httpStatus === 503) response.set("Retry-After", "5");
      return problem(response, httpStatus, read.code, read.sentence);
    }
    if (read.unreadable > 0) response.set("Panseg-Unreadable", String(read.unreadable));
    response.set("Content-Type", contentTypes[format]).end(read.body);
  };
