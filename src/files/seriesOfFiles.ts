import { number, parseHeader, text } from "../dicom/file/header.ts";
import { type FailureCode, toFailure } from "../domain/failure.ts";
import type { Header } from "../domain/series.ts";
import type { InstanceBytes } from "../ports/pacs.ts";

export type FileSeries = {
  /** Empty where a de-identifier emptied it. */
  readonly seriesUid: string;
  /** SeriesNumber, the least where the instances disagree. */
  readonly seriesNumber: number | null;
  readonly instances: readonly InstanceBytes[];
};

export type SeriesOfFiles = {
  /** In order of their UIDs. */
  readonly series: readonly FileSeries[];
  /** How many files could not be read as DICOM, by code. */
  readonly unreadable: Readonly<Partial<Record<FailureCode, number>>>;
};

const leastNumber = (known: number | null, header: Header): number | null => {
  const found = number(header, "SeriesNumber");
  if (found === null || !Number.isInteger(found) || found < 0) return known;
  return known === null ? found : Math.min(known, found);
};

/** The files by SeriesInstanceUID, whatever their order; what is no DICOM object is counted and stops nothing. */
export const seriesOfFiles = (
  files: readonly InstanceBytes[],
  progress: (share: number) => void,
): SeriesOfFiles => {
  const groups = new Map<string, { seriesNumber: number | null; instances: InstanceBytes[] }>();
  const unreadable: Partial<Record<FailureCode, number>> = {};
  for (const [index, file] of files.entries()) {
    progress(index / files.length);
    try {
      const header = parseHeader(file.read());
      const seriesUid = text(header, "SeriesInstanceUID") ?? "";
      const group = groups.get(seriesUid) ?? { seriesNumber: null, instances: [] };
      group.seriesNumber = leastNumber(group.seriesNumber, header);
      group.instances.push(file);
      groups.set(seriesUid, group);
    } catch (error) {
      const { code } = toFailure(error);
      unreadable[code] = (unreadable[code] ?? 0) + 1;
    }
  }
  const series = [...groups].map(([seriesUid, group]) => ({ seriesUid, ...group }));
  return { series: series.sort((a, b) => (a.seriesUid < b.seriesUid ? -1 : 1)), unreadable };
};
