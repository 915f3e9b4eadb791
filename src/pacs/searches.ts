import { failed } from "../domain/failure.ts";
import type { Call } from "./calls.ts";
import { type DicomJson, isDicomJson } from "./dicomJson.ts";
import { statusFailure } from "./statusFailure.ts";

const MAX_HITS = 200_000;

/**
 * Make the call and read its answer as a list of data sets; an empty list for 204 and null for 404.
 * Throws PACS_BAD_ANSWER when it is none, and what `statusFailure` says of other statuses.
 */
export const readDatasets = async (
  call: Call,
  run: Parameters<Call>[0],
): Promise<readonly DicomJson[] | null> => {
  const { value, xhr } = await call(run);
  if (xhr.status === 404) return null;
  if (xhr.status === 204) return [];
  if (xhr.status !== 200) throw statusFailure(xhr.status, xhr.answer()?.headers ?? new Headers());
  if (/^text\/html\b/i.test(xhr.getResponseHeader("content-type") ?? ""))
    throw failed(
      "PACS_BAD_ANSWER",
      "A web page answered instead of DICOMweb: dicomwebUrl leads elsewhere, or to a page for logging in.",
    );
  if (!Array.isArray(value) || !value.every(isDicomJson))
    throw failed("PACS_BAD_ANSWER", "The archive's answer is no list of DICOM JSON data sets.");
  return value;
};

/**
 * Every hit of a paged search, each key once. An archive may send fewer than `limit` hits a page without saying so, or
 * ignore `limit` and `offset`: the search ends at a page that brings nothing new. Null when the first page is.
 */
export const searchAll = async (
  searchPage: (page: { limit: number; offset: number }) => Promise<readonly DicomJson[] | null>,
  keyOf: (hit: DicomJson) => string | null,
  pageSize: number,
): Promise<ReadonlyMap<string, DicomJson> | null> => {
  const hits = new Map<string, DicomJson>();
  for (let offset = 0; ; ) {
    const page = await searchPage({ limit: pageSize, offset });
    if (page === null && offset === 0) return null;
    const known = hits.size;
    for (const hit of page ?? []) hits.set(keyOf(hit) ?? "", hit);
    if (hits.size > MAX_HITS)
      throw failed("PACS_TOO_LARGE", `A search brings more than ${MAX_HITS} hits; narrow its window.`, {
        maxHits: MAX_HITS,
      });
    if (page === null || hits.size === known) return hits;
    offset += page.length;
  }
};
