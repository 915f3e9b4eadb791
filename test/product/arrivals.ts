import { parseHeader } from "../../src/dicom/file/header.ts";
import { uidOf } from "../../src/dicom/file/uidOf.ts";
import type { SeriesArrival } from "../../src/domain/job.ts";

/** The news of a series, as a watcher would bring it, from its files. */
export const seriesOf = (files: readonly Uint8Array[]): SeriesArrival => {
  const header = parseHeader(files[0] ?? new Uint8Array());
  return {
    studyUid: uidOf(header, "StudyInstanceUID"),
    seriesUid: uidOf(header, "SeriesInstanceUID"),
    instanceCount: files.length,
    isEvent: false,
  };
};
