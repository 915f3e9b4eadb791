import type { SeriesRef } from "../domain/series.ts";
import type { Rest } from "./rest.ts";
import { assertUids } from "./uid.ts";

/**
 * The application entity that sent a series to Orthanc, as Orthanc noted it; "" for what came by HTTP, and where it knows
 * of none. Throws UID_INVALID, PACS_*.
 */
export const readRemoteAet = async (rest: Rest, { seriesUid }: SeriesRef): Promise<string> => {
  assertUids(seriesUid);
  const [id] = await rest.lookUp(seriesUid);
  if (id === undefined) return "";
  const noted = await rest.get(`/series/${id}/metadata?expand`);
  return String(noted?.["RemoteAET"] ?? "").trim();
};
