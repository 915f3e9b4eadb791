import { randomUUID } from "node:crypto";
import type { NextFunction, Request, Response } from "express";
import { FailureError, policyOf } from "../../domain/failure.ts";
import { framesOf } from "../../domain/frames.ts";
import type { Log } from "../../ports/world.ts";

/** Answer with a code for machines and a sentence for people (a problem document, RFC 9457). */
export const problem = (
  response: Response,
  status: number,
  code: string,
  sentence: string,
  more: Readonly<Record<string, unknown>> = {},
): void =>
  void response
    .status(status)
    .type("application/problem+json")
    .json({ code, sentence, ...more });

/** What the service cannot do at the moment, and time or a person may mend; every other failure here is a defect. */
const isUnavailable = (error: unknown): error is FailureError =>
  error instanceof FailureError && policyOf(error.failure.code).httpStatus === 503;

/** The last resort: what a client did wrong is said, all else gets an id under which the log tells where it happened. */
export const answerError =
  (log: Log) =>
  (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const isStarted = response.headersSent;
    if (isStarted) response.destroy();
    if (!isStarted && isOfRequest(error)) problem(response, 400, "USAGE", "The request is malformed.");
    else if (!isStarted && isUnavailable(error)) {
      const { code, sentence } = error.failure;
      problem(response.set("Retry-After", "5"), 503, code, sentence);
    } else {
      const id = randomUUID();
      noteDefect(log, error, request, id);
      if (!isStarted)
        problem(response, 500, "INTERNAL", "The request could not be answered; see the log.", { id });
    }
  };

/** The pattern of the route, not the address, which somebody else chose; frames, not the message, which may hold patient text. */
const noteDefect = (log: Log, error: unknown, request: Request, id: string): void =>
  log.error("request failed", {
    id,
    method: request.method,
    route: (request.route as { path?: unknown } | undefined)?.path ?? null,
    error:
      error instanceof FailureError ? error.failure.code : error instanceof Error ? error.name : typeof error,
    frames: framesOf(error),
  });

/** Express marks what it could not even take apart, such as a broken escape in the address. */
const isOfRequest = (error: unknown): boolean => {
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  return status >= 400 && status < 500;
};
