import type { Header } from "../../domain/series.ts";
import { text } from "../file/header.ts";
import type { WriteContext } from "./context.ts";

/** DA and TM values. */
export type Moment = { readonly date: string; readonly time: string };

const minuteMs = 60_000;

/** Minutes east of UTC: the source's TimezoneOffsetFromUTC, else that of this machine, which its study times are read in. */
const utcOffsetMinutes = (header: Header, epochMs: number): number => {
  const [, sign, hours, minutes] =
    /^([+-])(\d{2})(\d{2})$/.exec(text(header, "TimezoneOffsetFromUTC") ?? "") ?? [];
  if (sign === undefined) return -new Date(epochMs).getTimezoneOffset();
  return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
};

/** A moment in the time zone that a header names, else in this machine's. */
export const momentOf = (epochMs: number, header: Header): Moment => {
  const shifted = new Date(epochMs + utcOffsetMinutes(header, epochMs) * minuteMs).toISOString();
  const digits = shifted.replace(/\D/g, "");
  return { date: digits.slice(0, 8), time: digits.slice(8, 14) };
};

/** Date and time of a study; null where it has no date, which leaves nothing to hide. */
const studyMoment = (header: Header): Moment | null => {
  const studyDate = text(header, "StudyDate") ?? "";
  if (!/^\d{8}$/.test(studyDate)) return null;
  return { date: studyDate, time: /^\d{6}/.exec(text(header, "StudyTime") ?? "")?.[0] ?? "000000" };
};

/** What the date of an object follows from. */
export type Dated = Pick<WriteContext, "source" | "orderedAtMs"> & {
  readonly settings: Pick<WriteContext["settings"], "dates">;
};

/**
 * The date of an object: the moment of ordering in the source's time zone, or, where the settings say so, that of the
 * study.
 */
export const objectMoment = ({ source, orderedAtMs, settings }: Dated): Moment =>
  (settings.dates === "study" ? studyMoment(source.header) : null) ?? momentOf(orderedAtMs, source.header);

/** The date of an object about another of our own: now, or that of the study where the other bears no other either. */
export const momentLike = (epochMs: number, other: Header): Moment => {
  const ofStudy = studyMoment(other);
  const isDatedAsStudy =
    text(other, "ContentDate") === ofStudy?.date && text(other, "ContentTime") === ofStudy?.time;
  return ofStudy !== null && isDatedAsStudy ? ofStudy : momentOf(epochMs, other);
};
