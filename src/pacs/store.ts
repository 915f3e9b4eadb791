import { type FailureError, failed, policyOf } from "../domain/failure.ts";
import { ownBytes } from "../domain/ownBytes.ts";
import type { InstanceRef } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import type { Calls } from "./calls.ts";
import { readText, tags } from "./dicomJson.ts";
import { SETTLING_MS } from "./refusals.ts";
import { readDatasets } from "./searches.ts";
import { readRetryAfterMs, statusFailure } from "./statusFailure.ts";
import { readStoreVerdict } from "./storeAnswer.ts";
import { reasonMeaning, type StoreMeaning, speaksOfObject, statusMeaning } from "./storeMeanings.ts";
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
 * status does; where neither does, the archive is asked. Throws STORE_REJECTED, STORE_FAILED, CLASS_REFUSED, PACS_*.
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
const isWorthLooking = (status: number): boolean => ![401, 403, 408, 413, 429, 503, 507].includes(status);

const storeFailure = (
  status: number,
  headers: Headers,
  verdict: "refused" | "not mentioned",
  failureReason: number | null,
): FailureError => {
  const details = { status, failureReason };
  const ofReason = failureReason === null ? null : reasonMeaning(failureReason);
  if (ofReason?.code === "PACS_BUSY") return told(ofReason, details, headers);
  if (status < 300 && verdict === "not mentioned")
    return failed(
      "PACS_BAD_ANSWER",
      `The archive answered ${status} but neither names nor lists the object.`,
      details,
    );
  if (!speaksOfObject(status)) return statusFailure(status, headers);
  return told(ofReason ?? statusMeaning(status) ?? noReason, details, headers);
};

/** Among the objects that were not stored, without a word why. */
const noReason: StoreMeaning = { code: "STORE_FAILED", says: "no reason given", section: "PS3.18 10.5.3" };

const told = (
  { code, says, section }: StoreMeaning,
  details: { readonly status: number; readonly failureReason: number | null },
  headers: Headers,
): FailureError => {
  const { status, failureReason } = details;
  const reason =
    failureReason === null ? "" : `, reason ${failureReason.toString(16).toUpperCase().padStart(4, "0")}H`;
  const sentence = `The archive did not store the object: ${says} (status ${status}${reason}; ${section}).`;
  if (policyOf(code).retry === "never") return failed(code, sentence, details);
  const askedMs = readRetryAfterMs(headers.get("retry-after"), Date.now());
  const retryAfterMs = askedMs ?? (code === "CLASS_REFUSED" ? SETTLING_MS : null);
  return failed(code, sentence, { ...details, retryAfterMs });
};
