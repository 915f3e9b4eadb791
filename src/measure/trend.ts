import type { PriorVolume, Trend } from "../domain/trend.ts";

type Present = {
  readonly modality: "CT" | "MR";
  readonly studyDate: string;
  readonly volumeMl: number;
  readonly errorMl: number;
};

const dayMs = 86_400_000;
const daysPerYear = 365.25;

/** A rate over less than this is noise drawn out: a quarter of a year. */
const shortestForRateDays = 90;

/** DA as days since 1970; null for what is no date. */
const dayOf = (date: string): number | null => {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(date) ?? [];
  if (year === undefined) return null;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return new Date(ms).toISOString().slice(0, 10).replaceAll("-", "") === date ? ms / dayMs : null;
};

/**
 * The present volume against earlier ones of the same patient, modality and organ; of volumes of one day the last given
 * counts. Null where none is earlier, or dates or volumes allow no comparison. The errors of two volumes are
 * independent, so that of their difference is the root of the sum of squares; a prior without one gets the present's
 * share of its volume.
 */
export const trendOf = (present: Present, priors: readonly PriorVolume[]): Trend | null => {
  const today = dayOf(present.studyDate);
  if (today === null || present.volumeMl <= 0) return null;
  const earlier = priors.filter(
    ({ studyDate, volumeMl }) => volumeMl > 0 && (dayOf(studyDate) ?? today) < today,
  );
  const byDay = new Map(earlier.map((prior) => [prior.studyDate, prior]));
  const ordered = [...byDay.values()].sort((a, b) => (a.studyDate < b.studyDate ? -1 : 1));
  const latest = ordered.at(-1);
  if (latest === undefined) return null;
  const changeMl = present.volumeMl - latest.volumeMl;
  const changePercent = (100 * changeMl) / latest.volumeMl;
  const days = today - (dayOf(latest.studyDate) as number);
  const priorErrorMl = latest.errorMl ?? (latest.volumeMl * present.errorMl) / present.volumeMl;
  return {
    modality: present.modality,
    studyDate: present.studyDate,
    priors: ordered,
    changeMl,
    changePercent,
    percentPerYear: days < shortestForRateDays ? null : (changePercent * daysPerYear) / days,
    errorMl: Math.hypot(present.errorMl, priorErrorMl),
  };
};
