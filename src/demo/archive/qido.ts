import { type Answer, dicomJsonAnswer, plainAnswer } from "./answer.ts";
import { type Catalogue, type Group, groupBy } from "./catalogue.ts";
import { type DicomJson, jsonElement, jsonTexts } from "./dicomJson.ts";
import { type Instance, levelTags, pick } from "./instance.ts";

export type Level = keyof typeof levelTags;

/** Keywords that may stand for a tag in a search; what is in neither form is no filter (PS3.18 10.6.1.2). */
const tagOfKeyword: Readonly<Record<string, string>> = {
  StudyDate: "00080020",
  StudyTime: "00080030",
  AccessionNumber: "00080050",
  Modality: "00080060",
  ModalitiesInStudy: "00080061",
  ReferringPhysicianName: "00080090",
  StudyDescription: "00081030",
  SeriesDescription: "0008103E",
  PatientName: "00100010",
  PatientID: "00100020",
  PatientBirthDate: "00100030",
  PatientSex: "00100040",
  StudyID: "00200010",
  BodyPartExamined: "00180015",
  SOPClassUID: "00080016",
  SOPInstanceUID: "00080018",
  StudyInstanceUID: "0020000D",
  SeriesInstanceUID: "0020000E",
  SeriesNumber: "00200011",
  InstanceNumber: "00200013",
};

const searchable = new Set(Object.values(tagOfKeyword));
const dateTags = new Set(["00080020", "00100030"]);
const uidTags = new Set(["00080016", "00080018", "0020000D", "0020000E"]);
const MODALITIES = "00080061";

/** Instances found below an address, put together at a level: one data set each (PS3.18 10.6). */
export const search = (
  catalogue: Catalogue,
  level: Level,
  within: readonly string[],
  query: URLSearchParams,
  rootUrl: string,
): Answer => {
  const offset = readCount(query.get("offset"), 0);
  const limit = readCount(query.get("limit"), Number.POSITIVE_INFINITY);
  if (offset === null || limit === null) return plainAnswer(400, "limit and offset must be whole numbers.");
  const filters = [...query].flatMap(([key, wanted]) => {
    const tag = tagOfKeyword[key] ?? key.toUpperCase();
    return searchable.has(tag) && wanted !== "" ? [{ tag, wanted }] : [];
  });
  const found = catalogue
    .below(...within)
    .filter((each) =>
      filters.every(({ tag, wanted }) => matches(tag, valuesOf(catalogue, each, tag), wanted)),
    );
  const groups = groupBy(found, (each) => uidsAt(level, each).join("/"));
  const page = groups.slice(offset, offset + limit);
  return dicomJsonAnswer(page.map((group) => describe(catalogue, level, group, rootUrl)));
};

/** Zero or more, the default where nothing is asked, null where it is no count. */
const readCount = (text: string | null, otherwise: number): number | null => {
  if (text === null) return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
};

const valuesOf = (catalogue: Catalogue, instance: Instance, tag: string): readonly string[] =>
  tag === MODALITIES ? catalogue.modalities(instance.studyUid) : jsonTexts(instance.attributes, tag);

const matches = (tag: string, values: readonly string[], wanted: string): boolean => {
  const alternatives = uidTags.has(tag) || tag === MODALITIES ? wanted.split(/[,\\]/) : [wanted];
  return values.some((value) =>
    alternatives.some((each) =>
      dateTags.has(tag) && each.includes("-") ? isInRange(value, each) : isLike(value, each),
    ),
  );
};

/** YYYYMMDD compares as text; either end may be left open. */
const isInRange = (value: string, range: string): boolean => {
  const [from = "", to = ""] = range.split("-");
  return value >= from && (to === "" || value <= to);
};

/** With asterisks for anything, whatever the case. Looks for one piece after the other, never back. */
const isLike = (value: string, pattern: string): boolean => {
  const text = value.toLowerCase();
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
};

const uidsAt = (level: Level, { studyUid, seriesUid, sopInstanceUid }: Instance): readonly string[] =>
  [studyUid, seriesUid, sopInstanceUid].slice(0, level === "study" ? 1 : level === "series" ? 2 : 3);

/** Address of a resource below the DICOMweb root. */
export const addressOf = (rootUrl: string, level: Level, instance: Instance): string =>
  rootUrl +
  uidsAt(level, instance)
    .map((uid, index) => `/${["studies", "series", "instances"][index]}/${uid}`)
    .join("");

const describe = (catalogue: Catalogue, level: Level, { first }: Group, rootUrl: string): DicomJson => {
  const tags = {
    study: levelTags.study,
    series: [...levelTags.study, ...levelTags.series],
    instance: Object.values(levelTags).flat(),
  }[level];
  return {
    "00080005": jsonElement("CS", "ISO_IR 192"),
    ...pick(first.attributes, tags),
    "00081190": jsonElement("UR", addressOf(rootUrl, level, first)),
    ...counts(catalogue, level, first),
  };
};

/** Of the whole study or series, whatever the filters left of it. */
const counts = (catalogue: Catalogue, level: Level, { studyUid, seriesUid }: Instance): DicomJson => {
  if (level === "instance") return {};
  if (level === "series")
    return { "00201209": jsonElement("IS", catalogue.below(studyUid, seriesUid).length) };
  const instances = catalogue.below(studyUid);
  return {
    [MODALITIES]: jsonElement("CS", ...catalogue.modalities(studyUid)),
    "00201206": jsonElement("IS", new Set(instances.map((each) => each.seriesUid)).size),
    "00201208": jsonElement("IS", instances.length),
  };
};
