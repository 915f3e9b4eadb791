import { type Answer, jsonAnswer, notFound, plainAnswer } from "./answer.ts";
import { type DicomJson, jsonTexts } from "./dicomJson.ts";
import type { Instance } from "./instance.ts";
import type { Shelf } from "./shelf.ts";

/** What the archive calls itself wherever it is asked. */
export const NAME = "Demo archive: no authentication, never for patients";

const keywords = {
  patient: {
    PatientName: "00100010",
    PatientID: "00100020",
    PatientBirthDate: "00100030",
    PatientSex: "00100040",
  },
  study: {
    StudyInstanceUID: "0020000D",
    StudyDate: "00080020",
    StudyTime: "00080030",
    StudyID: "00200010",
    StudyDescription: "00081030",
    AccessionNumber: "00080050",
  },
  series: {
    SeriesInstanceUID: "0020000E",
    Modality: "00080060",
    SeriesNumber: "00200011",
    SeriesDescription: "0008103E",
  },
  instance: { SOPInstanceUID: "00080018", InstanceNumber: "00200013" },
};

export const describeSystem = (): Answer =>
  jsonAnswer({ ApiVersion: 0, Name: NAME, Version: "0.0.0-demo-archive", PluginsEnabled: true });

/** A page of the change log; 100 rows unless told otherwise. */
export const readChanges = ({ changes }: Shelf, query: URLSearchParams): Answer => {
  if (query.has("last")) return jsonAnswer(changes.newest());
  const [since, limit] = [query.get("since") ?? "0", query.get("limit") ?? "100"];
  if (![since, limit].every((text) => /^\d{1,15}$/.test(text)))
    return plainAnswer(400, "since and limit must be whole numbers.");
  // Orthanc takes zero for no limit.
  return jsonAnswer(changes.since(Number(since), Number(limit) || Number.POSITIVE_INFINITY));
};

export const describeStudy = (shelf: Shelf, id: string): Answer => {
  const instances = shelf.catalogue.all().filter(({ ids }) => ids.study === id);
  return instances[0] === undefined ? notFound() : jsonAnswer(studyOf(shelf, instances[0], instances));
};

/** A series, or with `parent` its study. */
export const describeSeries = (shelf: Shelf, id: string, parent: "study" | undefined): Answer => {
  const instances = shelf.catalogue.all().filter(({ ids }) => ids.series === id);
  const [first] = instances;
  if (first === undefined) return notFound();
  if (parent === "study") return describeStudy(shelf, first.ids.study);
  return jsonAnswer({
    ExpectedNumberOfInstances: null,
    ID: id,
    Instances: instances.map(({ ids }) => ids.self),
    IsStable: shelf.changes.isStable(id),
    MainDicomTags: named(first.attributes, keywords.series),
    ParentStudy: first.ids.study,
    Status: "Unknown",
    Type: "Series",
  });
};

export const describeInstance = ({ catalogue }: Shelf, id: string): Answer => {
  const instance = catalogue.all().find(({ ids }) => ids.self === id);
  if (instance === undefined) return notFound();
  const MainDicomTags = named(instance.attributes, keywords.instance);
  return jsonAnswer({ ID: id, MainDicomTags, ParentSeries: instance.ids.series, Type: "Instance" });
};

const studyOf = ({ changes }: Shelf, first: Instance, instances: readonly Instance[]) => {
  const series = [...new Set(instances.map(({ ids }) => ids.series))];
  return {
    ID: first.ids.study,
    IsStable: series.every((id) => changes.isStable(id)),
    MainDicomTags: named(first.attributes, keywords.study),
    ParentPatient: first.ids.patient,
    PatientMainDicomTags: named(first.attributes, keywords.patient),
    Series: series,
    Type: "Study",
  };
};

/** Values by keyword as text, several joined by backslashes; absent attributes are left out. */
const named = (
  attributes: DicomJson,
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(tags)
      .filter(([, tag]) => attributes[tag] !== undefined)
      .map(([keyword, tag]) => [keyword, jsonTexts(attributes, tag).join("\\")]),
  );
