/** What the archive says of a series before an image of it is retrieved. */
import { headerFromJson, parseHeader } from "../dicom/file/header.ts";
import { failed, isOfAnswer } from "../domain/failure.ts";
import type { Header, SeriesRef } from "../domain/series.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { World } from "../ports/world.ts";

type Headers = Pick<Pacs, "seriesMetadata" | "findInstances" | "retrieveInstance">;

/**
 * The headers of all its instances: from the archive's metadata, and where it has none from the instances themselves, of
 * which only a few are in memory at once. Throws SERIES_GONE, PACS_*, INCOMPLETE_RETRIEVAL, NOT_DICOM.
 */
export const listHeaders = async (
  series: SeriesRef,
  { pacs }: { readonly pacs: Headers },
  progress: (share: number) => void = () => {},
): Promise<readonly Header[]> => {
  try {
    return (await pacs.seriesMetadata(series)).map(headerFromJson);
  } catch (error) {
    // The archive does not offer metadata (PS3.18 10.4.1.1.2), or none that can be read.
    if (!isOfAnswer(error)) throw error;
    const sopInstanceUids = await pacs.findInstances(series);
    if (sopInstanceUids.length === 0) throw error;
    return headersOfInstances(series, sopInstanceUids, pacs, progress);
  }
};

const AT_ONCE = 4;

const headersOfInstances = async (
  series: SeriesRef,
  sopInstanceUids: readonly string[],
  pacs: Pick<Pacs, "retrieveInstance">,
  progress: (share: number) => void,
): Promise<readonly Header[]> => {
  const headers: Header[] = [];
  for (let first = 0; first < sopInstanceUids.length; first += AT_ONCE) {
    const some = sopInstanceUids.slice(first, first + AT_ONCE);
    const read = async (sopInstanceUid: string): Promise<Header> =>
      parseHeader(await pacs.retrieveInstance({ ...series, sopInstanceUid }));
    headers.push(...(await Promise.all(some.map(read))));
    progress(headers.length / sopInstanceUids.length);
  }
  return headers;
};

/**
 * Passes while the archive lists the series. What was deleted must not come back as our results on it. Throws SERIES_GONE,
 * PACS_*.
 */
export const requireSource = async (
  { studyUid, seriesUid }: SeriesRef,
  { pacs }: { readonly pacs: Pick<Pacs, "describeStudy"> },
): Promise<void> => {
  const series = await pacs.describeStudy(studyUid);
  if (!series.some((each) => each.seriesUid === seriesUid))
    throw failed("SERIES_GONE", "The series was deleted from the archive before its results were stored.");
};

/**
 * WEB-13: passes where the settings allow the application entity that sent the series, or name none. Throws SITE_RULE where they
 * do not, PACS_* where the archive is away.
 */
export const requireOrigin = async (series: SeriesRef, { pacs, settings }: World): Promise<void> => {
  const { allowedRemoteAets } = settings;
  if (allowedRemoteAets === null) return;
  const remoteAet = await pacs.remoteAet(series);
  if (remoteAet !== null && allowedRemoteAets.includes(remoteAet)) return;
  const sender = remoteAet ? `application entity ${remoteAet}` : "a sender without an application entity";
  throw failed("SITE_RULE", `The series came from ${sender}, which series.allowedRemoteAets does not name.`, {
    remoteAet,
    allowedRemoteAets,
  });
};
