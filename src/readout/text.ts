import { concepts, isConcept } from "../domain/concept.ts";
import type { ArchivedReport, Code, MeasurementGroup } from "../domain/report.ts";

/** On one line, without what a terminal or a spreadsheet would obey. */
export const plain = (text: string): string => text.replace(/\p{Cc}+/gu, " ").trim();

/** A code in words; its value where the writer gave no meaning. */
export const sayCode = (code: Code | null): string =>
  code === null ? "" : plain(code.meaning || code.value);

/** `20240131` as `2024-01-31`; "" for what is no date. */
export const sayDate = (date: string | null): string => {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(date ?? "") ?? [];
  return year === undefined ? "" : `${year}-${month}-${day}`;
};

/** `101530.25` as `10:15:30`; "" for what is no time of day to the second. */
export const sayTime = (time: string | null): string => {
  const [, hours, minutes, seconds] = /^(\d{2})(\d{2})(\d{2})/.exec(time ?? "") ?? [];
  return hours === undefined ? "" : `${hours}:${minutes}:${seconds}`;
};

/** `+0130` as `+01:30`; "" where none is stated. */
export const sayTimezone = (timezone: string | null): string =>
  /^[+-]\d{4}$/.test(timezone ?? "") ? `${timezone?.slice(0, 3)}:${timezone?.slice(3)}` : "";

/** Date, time of day and offset of the content, as far as they are stated: `2024-01-31T10:15:30+01:30`. */
export const sayMoment = ({ contentDate, contentTime, timezone }: ArchivedReport): string => {
  const [day, clock] = [sayDate(contentDate), sayTime(contentTime)];
  return day === "" || clock === "" ? day : `${day}T${clock}${sayTimezone(timezone)}`;
};

/** Twelve digits: what binary fractions add beyond is no measurement. */
export const tidy = (value: number): number => Number(value.toPrecision(12));

const wholes = [concepts.anatomicalStructure, concepts.bodyStructure, concepts.organ];

/** Where it was measured: the site, or a finding that is an anatomical structure itself. */
export const siteOf = ({ findingSite, finding, category }: MeasurementGroup): Code | null =>
  findingSite ?? (wholes.some((each) => isConcept(category, each)) ? finding : null);

export const saySite = (group: MeasurementGroup): string =>
  [siteOf(group), group.topography, group.laterality].map(sayCode).filter(Boolean).join(", ");

export const statusOf = ({
  rejected,
  supersededBy,
}: ArchivedReport): "current" | "superseded" | "rejected" => {
  if (rejected !== null) return "rejected";
  return supersededBy === null ? "current" : "superseded";
};

/** The name under which the writer goes. */
export const sayWriter = ({ observer, writer }: ArchivedReport): string =>
  plain((observer?.kind === "device" ? observer.name : null) ?? writer.model ?? writer.manufacturer ?? "");
