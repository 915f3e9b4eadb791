import { parseHeader } from "../dicom/file/header.ts";
import { toFailure } from "../domain/failure.ts";
import type { SeriesRef } from "../domain/series.ts";
import type { Pacs, StudyListing } from "../ports/pacs.ts";
import type { Finding } from "./doctor.ts";

/** What can be seen of an archive without storing anything. */
type Seen = Pick<
  Pacs,
  "listStudies" | "listSeries" | "seriesMetadata" | "findInstances" | "retrieveInstance"
>;

/** How far an archive is looked through for something to try. */
const FIRST_STUDIES = 20;

/**
 * Whether the archive can be listed whatever the dates of its studies, and whether it gives headers without pixels.
 * Stores nothing. Throws PACS_*.
 */
export const archiveFindings = async (pacs: Seen): Promise<readonly Finding[]> => {
  const { studies, finding } = await tryListing(pacs);
  return [finding, await tryHeaders(pacs, studies)];
};

type Listing = { readonly studies: readonly StudyListing[]; readonly finding: Finding };

const tryListing = async (pacs: Pick<Pacs, "listStudies">): Promise<Listing> => {
  for (const modality of [null, "CT", "MR"] as const) {
    const ask = (offset: number, limit: number) => pacs.listStudies({ modality, offset, limit });
    const studies = await ask(0, FIRST_STUDIES);
    if (studies === null) continue;
    const second = studies.length < 2 ? [] : await ask(1, 1);
    return { studies, finding: judgeListing(studies, second, modality) };
  }
  const text = "refuses to list its studies without a date; only those of the last watch.sweepDays are found";
  return { studies: [], finding: { check: "archive's list", state: "problem", text } };
};

const judgeListing = (
  studies: readonly StudyListing[],
  second: readonly StudyListing[] | null,
  modality: string | null,
): Finding => {
  const check = "archive's list";
  const filter = modality === null ? "" : `, with a filter by modality`;
  const [first] = studies;
  if (first === undefined) return { check, state: "note", text: `holds no study to try it with${filter}` };
  const sendsAll = studies.length > FIRST_STUDIES;
  if (!sendsAll && studies.length > 1 && (second === null || second[0]?.studyUid === first.studyUid))
    return {
      check,
      state: "problem",
      text: `does not turn pages (offset): of studies dated before watch.sweepDays or without a date only the first ${studies.length} or so are found`,
    };
  if (first.seriesCount === null || first.instanceCount === null)
    return {
      check,
      state: "note",
      text: `studies of every date are found${filter}; it does not count their series, so that each is asked for them every time`,
    };
  return { check, state: "ok", text: `studies of every date are found${filter}` };
};

const tryHeaders = async (pacs: Seen, studies: readonly StudyListing[]): Promise<Finding> => {
  const check = "headers";
  const series = await firstSeries(pacs, studies);
  if (series === null)
    return {
      check,
      state: "note",
      text: `not tried: no CT or MR series in the first ${studies.length} studies`,
    };
  try {
    await pacs.seriesMetadata(series);
    return { check, state: "ok", text: "the archive gives them as metadata (WADO-RS)" };
  } catch (error) {
    const { sentence } = toFailure(error);
    const [sopInstanceUid] = await pacs.findInstances(series);
    if (sopInstanceUid === undefined) throw error;
    parseHeader(await pacs.retrieveInstance({ ...series, sopInstanceUid }));
    return {
      check,
      state: "note",
      text: `read from the instances themselves, which retrieves every series more than once: no metadata (${sentence})`,
    };
  }
};

const firstSeries = async (
  pacs: Pick<Pacs, "listSeries">,
  studies: readonly StudyListing[],
): Promise<SeriesRef | null> => {
  for (const { studyUid } of studies.slice(0, FIRST_STUDIES)) {
    const [series] = await pacs.listSeries(studyUid);
    if (series !== undefined) return series;
  }
  return null;
};
