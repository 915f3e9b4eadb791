import type { Header } from "../../domain/series.ts";
import { text } from "../read/header.ts";
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

/**
 * The date of an object: the moment of ordering in the source's time zone, or, where the settings say so, that of the
 * study (a study without a date leaves nothing to hide, so the moment of ordering stands).
 */
export const objectMoment = ({ source, orderedAtMs, settings }: WriteContext): Moment => {
  const ordered = momentOf(orderedAtMs, source.header);
  const studyDate = text(source.header, "StudyDate") ?? "";
  if (settings.dates === "now" || !/^\d{8}$/.test(studyDate)) return ordered;
  const studyTime = text(source.header, "StudyTime") ?? "";
  return { date: studyDate, time: /^\d{6}/.exec(studyTime)?.[0] ?? "000000" };
};
