import { sayMl } from "./millilitres.ts";

/** A volume of one patient's pancreas, as an earlier stored report states it. */
export type PriorVolume = {
  /** DICOM DA, e.g. "20240131". */
  readonly studyDate: string;
  readonly volumeMl: number;
  /** What its voxels leave open, ml; null where the report does not say. */
  readonly errorMl: number | null;
  /** The report. */
  readonly sopInstanceUid: string;
};

/** How a volume compares with earlier ones of the same modality. */
export type Trend = {
  readonly modality: "CT" | "MR";
  /** Of the present volume, as DICOM DA. */
  readonly studyDate: string;
  /** Oldest first, at least one; the change counts from the last of them. */
  readonly priors: readonly PriorVolume[];
  readonly changeMl: number;
  readonly changePercent: number;
  /** Null where the two are too close in time for a rate. */
  readonly percentPerYear: number | null;
  /** Of the change, from the voxel errors of both volumes. The models' own errors are not in it. */
  readonly errorMl: number;
};

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;

/** A DICOM DA as people write it, "2024-01-31". */
export const isoDate = (date: string): string =>
  `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;

/** The trend in a sentence or two for people. */
export const describeTrend = ({
  modality,
  priors,
  changeMl,
  changePercent,
  percentPerYear,
  errorMl,
}: Trend): string => {
  const latest = priors.at(-1);
  if (latest === undefined) return "";
  const rate = percentPerYear === null ? "" : `, ${signed(percentPerYear)} % per year`;
  const verdict =
    Math.abs(changeMl) <= errorMl
      ? `no more than the measurement error of up to ±${sayMl(errorMl)}`
      : `more than the measurement error of up to ±${sayMl(errorMl)}`;
  return (
    `Since ${isoDate(latest.studyDate)} (${modality}, ${sayMl(latest.volumeMl)}): ${signed(changeMl)} ml ` +
    `(${signed(changePercent)} %)${rate}; ${verdict}, which is that of the voxels alone.`
  );
};
