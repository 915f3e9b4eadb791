import { type FailureError, failed } from "../domain/failure.ts";
import { ownBytes } from "../domain/ownBytes.ts";
import type { InstanceRef } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import type { Calls } from "./calls.ts";
import { readText, tags } from "./dicomJson.ts";
import { readDatasets } from "./searches.ts";
import { statusFailure } from "./statusFailure.ts";
import { readStoreVerdict } from "./storeAnswer.ts";
import { assertUids } from "./uid.ts";

/** Whether the archive lists this instance (QIDO-RS). */
export const hasInstance = async (calls: Calls, instance: InstanceRef): Promise<boolean> => {
  assertUids(instance.studyUid, instance.seriesUid, instance.sopInstanceUid);
  const hits = await readDatasets(calls.search, (client, request) =>
    client.searchForInstances({
      studyInstanceUID: instance.studyUid,
      seriesInstanceUID: instance.seriesUid,
      queryParams: { SOPInstanceUID: instance.sopInstanceUid },
      request,
    }),
  );
  return hits?.some((hit) => readText(hit, tags.sopInstanceUid) === instance.sopInstanceUid) ?? false;
};

/**
 * Store one instance (STOW-RS) and return once the archive says, or shows, that it holds it. The body decides before the
 * status does; where neither does, the archive is asked. Throws STORE_REJECTED, PACS_*.
 */
export const storeInstance = async (
  calls: Calls,
  instance: InstanceRef,
  bytes: Uint8Array,
  log: Log,
): Promise<void> => {
  assertUids(instance.studyUid, instance.seriesUid, instance.sopInstanceUid);
  const { xhr } = await calls.store((client, request) =>
    client.storeInstances({ datasets: [ownBytes(bytes).buffer], request }),
  );
  const { status } = xhr;
  const verdict = readStoreVerdict(
    typeof xhr.response === "string" ? xhr.response : "",
    instance.sopInstanceUid,
  );
  if (verdict.kind === "stored") {
    const { warningReason } = verdict;
    if (warningReason !== null)
      log.warn("pacs.store-warning", { sopInstanceUid: instance.sopInstanceUid, warningReason });
    return;
  }
  const failureReason = verdict.kind === "refused" ? verdict.failureReason : null;
  const failure = storeFailure(status, xhr.answer()?.headers ?? new Headers(), verdict.kind, failureReason);
  // "Already there" is said in many ways, so whatever is not certainly a refusal is settled by looking.
  if (isWorthLooking(status) && (await hasInstance(calls, instance))) return;
  throw failure;
};

/** The archive may hold the object although it did not say so; with these it has not even looked at it. */
const isWorthLooking = (status: number): boolean => ![401, 403, 408, 413, 429, 503].includes(status);

const storeFailure = (
  status: number,
  headers: Headers,
  verdict: "refused" | "not mentioned",
  failureReason: number | null,
): FailureError => {
  const details = { status, failureReason };
  if (failureReason !== null && isOutOfResources(failureReason))
    return failed("PACS_BUSY", `The archive is out of resources (reason ${failureReason}).`, {
      ...details,
      retryAfterMs: null,
    });
  if (status < 300 && verdict === "not mentioned")
    return failed(
      "PACS_BAD_ANSWER",
      `The archive answered ${status} but neither names nor lists the object.`,
      details,
    );
  if (status < 300 || isRefusal(status))
    return failed(
      "STORE_REJECTED",
      `The archive refused the object (status ${status}, reason ${failureReason ?? "not given"}).`,
      details,
    );
  return statusFailure(status, headers);
};

/** PS3.4 table B.2-1: A7xx, refused for want of resources. */
const isOutOfResources = (reason: number): boolean => reason >= 0xa700 && reason <= 0xa7ff;

/** Client errors speak of this object, except those that speak of the caller, the moment or the address. */
const isRefusal = (status: number): boolean =>
  status >= 400 && status < 500 && ![401, 403, 404, 405, 408, 429].includes(status);
