import { readReport } from "../../src/dicom/report/readReport.ts";
import type { ArchivedReport, Code, MeasurementGroup, StoredMeasurement } from "../../src/domain/report.ts";

export const archived = (bytes: Uint8Array, marks: Partial<ArchivedReport> = {}): ArchivedReport => {
  const report = readReport(bytes);
  if (report === null) throw new Error("no measurement report");
  return { ...report, rejected: null, supersededBy: null, ...marks };
};

export const codeFrom = (text: string): Code => {
  const [value = "", scheme = "", meaning = ""] = text.split("|");
  return { value, scheme, meaning };
};

export const measurement = (
  concept: string,
  value: number | null,
  unit: string,
  rest: Partial<StoredMeasurement> = {},
): StoredMeasurement => ({
  concept: codeFrom(concept),
  value,
  qualifier: null,
  unit: codeFrom(unit),
  derivation: null,
  method: null,
  algorithm: null,
  uncertainty: null,
  ...rest,
});

export const groupOf = (
  measurements: readonly StoredMeasurement[],
  rest: Partial<MeasurementGroup> = {},
): MeasurementGroup => ({
  trackingIdentifier: null,
  trackingUid: null,
  category: null,
  finding: null,
  findingSite: null,
  laterality: null,
  topography: null,
  segment: null,
  sourceSeriesUid: null,
  sourceImages: [],
  algorithm: null,
  measurements,
  ...rest,
});

export const reportWith = (
  groups: readonly MeasurementGroup[],
  rest: Partial<ArchivedReport> = {},
): ArchivedReport => ({
  studyUid: "1.2",
  seriesUid: "1.3",
  sopInstanceUid: "1.4",
  sopClassUid: "1.5",
  studyDate: null,
  contentDate: null,
  contentTime: null,
  timezone: null,
  modality: null,
  completion: null,
  verification: null,
  preliminary: null,
  writer: { manufacturer: null, model: null, softwareVersions: [] },
  observer: null,
  predecessors: [],
  groups,
  comment: null,
  rejected: null,
  supersededBy: null,
  ...rest,
});
