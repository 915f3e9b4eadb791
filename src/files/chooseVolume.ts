import { parseHeader, text } from "../dicom/file/header.ts";
import { uidOf } from "../dicom/file/uidOf.ts";
import { deriveUid, instancesDigest } from "../dicom/identity/resultKey.ts";
import { type SelectOptions, selectVolumes } from "../dicom/select/selectVolumes.ts";
import { refusalOf, type VolumeChoice } from "../dicom/select/volumeChoice.ts";
import { FailureError, failed, makeFailure } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { Header, SeriesRef } from "../domain/series.ts";
import type { Warning } from "../domain/warning.ts";
import type { InstanceBytes } from "../ports/pacs.ts";

export type ChosenVolume = {
  readonly series: SeriesRef;
  readonly instances: readonly InstanceBytes[];
  readonly headers: readonly Header[];
  readonly modelClass: ModelClass;
  /** Which volume of the series. */
  readonly part: string;
  readonly warnings: readonly Warning[];
};

type Candidate = {
  readonly seriesUid: string;
  readonly instances: InstanceBytes[];
  readonly headers: Header[];
};

type Judged = { readonly candidate: Candidate; readonly choice: VolumeChoice };

/**
 * The one volume of some files that can be segmented, or the one that is named. Files that are no DICOM are passed
 * over. Throws NO_IMAGES, SERIES_NOT_FOUND, PART_NOT_FOUND, SEVERAL_SERIES, SEVERAL_VOLUMES, or the reason why the only volume is not eligible.
 */
export const chooseVolume = (
  files: readonly InstanceBytes[],
  named: { readonly seriesUid: string | null; readonly part: string | null },
  options: SelectOptions,
  progress: (share: number) => void,
): ChosenVolume => {
  const all = groupBySeries(files, progress);
  if (all.length === 0) throw failed("NO_IMAGES", `No DICOM series among ${files.length} file(s).`);
  const candidates = all.filter(({ seriesUid }) => named.seriesUid === null || seriesUid === named.seriesUid);
  if (candidates.length === 0) throw noSuchSeries(named.seriesUid, all);
  const volumes = candidates.flatMap((candidate) =>
    // A volume that is named needs no choice among several.
    selectVolumes(candidate.headers, named.part === null ? options : { ...options, choose: "all" }).map(
      (choice): Judged => ({ candidate, choice }),
    ),
  );
  const judged = volumes.filter(({ choice }) => named.part === null || choice.part === named.part);
  if (judged.length === 0 && volumes.length > 0) throw noSuchPart(named.part, volumes);
  const accepted = judged.flatMap(({ candidate, choice }) =>
    choice.kind === "accepted" ? [{ candidate, choice }] : [],
  );
  const [only] = accepted;
  if (only === undefined) throw refusal(judged);
  if (accepted.length > 1) throw severalOf(accepted);
  const { instances, headers } = only.candidate;
  const { series, warnings } = identify(headers);
  const { modelClass, part } = only.choice;
  return { series, instances, headers, modelClass, part, warnings: [...only.choice.warnings, ...warnings] };
};

const noSuchSeries = (seriesUid: string | null, all: readonly Candidate[]): FailureError => {
  const problems = all.map(
    ({ seriesUid, headers }) => `${seriesUid || "(no UID)"} (${headers.length} objects)`,
  );
  const there = all.length === 1 ? "one other" : `${all.length} others`;
  return failed("SERIES_NOT_FOUND", `There is no series ${seriesUid} here, but ${there}:`, { problems });
};

/** Where a series is one volume, that has no name. */
const noSuchPart = (part: string | null, volumes: readonly Judged[]): FailureError => {
  const isSingle = volumes.every(({ choice }) => choice.part === "");
  const problems = volumes.map(
    ({ candidate, choice }) => `${candidate.seriesUid} ${choice.part} (${choice.images} images)`,
  );
  return isSingle
    ? failed("PART_NOT_FOUND", `There is no volume ${part} here: no series holds several; leave out --part.`)
    : failed("PART_NOT_FOUND", `There is no volume ${part} here, but:`, { problems });
};

const severalOf = (accepted: readonly Judged[]): FailureError => {
  const series = new Set(accepted.map(({ candidate }) => candidate.seriesUid)).size;
  const problems = accepted.map(
    ({ candidate, choice }) =>
      `${candidate.seriesUid} ${choice.part} (${choice.images} images, ${choice.score} points)`,
  );
  return series > 1
    ? failed("SEVERAL_SERIES", `${series} series can be segmented; choose one with --series.`, { problems })
    : failed("SEVERAL_VOLUMES", `${accepted.length} volumes can be segmented; choose one with --part.`, {
        problems,
      });
};

/** Study and series of the headers; where a de-identifier emptied them, UIDs that follow from the instances' own. */
export const identify = (headers: readonly Header[]): { series: SeriesRef; warnings: readonly Warning[] } => {
  const digest = instancesDigest(headers.map((header) => uidOf(header, "SOPInstanceUID")));
  const uid = (keyword: string): string | null =>
    headers.some((header) => text(header, keyword) === null) ? null : uidOf(headers[0] ?? {}, keyword);
  const [studyUid, seriesUid] = [uid("StudyInstanceUID"), uid("SeriesInstanceUID")];
  const sentence = "The files name no study or series; the results bear UIDs derived from their instances.";
  return {
    series: {
      studyUid: studyUid ?? deriveUid("source-study", digest),
      seriesUid: seriesUid ?? deriveUid("source-series", digest),
    },
    warnings: studyUid === null || seriesUid === null ? [{ code: "UIDS_DERIVED", sentence }] : [],
  };
};

/** The reason of the only volume, or all reasons when there are several. */
const refusal = (judged: readonly Judged[]): FailureError => {
  if (judged.length < 2) return new FailureError(refusalOf(judged.map(({ choice }) => choice)));
  const problems = judged.flatMap(({ candidate, choice }) =>
    choice.kind === "refused"
      ? [`${candidate.seriesUid} ${choice.part}: ${choice.failure.sentence} [${choice.failure.code}]`]
      : [],
  );
  const remedy = "Each has a reason of its own; panseg explain shows them with what can be done.";
  const sentence = `None of ${judged.length} volumes can be segmented.`;
  return new FailureError(makeFailure("NO_IMAGES", sentence, { problems }, remedy));
};

/** The objects of each series, in the order of their first appearance. */
export const groupBySeries = (
  files: readonly InstanceBytes[],
  progress: (share: number) => void,
): readonly Candidate[] => {
  const groups = new Map<string, Candidate>();
  for (const [index, file] of files.entries()) {
    progress(index / files.length);
    const header = headerOrNull(file);
    if (header === null) continue;
    const seriesUid = text(header, "SeriesInstanceUID") ?? "";
    const group: Candidate = groups.get(seriesUid) ?? { seriesUid, instances: [], headers: [] };
    group.instances.push(file);
    group.headers.push(header);
    groups.set(seriesUid, group);
  }
  return [...groups.values()];
};

const headerOrNull = (file: InstanceBytes): Header | null => {
  try {
    return parseHeader(file.read());
  } catch (error) {
    if (error instanceof FailureError) return null;
    throw error;
  }
};
