import { type Concept, concepts, currentCode, isConcept } from "../domain/concept.ts";
import { isVolume, isVolumetric, volumeOf } from "../domain/groupVolume.ts";
import type { ArchivedReport, Code, MeasurementGroup, StoredMeasurement } from "../domain/report.ts";
import { type Cell, csvLine } from "./csvLine.ts";
import { plain, sayCode, sayDate, sayMoment, saySite, sayWriter, siteOf, statusOf, tidy } from "./text.ts";

type Row = { readonly report: ArchivedReport; readonly group: MeasurementGroup };

const nameOf = (code: Code | null): string => {
  if (code === null) return "";
  const { value, scheme } = currentCode(code);
  return `${value} ${scheme}`;
};

const isIntensity = ({ concept }: StoredMeasurement): boolean =>
  isConcept(concept, concepts.attenuation) || isConcept(concept, concepts.mrSignal);

const intensity = ({ group }: Row, derivation: Concept): number | null =>
  group.measurements.find((one) => isIntensity(one) && isConcept(one.derivation, derivation))?.value ?? null;

const unitsOfLength: ReadonlyMap<string, number> = new Map([
  ["mm", 1],
  ["cm", 10],
]);

/** In millimetres; null for any other unit. */
const lengthMm = ({ group }: Row, concept: Concept): number | null => {
  const found = group.measurements.find((one) => isConcept(one.concept, concept));
  const times = unitsOfLength.get(found?.unit?.value ?? "");
  return found?.value == null || times === undefined ? null : tidy(found.value * times);
};

const derivations: readonly Concept[] = [
  concepts.mean,
  concepts.standardDeviation,
  concepts.median,
  concepts.minimum,
  concepts.maximum,
];
const lengths: readonly Concept[] = [concepts.diameter, concepts.width, concepts.depth, concepts.height];

const hasColumn = (one: StoredMeasurement): boolean =>
  isVolume(one) ||
  (isIntensity(one) && derivations.some((each) => isConcept(one.derivation, each))) ||
  lengths.some((each) => isConcept(one.concept, each));

const sayMeasurement = ({ concept, derivation, value, unit }: StoredMeasurement): string => {
  const name = [sayCode(concept), sayCode(derivation)].filter(Boolean).join(" ");
  return `${name}=${value ?? ""}${unit === null ? "" : ` ${plain(unit.value)}`}`;
};

const millilitresOrNull = (value: number | null | undefined): number | null =>
  value == null ? null : tidy(value);

/** Every column with what stands in it, in this order. UIDs, numbers and codes; no column of the patient. */
const columns: Readonly<Record<string, (row: Row) => Cell>> = {
  study_uid: ({ report }) => report.studyUid,
  study_date: ({ report }) => sayDate(report.studyDate),
  modality: ({ report }) => report.modality,
  source_series_uid: ({ group }) => group.sourceSeriesUid,
  site: ({ group }) => saySite(group),
  site_code: ({ group }) => nameOf(siteOf(group)),
  finding: ({ group }) => sayCode(group.finding),
  finding_code: ({ group }) => nameOf(group.finding),
  volume_ml: ({ group }) => millilitresOrNull(volumeOf(group)?.volumeMl),
  volume_uncertainty_ml: ({ group }) => millilitresOrNull(volumeOf(group)?.uncertaintyMl),
  volume_method: ({ group }) => sayCode(volumeOf(group)?.measurement.method ?? null),
  diameter_mm: (row) => lengthMm(row, concepts.diameter),
  width_mm: (row) => lengthMm(row, concepts.width),
  depth_mm: (row) => lengthMm(row, concepts.depth),
  height_mm: (row) => lengthMm(row, concepts.height),
  intensity: ({ group }) => sayCode(group.measurements.find(isIntensity)?.concept ?? null),
  intensity_unit: ({ group }) => group.measurements.find(isIntensity)?.unit?.value ?? null,
  intensity_mean: (row) => intensity(row, concepts.mean),
  intensity_sd: (row) => intensity(row, concepts.standardDeviation),
  intensity_median: (row) => intensity(row, concepts.median),
  intensity_min: (row) => intensity(row, concepts.minimum),
  intensity_max: (row) => intensity(row, concepts.maximum),
  other_measurements: ({ group }) =>
    group.measurements
      .filter((one) => !hasColumn(one))
      .map(sayMeasurement)
      .join("; "),
  status: ({ report }) => statusOf(report),
  completion: ({ report }) => report.completion,
  verification: ({ report }) => report.verification,
  written_at: ({ report }) => sayMoment(report),
  writer: ({ report }) => sayWriter(report),
  manufacturer: ({ report }) => report.writer.manufacturer,
  software_versions: ({ report }) => report.writer.softwareVersions.join("; "),
  algorithm: ({ group }) => volumeOf(group)?.measurement.algorithm?.name ?? group.algorithm?.name ?? null,
  algorithm_version: ({ group }) =>
    volumeOf(group)?.measurement.algorithm?.version ?? group.algorithm?.version ?? null,
  tracking_id: ({ group }) => group.trackingIdentifier,
  tracking_uid: ({ group }) => group.trackingUid,
  segmentation_uid: ({ group }) => group.segment?.sopInstanceUid ?? null,
  segment_number: ({ group }) => group.segment?.segmentNumber ?? null,
  report_series_uid: ({ report }) => report.seriesUid,
  report_uid: ({ report }) => report.sopInstanceUid,
  superseded_by: ({ report }) => report.supersededBy,
  rejected_because: ({ report }) => sayCode(report.rejected),
  comment: ({ report }) => report.comment,
};

/** A table with a header (RFC 4180): one row for each measurement group that states a volume. */
export const toCsv = (reports: readonly ArchivedReport[]): string => {
  const rows = reports.flatMap((report) =>
    report.groups.filter(isVolumetric).map((group): Row => ({ report, group })),
  );
  const read = Object.values(columns);
  return [Object.keys(columns), ...rows.map((row) => read.map((one) => one(row)))].map(csvLine).join("");
};
