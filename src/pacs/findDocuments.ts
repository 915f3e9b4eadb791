import { isUid } from "../domain/uid.ts";
import type { DocumentRef } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import type { Calls } from "./calls.ts";
import { type DicomJson, readText, readValues, tags } from "./dicomJson.ts";
import { readDatasets, searchAll } from "./searches.ts";
import { statusFailure } from "./statusFailure.ts";
import { assertUids } from "./uid.ts";

/** Of each kind, so that no heap of key images hides a report. */
const MOST_DOCUMENTS = 200;

/** Enhanced, Comprehensive and Comprehensive 3D SR, which may hold TID 1500, and Key Object Selection. */
const sopClasses: Readonly<Record<DocumentRef["modality"], readonly string[]>> = {
  SR: ["1.2.840.10008.5.1.4.1.1.88.22", "1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.88.34"],
  KO: ["1.2.840.10008.5.1.4.1.1.88.59"],
};

type Query = Readonly<Record<string, string>>;
type Study = { readonly studyUid: string; readonly studyDate: string | null };
type Found = { readonly document: DocumentRef; readonly moment: string };

/**
 * Structured reports and key object selections of a study, or of every study of its patient, the newest first (QIDO-RS,
 * PS3.18 10.6); dose reports and the like are left out. Throws UID_INVALID, PACS_*.
 */
export const findDocuments = async (
  calls: Calls,
  pageSize: number,
  studyUid: string,
  scope: "study" | "patient",
  log: Log,
): Promise<readonly DocumentRef[]> => {
  assertUids(studyUid);
  const search: Search = { calls, pageSize };
  const found: Found[] = [];
  for (const study of await studiesOf(search, studyUid, scope)) {
    found.push(...(await documentsOf(search, study)));
    if (ofKind(found, "SR").length > MOST_DOCUMENTS) break;
  }
  const kept = [...newest(ofKind(found, "SR")), ...newest(ofKind(found, "KO"))];
  if (kept.length < found.length) log.warn("pacs.documents-left-out", { kept: kept.length });
  return kept;
};

const ofKind = (found: readonly Found[], modality: DocumentRef["modality"]): readonly Found[] =>
  found.filter(({ document }) => document.modality === modality);

const newest = (found: readonly Found[]): readonly DocumentRef[] =>
  found
    .toSorted((a, b) => (a.moment < b.moment ? 1 : a.moment > b.moment ? -1 : 0))
    .slice(0, MOST_DOCUMENTS)
    .map(({ document }) => document);

type Search = { readonly calls: Calls; readonly pageSize: number };

const searchStudies = async (
  { calls, pageSize }: Search,
  query: Query,
  fields: readonly string[],
): Promise<readonly DicomJson[]> => {
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForStudies({
          queryParams: { ...query, includefield: fields.join(","), ...page },
          request,
        }),
      ),
    (hit) => readText(hit, tags.studyUid),
    pageSize,
  );
  // No hits are an empty answer; 404 here means that the address is wrong, which must not look like an empty archive.
  if (hits === null) throw statusFailure(404, new Headers());
  return [...hits.values()];
};

const identityFields = [tags.studyDate, tags.patientId, tags.issuerOfPatientId];

/** The study, and with it those of its patient, the newest first. */
const studiesOf = async (
  search: Search,
  studyUid: string,
  scope: "study" | "patient",
): Promise<readonly Study[]> => {
  const asked = await searchStudies(search, { StudyInstanceUID: studyUid }, identityFields);
  const named = asked.find((hit) => readText(hit, tags.studyUid) === studyUid);
  if (named === undefined) return [];
  const patientId = readText(named, tags.patientId);
  if (scope === "study" || patientId === null || patientId.trim() === "") return studyOf(named);
  const hits = await searchStudies(search, { PatientID: searchable(patientId) }, identityFields);
  const theirs = new Map(
    [named, ...hits.filter((hit) => isSamePatient(hit, named))]
      .flatMap(studyOf)
      .map((study) => [study.studyUid, study]),
  );
  return [...theirs.values()].toSorted((a, b) => ((a.studyDate ?? "") < (b.studyDate ?? "") ? 1 : -1));
};

const studyOf = (hit: DicomJson): readonly Study[] => {
  const studyUid = readText(hit, tags.studyUid);
  const studyDate = readText(hit, tags.studyDate)?.replaceAll(".", "") || null;
  return isUid(studyUid) ? [{ studyUid, studyDate }] : [];
};

/** No search can ask for an asterisk or a question mark as such; they find themselves, and a backslash would part values. */
const searchable = (patientId: string): string => patientId.replaceAll("\\", "?");

/** The same identifier, character for character, from the same issuer: what a wildcard found besides is somebody else. */
const isSamePatient = (hit: DicomJson, named: DicomJson): boolean =>
  [tags.patientId, tags.issuerOfPatientId].every(
    (tag) => readValues(hit, tag).length <= 1 && (readText(hit, tag) ?? "") === (readText(named, tag) ?? ""),
  );

const documentsOf = async (search: Search, study: Study): Promise<readonly Found[]> => {
  const { calls, pageSize } = search;
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForSeries({ studyInstanceUID: study.studyUid, queryParams: page, request }),
      ),
    (hit) => readText(hit, tags.seriesUid),
    pageSize,
  );
  const found: Found[] = [];
  for (const hit of hits?.values() ?? []) {
    const seriesUid = readText(hit, tags.seriesUid);
    const modality = readText(hit, tags.modality);
    if (isUid(seriesUid) && (modality === "SR" || modality === "KO"))
      found.push(...(await documentsOfSeries(search, study, seriesUid, modality)));
  }
  return found;
};

const documentsOfSeries = async (
  { calls, pageSize }: Search,
  { studyUid, studyDate }: Study,
  seriesUid: string,
  modality: DocumentRef["modality"],
): Promise<readonly Found[]> => {
  const includefield = `${tags.sopClassUid},${tags.contentDate},${tags.contentTime}`;
  const hits = await searchAll(
    (page) =>
      readDatasets(calls.search, (client, request) =>
        client.searchForInstances({
          studyInstanceUID: studyUid,
          seriesInstanceUID: seriesUid,
          queryParams: { includefield, ...page },
          request,
        }),
      ),
    (hit) => readText(hit, tags.sopInstanceUid),
    pageSize,
  );
  return [...(hits?.values() ?? [])].flatMap((hit): readonly Found[] => {
    const sopInstanceUid = readText(hit, tags.sopInstanceUid);
    const sopClassUid = readText(hit, tags.sopClassUid) ?? "";
    if (!isUid(sopInstanceUid) || (sopClassUid !== "" && !sopClasses[modality].includes(sopClassUid)))
      return [];
    const dates = [tags.contentDate, tags.contentTime].map((tag) => readText(hit, tag) ?? "");
    const document = { studyUid, seriesUid, sopInstanceUid, modality, sopClassUid, studyDate };
    return [{ document, moment: [studyDate ?? "", ...dates].join("|") }];
  });
};
