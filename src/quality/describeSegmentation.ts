import type { StoredSegmentation } from "../dicom/segmentation/readSegmentation.ts";
import type { KnownSegmentation } from "../domain/quality.ts";

/** Devices name themselves in free text, which may come to a terminal. */
const printable = (text: string | null): string =>
  (text ?? "")
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 64);

const scannerOf = ({ scanner }: StoredSegmentation): string | null =>
  [scanner.manufacturer, scanner.model]
    .map(printable)
    .filter((part) => part !== "")
    .join(" ") || null;

/**
 * What an audit needs of a segmentation besides its mask. Ours is known by what is in the object itself: our model name,
 * and a segment that no person touched, since tools may hand our equipment on to what they save.
 */
export const describeSegmentation = (stored: StoredSegmentation, softwareName: string): KnownSegmentation => {
  const { studyUid, seriesUid, sopInstanceUid, sourceSeriesUid, segment, foundBy, creator, studyDate } =
    stored;
  return {
    studyUid,
    seriesUid,
    sopInstanceUid,
    sourceSeriesUid,
    isOurs: creator.model === softwareName && segment.algorithmType === "AUTOMATIC",
    algorithmType: segment.algorithmType,
    scanner: scannerOf(stored),
    contentDate: stored.contentDate ?? "",
    contentTime: stored.contentTime ?? "",
    studyDate,
    foundBy,
  };
};
