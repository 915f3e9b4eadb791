import type { Request, Response } from "express";
import { type QualityRecord, withoutMemory } from "../../domain/quality.ts";
import { problem } from "../message/problem.ts";

/** The last audit of corrected results, null where there is none. */
export type ReadQuality = () => QualityRecord | null;

export const sendQuality =
  (readQuality: ReadQuality) =>
  (_request: Request, response: Response): void => {
    const record = readQuality();
    if (record === null)
      problem(response, 404, "NO_AUDIT", "No audit was made yet; see panseg audit-quality.");
    else response.json(withoutMemory(record));
  };
