import { createHash, timingSafeEqual } from "node:crypto";
import type { Request, Response } from "express";
import { passBody, refuseBody } from "../message/body.ts";
import { problem } from "../message/problem.ts";
import { readQuery } from "../message/query.ts";

/** An archive's word that there is news. */
export type Hints = {
  /** Null: no hint is taken. */
  readonly secret: string | null;
  readonly look: () => void;
};

export const hintPath = "/webhook";

/** Compared as hashes, which have one length, so that time tells nothing. */
const isSame = (a: string, b: string): boolean => {
  const [first, second] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
};

/**
 * WEB-14: look for news now instead of at the next turn. Nothing is taken from the request, not even which series is meant:
 * what the archive itself then lists is what counts. Who has not the secret is not listened to.
 */
export const takeHint =
  ({ secret, look }: Hints, maxBodyBytes: number) =>
  async (request: Request, response: Response): Promise<void> => {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (secret === null || !isSame(given, secret))
      return problem(
        refuseBody(response),
        401,
        "HINT_UNAUTHORIZED",
        "The hint does not bear the secret of the settings.",
      );
    if (readQuery(request, response, {}) === null || !(await passBody(request, response, maxBodyBytes)))
      return;
    look();
    response.status(202).end();
  };
