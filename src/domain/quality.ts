import type { FailureCode } from "./failure.ts";
import type { FoundBy } from "./pancreasNames.ts";
import type { SoftwareIdentity } from "./result.ts";
import type { SeriesRef } from "./series.ts";

/** What an audit knows of a stored segmentation without its voxels: enough to tell what it is compared with. */
export type KnownSegmentation = SeriesRef & {
  readonly sopInstanceUid: string;
  /** Series that was segmented; null where the object does not say. */
  readonly sourceSeriesUid: string | null;
  /** Written by this software, by its algorithm alone. */
  readonly isOurs: boolean;
  /** SegmentAlgorithmType of the pancreas segment: AUTOMATIC, SEMIAUTOMATIC, MANUAL; null where it is missing. */
  readonly algorithmType: string | null;
  /** Manufacturer and model of the images' device, where the object names it. */
  readonly scanner: string | null;
  /** ContentDate and ContentTime as they stand: YYYYMMDD and HHMMSS.FFFFFF; "" where they are missing. */
  readonly contentDate: string;
  readonly contentTime: string;
  /** YYYYMMDD. */
  readonly studyDate: string | null;
  /** By what its pancreas was found. */
  readonly foundBy?: FoundBy;
  /** As in `SegmentationRef`: an object that was stored anew under its UID is looked at again. */
  readonly version?: string;
};

/** An object without one pancreas: looked at again when it, or what is known as the pancreas, has changed. */
export type OtherSegmentation = SeriesRef & {
  readonly sopInstanceUid: string;
  readonly studyDate: string | null;
  readonly otherOrgan: true;
  readonly version?: string;
  readonly code?: LeftOutCode;
  readonly sentence?: string;
};

/** How far our mask agrees with its correction; differences are ours − correction. */
export type CorrectionAgreement = {
  readonly dice: number;
  /** As `surfaceDistances` defines them; null where one mask is empty. */
  readonly hd95Mm: number | null;
  readonly assdMm: number | null;
  readonly surfaceDice: number;
  readonly toleranceMm: number;
  readonly volumeMl: number;
  readonly correctedMl: number;
  readonly volumeDifferenceMl: number;
};

/** A series whose segmentation somebody corrected. */
export type CorrectedCase = SeriesRef & {
  readonly oursSopInstanceUid: string;
  readonly correctionSopInstanceUid: string;
  /** YYYY-MM of the correction, else of the study; "unknown" without both. */
  readonly month: string;
  readonly correctedAt: { readonly date: string; readonly time: string };
  readonly studyDate: string | null;
  readonly scanner: string;
  /** Of the source series, as the archive says; "unknown" where it does not. */
  readonly modality: string;
  readonly correctionAlgorithmType: string | null;
  /** Our segmentation was deleted since; the agreement is what an earlier audit found. */
  readonly oursIsGone?: true;
  readonly agreement: CorrectionAgreement;
};

/** Why a segmentation is in no comparison. */
export type LeftOutCode =
  | FailureCode
  | "NO_SOURCE_SERIES"
  | "NOTHING_OF_OURS"
  | "MADE_BY_ALGORITHM"
  | "OTHER_CORRECTION"
  | "SEVERAL_PANCREAS"
  | "PARTS_OF_PANCREAS"
  | "OURS_GONE"
  | "CORRECTION_GONE";

/** What lies in archives by the thousand, and is no correction, or not the one that counts. */
const usual: ReadonlySet<LeftOutCode> = new Set([
  "SEGMENT_NOT_FOUND",
  "NOTHING_OF_OURS",
  "NO_SOURCE_SERIES",
  "MADE_BY_ALGORITHM",
  "OTHER_CORRECTION",
  "OURS_GONE",
  "CORRECTION_GONE",
]);

/** Whether a person must look: a segmentation that may be a correction could not be read, understood or compared. */
export const needsPerson = ({ code }: LeftOut): boolean => !usual.has(code);

export type LeftOut = SeriesRef & {
  readonly sopInstanceUid: string;
  readonly studyDate: string | null;
  readonly code: LeftOutCode;
  readonly sentence: string;
};

/** SD of the sample, null for one value. */
export type Spread = {
  readonly n: number;
  readonly mean: number;
  readonly sd: number | null;
  readonly median: number;
};

export type QualityGroup = {
  /** What its cases have in common; {}: all cases. */
  readonly where: { readonly modality?: string; readonly month?: string; readonly scanner?: string };
  readonly cases: number;
  readonly dice: Spread;
  /** Null where no case has one. */
  readonly hd95Mm: Spread | null;
  /** Its mean is the bias of our volumes. */
  readonly volumeDifferenceMl: Spread;
};

/** One case on the control chart. */
export type DriftPoint = {
  readonly correctionSopInstanceUid: string;
  readonly month: string;
  readonly dice: number;
  /** Exponentially weighted mean of the Dice after this case, and the limit that it must not fall below. */
  readonly ewma: number;
  readonly lowerLimit: number;
  /** Evidence against chance after this case: what a bettor on a fall has made of one unit. */
  readonly wealth: number;
  /** Whether this case is one of a fall that is told. */
  readonly isAlarm: boolean;
};

export type Drift = {
  /** Null: all scanners together. */
  readonly scanner: string | null;
  /** `alarm`: lower than chance explains, and not recovered since. `too-few`: not judged. */
  readonly status: "steady" | "alarm" | "too-few";
  readonly sentence: string;
  readonly cases: number;
  /** Wealth from which it alarms. */
  readonly alarmWealth: number;
  /** Mean and SD of the Dice of the first cases; null where there are too few. */
  readonly target: number | null;
  readonly sd: number | null;
  /** The cases after those. */
  readonly points: readonly DriftPoint[];
};

/** How cases are found and judged. */
export type AuditRules = {
  /** Surface distance that counts as agreement, mm. */
  readonly toleranceMm: number;
  /** How many first cases say what is usual. */
  readonly baselineCases: number;
  /** Compare also with segmentations that other algorithms made without a person. */
  readonly includeAutomatic: boolean;
};

/** Corrected results of this archive against ours: what `panseg audit-quality` found, and what the page shows. */
export type Quality = {
  readonly notice: string;
  readonly software: SoftwareIdentity;
  /** ISO 8601. */
  readonly auditedAt: string;
  readonly rules: AuditRules;
  /** Studies from this date on were searched, YYYYMMDD; older cases are those of earlier audits. Null: all. */
  readonly since: string | null;
  /** Studies that hold several segmentations, and how many of them were looked at; fewer where the archive went away. */
  readonly studies: { readonly found: number; readonly audited: number };
  /** In the order of their correction. */
  readonly cases: readonly CorrectedCase[];
  readonly leftOut: readonly LeftOut[];
  readonly groups: readonly QualityGroup[];
  /** All scanners first. */
  readonly drift: readonly Drift[];
};

/** Kept between audits, so that no segmentation is fetched twice. */
export type QualityRecord = Quality & {
  /** Digest of the codes and names by which it knew the pancreas; null: an older version's. */
  readonly names: string | null;
  readonly known: readonly (KnownSegmentation | OtherSegmentation)[];
};

/** The audit without its memory: for people and machines. */
export const withoutMemory = ({ known: _, names: __, ...quality }: QualityRecord): Quality => quality;

/** Mean ± SD with one digit, after multiplication by `scale`, and n where it is not that of the cases; a dash where there is none. */
export const saySpread = (spread: Spread | null, cases: number, scale = 1): string => {
  if (spread === null) return "–";
  const mean = (spread.mean * scale).toFixed(1);
  const said = spread.sd === null ? mean : `${mean} ± ${(spread.sd * scale).toFixed(1)}`;
  return spread.n === cases ? said : `${said} (n ${spread.n})`;
};
