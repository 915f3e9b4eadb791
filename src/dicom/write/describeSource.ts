import type { Header } from "../../domain/series.ts";
import { isoDate } from "../../domain/trend.ts";
import { number, text } from "../file/header.ts";
import type { WriteContext } from "./context.ts";
import { type Dated, objectMoment } from "./moment.ts";

/** What a result was made from, for people. */
export type Origin = Dated & Pick<WriteContext, "part">;

/** Letters and digits without their marks, in lower case, apart by blanks. */
const plainWords = (value: string): string =>
  value
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

const stringsOf = (value: unknown): readonly string[] => {
  if (value === null || value === undefined) return [];
  if (typeof value === "object") return Object.values(value).flatMap(stringsOf);
  return [String(value)];
};

const identifying = [
  "PatientName",
  "PatientID",
  "OtherPatientNames",
  "OtherPatientIDs",
  "OtherPatientIDsSequence",
  "PatientBirthName",
  "PatientBirthDate",
  "AccessionNumber",
  "ReferringPhysicianName",
  "StudyID",
];

/** Initials and numbers of one digit stand in every description. */
const leastIdentifying = 2;

/** Whether a description repeats what identifies the patient or the examination elsewhere in the header. */
const namesSomeone = (description: string, header: Header): boolean => {
  const words = plainWords(description);
  const digits = description.replace(/\D+/g, "");
  const date = text(header, "PatientBirthDate") ?? "";
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)];
  const dates = date.length === 8 ? [date, `${day}${month}${year}`, `${month}${day}${year}`] : [];
  return (
    identifying
      .flatMap((keyword) => stringsOf(header[keyword]))
      .flatMap((value) => [plainWords(value), ...plainWords(value).split(" ")])
      .filter((known) => known.length >= leastIdentifying)
      .some((known) => ` ${words} `.includes(` ${known} `)) || dates.some((known) => digits.includes(known))
  );
};

const withoutControls = (value: string): string =>
  value
    .replace(/\p{C}+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();

/** SeriesDescription as people may read it; a reason in its place where it must not be repeated; null where there is none. */
const descriptionOf = (header: Header): string | null => {
  const description = withoutControls(text(header, "SeriesDescription") ?? "");
  // What a de-identified header still says in free text nobody vouches for.
  if (description === "" || text(header, "PatientIdentityRemoved") === "YES") return null;
  return namesSomeone(description, header) ? "description withheld, it names a person" : description;
};

/** Number and description of the source series, and which of its volumes; no patient text. */
export const describeSeries = ({ source: { header }, part }: Origin): string => {
  const own = number(header, "SeriesNumber");
  const name = own === null ? "Series without a number" : `Series ${own}`;
  const volume = part === "" ? "" : ` (${withoutControls(part)})`;
  const description = descriptionOf(header);
  return `${name}${volume}${description === null ? "" : `: ${description}`}`;
};

/**
 * Days of the study and of the computation, apart; where objects are dated like the study (`dates: study`) that one
 * alone, since the other would give away by how much it was shifted.
 */
export const describeDates = (origin: Origin): string => {
  const studyDate = text(origin.source.header, "StudyDate") ?? "";
  const isDated = /^\d{8}$/.test(studyDate);
  const study = isDated ? `Study of ${isoDate(studyDate)}` : "Study without a date";
  if (isDated && origin.settings.dates === "study") return study;
  return `${study}, computed ${isoDate(objectMoment(origin).date)}`;
};
