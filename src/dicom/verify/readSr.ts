import { failed } from "../../domain/failure.ts";
import { isVolumetric, volumeMlOf } from "../../domain/groupVolume.ts";
import type { MeasurementGroup, StoredReport } from "../../domain/report.ts";
import { readReport } from "../report/readReport.ts";

/** What a stored measurement report says about its one tracked organ. */
export type ReadSr = {
  readonly report: StoredReport;
  readonly group: MeasurementGroup;
  readonly volumeMl: number;
};

/**
 * The volume and what it refers to, from the bytes of a measurement report alone; of several groups, the first that
 * states a volume. Throws NOT_DICOM when it is not such a report, TOO_LARGE.
 */
export const readSr = (bytes: Uint8Array): ReadSr => {
  const report = readReport(bytes);
  const group = report?.groups.find(isVolumetric);
  if (report === null || group === undefined)
    throw failed("NOT_DICOM", "The object is no measurement report with a volume.");
  const volumeMl = volumeMlOf(group);
  if (volumeMl === null)
    throw failed("NOT_DICOM", "The report's volume has no value in a unit of volume, or several.");
  return { report, group, volumeMl };
};

/** The volume that a stored report states, millilitres. Throws NOT_DICOM, TOO_LARGE. */
export const readSrVolumeMl = (bytes: Uint8Array): number => readSr(bytes).volumeMl;
