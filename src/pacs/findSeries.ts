import type { SeriesArrival } from "../domain/job.ts";
import { isUid } from "../domain/uid.ts";
import type { Log } from "../ports/world.ts";
import type { Calls } from "./calls.ts";
import { readNumber, readText, tags } from "./dicomJson.ts";
import { findSeriesOfModality } from "./findSeriesOfModality.ts";

const MODALITIES = ["CT", "MR"] as const;
const DAY_MS = 86_400_000;

/**
 * CT and MR series of studies dated within the last `days` (null: all), by one search for each modality as
 * `findSeriesOfModality` makes it.
 */
export const findSeries = async (
  calls: Calls,
  pageSize: number,
  days: number | null,
  log: Log,
): Promise<readonly SeriesArrival[]> => {
  const since = days === null ? null : dateDaysAgo(days);
  const arrivals = new Map<string, SeriesArrival>();
  for (const modality of MODALITIES)
    for (const hit of await findSeriesOfModality(calls, pageSize, modality, since)) {
      const studyUid = readText(hit, tags.studyUid);
      const seriesUid = readText(hit, tags.seriesUid);
      if (!isUid(studyUid) || !isUid(seriesUid)) log.warn("pacs.series-without-usable-uid");
      else
        arrivals.set(seriesUid, {
          studyUid,
          seriesUid,
          instanceCount: readNumber(hit, tags.instancesInSeries),
          isEvent: false,
        });
    }
  return [...arrivals.values()];
};

/** YYYYMMDD in UTC, one day early: study dates are local to the scanner. */
const dateDaysAgo = (days: number): string =>
  new Date(Date.now() - (days + 1) * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
