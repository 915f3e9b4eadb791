import type { Response } from "express";

/** Answer with a code for machines and a sentence for people. */
export const problem = (response: Response, status: number, code: string, sentence: string): void =>
  void response.status(status).json({ code, sentence });
