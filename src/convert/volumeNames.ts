import { createHash } from "node:crypto";

/** The name, or with -2, -3 … where it is taken; file systems that know no case count. */
const unique = (name: string, taken: Set<string>): string => {
  let free = name;
  for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}-${n}`;
  taken.add(free.toLowerCase());
  return free;
};

const shortUid = (uid: string, digits = 8): string =>
  createHash("sha256").update(uid).digest("hex").slice(0, digits);

/** A name for each series, in the order given: its number, else a short form of its UID. No text of the header. */
export const seriesNames = (
  series: readonly { readonly seriesNumber: number | null; readonly seriesUid: string }[],
): readonly string[] => {
  const taken = new Set<string>();
  return series.map(({ seriesNumber, seriesUid }) =>
    unique(seriesNumber === null ? `uid-${shortUid(seriesUid)}` : String(seriesNumber), taken),
  );
};

const safeText = (text: string): string => text.replace(/[^A-Za-z0-9=.+-]+/g, "_").slice(0, 80);

/**
 * A name for a volume of any study, the same whatever else is there: the number of its series, a short form of the series'
 * UID and its part's name. No text of the header.
 */
export const caseName = (seriesNumber: number | null, seriesUid: string, part: string): string =>
  [
    ...(seriesNumber === null ? [] : [seriesNumber]),
    shortUid(seriesUid, 12),
    ...(part === "" ? [] : [safeText(part)]),
  ].join("_");

/** A file name for each part of a series, in the order given; the part's name is left out where it is the only one. */
export const volumeFiles = (seriesName: string, parts: readonly string[]): readonly string[] => {
  const taken = new Set<string>();
  return parts.map((part) => {
    const safe = safeText(part);
    return `${unique(safe === "" ? seriesName : `${seriesName}_${safe}`, taken)}.nii.gz`;
  });
};
