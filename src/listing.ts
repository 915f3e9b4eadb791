/** What the archive says of a series before an image of it is retrieved. */
import { headerFromJson } from "./dicom/read/header.ts";
import { failed } from "./domain/failure.ts";
import type { Header, SeriesRef } from "./domain/series.ts";
import type { World } from "./ports.ts";

/** The headers of all its instances. Throws SERIES_GONE, PACS_*. */
export const listHeaders = async (series: SeriesRef, { pacs }: World): Promise<readonly Header[]> =>
  (await pacs.seriesMetadata(series)).map(headerFromJson);

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
