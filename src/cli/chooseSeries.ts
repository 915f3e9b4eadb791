import { parseHeader, text } from "../dicom/read/header.ts";
import { type Selection, selectModel } from "../dicom/select/selectModel.ts";
import { deriveUid, instancesDigest } from "../dicom/write/resultKey.ts";
import { FailureError, failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { Header, SeriesRef } from "../domain/series.ts";
import type { Warning } from "../domain/warning.ts";
import { uidOf } from "../order.ts";
import type { InstanceBytes } from "../ports.ts";

export type ChosenSeries = {
  readonly series: SeriesRef;
  readonly instances: readonly InstanceBytes[];
  readonly headers: readonly Header[];
  readonly modelClass: ModelClass;
  readonly warnings: readonly Warning[];
};

type Candidate = {
  readonly seriesUid: string;
  readonly instances: InstanceBytes[];
  readonly headers: Header[];
};

/**
 * The one series of some files that can be segmented, or the one that is named. Files that are no DICOM are passed
 * over. Throws NO_IMAGES, SEVERAL_SERIES, or the reason why the only series is not eligible.
 */
export const chooseSeries = (
  files: readonly InstanceBytes[],
  options: {
    readonly seriesUid: string | null;
    readonly force: ModelClass | null;
    readonly minSlices: number;
  },
  progress: (share: number) => void,
): ChosenSeries => {
  const candidates = groupBySeries(files, progress).filter(
    ({ seriesUid }) => options.seriesUid === null || seriesUid === options.seriesUid,
  );
  const judged = candidates.map((candidate) => ({
    candidate,
    selection: selectModel(candidate.headers, {
      minSlices: options.minSlices,
      ...(options.force !== null && { force: options.force }),
    }),
  }));
  const accepted = judged.filter(({ selection }) => selection.kind === "accepted");
  const [only] = accepted.length > 0 ? accepted : judged;
  if (only === undefined) throw failed("NO_IMAGES", `No DICOM series among ${files.length} file(s).`);
  if (accepted.length > 1)
    throw failed("SEVERAL_SERIES", `${accepted.length} series can be segmented; choose one with --series.`, {
      problems: accepted.map(
        ({ candidate }) => `${candidate.seriesUid} (${candidate.headers.length} instances)`,
      ),
    });
  if (only.selection.kind === "refused") throw refusal(judged);
  const { instances, headers } = only.candidate;
  const { series, warnings } = identify(headers);
  const { modelClass } = only.selection;
  return { series, instances, headers, modelClass, warnings: [...only.selection.warnings, ...warnings] };
};

/** Study and series of the headers; where a de-identifier emptied them, UIDs that follow from the instances' own. */
const identify = (headers: readonly Header[]): { series: SeriesRef; warnings: readonly Warning[] } => {
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

/** The reason of the only series, or all reasons when there are several. */
const refusal = (judged: readonly { candidate: Candidate; selection: Selection }[]): FailureError => {
  const reasons = judged.flatMap(({ candidate, selection }) =>
    selection.kind === "refused" ? [{ candidate, failure: selection.failure }] : [],
  );
  const [first] = reasons;
  if (reasons.length === 1 && first !== undefined) return new FailureError(first.failure);
  return failed("NO_IMAGES", `None of ${reasons.length} series can be segmented.`, {
    problems: reasons.map(
      ({ candidate, failure }) => `${candidate.seriesUid}: ${failure.sentence} [${failure.code}]`,
    ),
  });
};

const groupBySeries = (
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
