import { failed } from "../domain/failure.ts";
import type { SeriesRef } from "../domain/series.ts";
import { isUid } from "../domain/uid.ts";
import type { Calls } from "./calls.ts";
import { type DicomJson, readText, readValues, tags } from "./dicomJson.ts";
import { inParallel } from "./inParallel.ts";
import { readDatasets } from "./searches.ts";

type Limits = { readonly maxSeriesInstances: number; readonly parallelInstances: number };

/**
 * DICOM JSON of every instance of a series (PS3.18 10.4), each with SOP Class and SOP Instance UID. Throws SERIES_GONE
 * when the archive neither delivers nor lists the series, PACS_TOO_LARGE above `maxSeriesInstances`, PACS_BAD_ANSWER
 * when instances stay nameless.
 */
export const readSeriesMetadata = async (
  calls: Calls,
  series: SeriesRef,
  limits: Limits,
): Promise<readonly DicomJson[]> => {
  const address = { studyInstanceUID: series.studyUid, seriesInstanceUID: series.seriesUid };
  const instances = await readDatasets(calls.metadata, (client, request) =>
    client.retrieveSeriesMetadata({ ...address, request }),
  );
  if (instances === null || instances.length === 0) throw await goneOrBroken(calls, series);
  if (instances.length > limits.maxSeriesInstances)
    throw failed(
      "PACS_TOO_LARGE",
      `The series has ${instances.length} instances; the limit is ${limits.maxSeriesInstances}.`,
      { instances: instances.length, limit: limits.maxSeriesInstances },
    );
  return inParallel(instances, limits.parallelInstances, async (instance) => {
    const sopInstanceUID = readText(instance, tags.sopInstanceUid);
    if (isComplete(instance) || !isUid(sopInstanceUID)) return named(instance);
    // Archives that answer from their index leave most tags out; asked for one instance they read its file.
    const whole = await readDatasets(calls.metadata, (client, request) =>
      client.retrieveInstanceMetadata({ ...address, sopInstanceUID, request }),
    );
    if (whole === null)
      throw failed(
        "PACS_BAD_ANSWER",
        "The archive has no metadata of single instances, and of series only a part.",
      );
    return named({ ...instance, ...whole[0] });
  });
};

/** Images have these; an object that is none is merely asked for twice. */
const isComplete = (instance: DicomJson): boolean =>
  [tags.sopClassUid, tags.sopInstanceUid, tags.rows, tags.columns].every(
    (tag) => readValues(instance, tag).length > 0,
  );

const named = (instance: DicomJson): DicomJson => {
  for (const tag of [tags.sopInstanceUid, tags.sopClassUid])
    if (readText(instance, tag) === null)
      throw failed("PACS_BAD_ANSWER", `The archive's metadata lack the attribute ${tag}.`, { tag });
  return instance;
};

/** "Not found" also comes from a wrong address, which must not write a series off. */
const goneOrBroken = async (calls: Calls, series: SeriesRef) => {
  const hits = await readDatasets(calls.search, (client, request) =>
    client.searchForSeries({
      studyInstanceUID: series.studyUid,
      queryParams: { SeriesInstanceUID: series.seriesUid },
      request,
    }),
  );
  const isListed = hits?.some((hit) => readText(hit, tags.seriesUid) === series.seriesUid) ?? false;
  return isListed
    ? failed("PACS_BAD_ANSWER", "The archive lists the series but has no metadata of it.")
    : failed("SERIES_GONE", "The archive does not hold this series.");
};
