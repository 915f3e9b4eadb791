import type { Request, Response } from "express";
import { problem } from "./problem.ts";

/** Whether a request announces a body, which no address but the hint's has a use for. */
export const bringsBody = ({ headers }: Request): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** What is left of an unwanted body is not waited for: the connection ends with the answer. */
export const refuseBody = (response: Response): Response => response.set("Connection", "close");

/** Read the body to its end and forget it. False, after an answer of 413, for what exceeds the limit, announced or not. */
export const passBody = async (request: Request, response: Response, maxBytes: number): Promise<boolean> => {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return refuseLarge(response, maxBytes);
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return refuseLarge(response, maxBytes);
  }
  return true;
};

const refuseLarge = (response: Response, maxBytes: number): false => {
  problem(refuseBody(response), 413, "BODY_TOO_LARGE", `The body exceeds ${maxBytes} bytes, the limit.`);
  return false;
};
