import type { SourceSeries } from "../../domain/series.ts";
import { isLegalUid } from "../../domain/uid.ts";
import type { Warning } from "../../domain/warning.ts";
import { copyPatientAndStudy } from "./copied.ts";
import { type Dataset, type Value, vmOf, vrOf } from "./dataset.ts";
import { distinctInstances } from "./references.ts";
import { copyRequests } from "./requests.ts";

const date = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

/** What a value of a source may look like (PS3.5 table 6.2-1); of VRs that are not here nothing is copied as text. */
const legal: Readonly<Record<string, RegExp>> = {
  AE: /^[^\\\p{Cc}]{0,16}$/u,
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9_ ]{0,16}$/,
  DA: date,
  DS: /^(?=.{1,16}$) *[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)? *$/i,
  IS: /^ *[+-]?\d{1,11} *$/,
  LO: /^[^\\\p{Cc}]{0,64}$/u,
  LT: /^([\t\n\f\r]|[^\p{Cc}]){0,10240}$/u,
  PN: /^[^\\\p{Cc}=]{0,64}(=[^\\\p{Cc}=]{0,64}){0,2}$/u,
  SH: /^[^\\\p{Cc}]{0,16}$/u,
  ST: /^([\t\n\f\r]|[^\p{Cc}]){0,1024}$/u,
  TM: /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/,
  UT: /^([\t\n\f\r]|[^\p{Cc}])*$/u,
};

const isLegal = (keyword: string, value: Value): boolean => {
  if (value === null) return true;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > 1 && vmOf(keyword) === "1") return false;
  const vr = vrOf(keyword) ?? "";
  return values.every(
    (each) =>
      typeof each !== "string" ||
      each === "" ||
      (vr === "UI" ? isLegalUid(each) : (legal[vr]?.test(each) ?? true)),
  );
};

/** Keywords of values that DICOM does not allow, also within sequences, each once. */
const illegalKeywords = (dataset: Dataset): readonly string[] => [
  ...new Set(
    Object.entries(dataset).flatMap(([keyword, value]) =>
      vrOf(keyword) === "SQ"
        ? (value as readonly Dataset[]).flatMap(illegalKeywords)
        : isLegal(keyword, value)
          ? []
          : [keyword],
    ),
  ),
];

const illegalUids = ({
  studyUid,
  seriesUid,
  frameOfReferenceUid,
  frames,
}: SourceSeries): readonly string[] => [
  ...(isLegalUid(studyUid) ? [] : ["StudyInstanceUID"]),
  ...(isLegalUid(seriesUid) ? [] : ["SeriesInstanceUID"]),
  ...(frameOfReferenceUid === "" || isLegalUid(frameOfReferenceUid) ? [] : ["FrameOfReferenceUID"]),
  ...(distinctInstances(frames).every(({ sopInstanceUid }) => isLegalUid(sopInstanceUid))
    ? []
    : ["SOPInstanceUID"]),
];

/**
 * What is wrong with a source in a way that its results must repeat, named by attribute and never by value, which may be
 * patient text: UIDs and text that DICOM does not allow, and a frame of reference that had to be derived.
 */
export const judgeSource = (source: SourceSeries): readonly Warning[] => {
  const uids = illegalUids(source);
  const texts = illegalKeywords({ ...copyPatientAndStudy(source), ...copyRequests(source) });
  return [
    ...(uids.length === 0
      ? []
      : [
          {
            code: "SOURCE_UID_ILLEGAL",
            sentence: `The source's ${uids.join(", ")} is no UID that DICOM allows (PS3.5 section 9.1); the results refer to it as it stands, and strict readers may refuse them.`,
            details: { attributes: uids },
          } as const,
        ]),
    ...(texts.length === 0
      ? []
      : [
          {
            code: "SOURCE_TEXT_ILLEGAL",
            sentence: `The source's ${texts.join(", ")} is not as DICOM allows; the results repeat it as it stands.`,
            details: { attributes: texts },
          } as const,
        ]),
    ...(source.frameOfReferenceUid !== ""
      ? []
      : [
          {
            code: "FRAME_OF_REFERENCE_DERIVED",
            sentence:
              "The source has no frame of reference; the results bear one that is derived from its series UID, by which no other series can be registered.",
          } as const,
        ]),
  ];
};
