import { isVolumetric, volumeOf } from "../domain/groupVolume.ts";
import { roundedMl } from "../domain/millilitres.ts";
import type { ArchivedReport, MeasurementGroup } from "../domain/report.ts";
import { plain, sayCode, sayDate, saySite, sayWriter } from "./text.ts";

export const tableHeader = [
  "date",
  "images",
  "site",
  "ml",
  "±",
  "finding",
  "writer",
  "algorithm",
  "status",
] as const;

const millilitres = (value: number | null | undefined): string => (value == null ? "" : roundedMl(value));

const sayStatus = (report: ArchivedReport): string => {
  const checked = report.verification === "VERIFIED" ? "verified" : "unverified";
  if (report.rejected !== null) return `rejected: ${sayCode(report.rejected)}`;
  return report.supersededBy === null ? checked : `superseded (${checked})`;
};

const rowOf = (report: ArchivedReport, group: MeasurementGroup): readonly string[] => {
  const volume = volumeOf(group);
  return [
    sayDate(report.studyDate) || sayDate(report.contentDate),
    report.modality ?? "",
    saySite(group),
    millilitres(volume?.volumeMl),
    millilitres(volume?.uncertaintyMl),
    sayCode(group.finding),
    sayWriter(report),
    plain(volume?.measurement.algorithm?.name ?? ""),
    sayStatus(report),
  ];
};

/** Rows for people, one for each volume; every report is named by its status. */
export const toTable = (reports: readonly ArchivedReport[]): readonly (readonly string[])[] =>
  reports.flatMap((report) => report.groups.filter(isVolumetric).map((group) => rowOf(report, group)));
