import type { AuditRules, KnownSegmentation, LeftOut, LeftOutCode } from "../domain/quality.ts";

/** What a person saw and what they made of it. */
export type Pair = { readonly ours: KnownSegmentation; readonly correction: KnownSegmentation };

export type Paired = { readonly pairs: readonly Pair[]; readonly leftOut: readonly LeftOut[] };

/** Whether two can be compared: a segmentation that was deleted only with what it was compared with before. */
export type CanCompare = (ours: KnownSegmentation, correction: KnownSegmentation) => boolean;

/**
 * The segmentations of one study as pairs on one source series: the newest correction, a person's first, against the
 * newest of ours that is not younger (what the person saw), else the newest of ours. Corrections that are in no pair say
 * why. A result of ours that a rejection note takes back counts all the same: that somebody corrected it is what is asked
 * for.
 */
export const pairSegmentations = (
  segmentations: readonly KnownSegmentation[],
  { includeAutomatic }: Pick<AuditRules, "includeAutomatic">,
  canCompare: CanCompare = () => true,
): Paired => {
  const found = [...Map.groupBy(segmentations, ({ sourceSeriesUid }) => sourceSeriesUid)].map(
    ([sourceSeriesUid, members]): Paired => {
      const theirs = members.filter(({ isOurs }) => !isOurs);
      if (sourceSeriesUid === null) return { pairs: [], leftOut: theirs.map(leaveOut("NO_SOURCE_SERIES")) };
      const byPerson = newestFirst(theirs.filter(({ algorithmType }) => algorithmType !== "AUTOMATIC"));
      const byAlgorithm = newestFirst(theirs.filter(({ algorithmType }) => algorithmType === "AUTOMATIC"));
      const corrections = includeAutomatic ? [...byPerson, ...byAlgorithm] : byPerson;
      const unwanted = includeAutomatic ? [] : byAlgorithm.map(leaveOut("MADE_BY_ALGORITHM"));
      const ours = newestFirst(members.filter(({ isOurs }) => isOurs));
      const at = corrections.findIndex((each) => ours.some((one) => canCompare(one, each)));
      const correction = corrections[at];
      if (correction === undefined) {
        const why = ours.length === 0 ? "NOTHING_OF_OURS" : "OURS_GONE";
        return { pairs: [], leftOut: [...unwanted, ...corrections.map(leaveOut(why))] };
      }
      const comparable = ours.filter((one) => canCompare(one, correction));
      const shown = comparable.find((each) => momentOf(each) <= momentOf(correction)) ?? comparable[0];
      return {
        pairs: shown === undefined ? [] : [{ ours: shown, correction }],
        leftOut: [
          ...unwanted,
          ...corrections.slice(0, at).map(leaveOut("OURS_GONE")),
          ...corrections.slice(at + 1).map(leaveOut("OTHER_CORRECTION")),
        ],
      };
    },
  );
  return {
    pairs: found.flatMap(({ pairs }) => pairs),
    leftOut: found.flatMap(({ leftOut }) => leftOut),
  };
};

/** ContentDate and ContentTime compare as text: a shorter time is the beginning of a longer one. */
const momentOf = ({ contentDate, contentTime }: KnownSegmentation): string => `${contentDate}${contentTime}`;

/** UIDs decide between equal moments, so that every audit decides alike. */
const newestFirst = (segmentations: readonly KnownSegmentation[]): readonly KnownSegmentation[] =>
  segmentations.toSorted((a, b) => {
    const [first, second] = [a, b].map((each) => `${momentOf(each)}|${each.sopInstanceUid}`);
    return (first ?? "") < (second ?? "") ? 1 : -1;
  });

const sentences = {
  NO_SOURCE_SERIES: "The segmentation does not name the series that was segmented.",
  MADE_BY_ALGORITHM: "Another algorithm made the segmentation without a person (--include-automatic).",
  OTHER_CORRECTION: "Another correction of the same series counts: the newest that a person made.",
  OURS_GONE:
    "Our segmentation of this series is no longer in the archive, and was not compared with this one before.",
  NOTHING_OF_OURS: "The archive holds no segmentation of ours on this series.",
} as const satisfies Partial<Record<LeftOutCode, string>>;

const leaveOut =
  (code: keyof typeof sentences) =>
  ({ studyUid, seriesUid, sopInstanceUid, studyDate }: KnownSegmentation): LeftOut => ({
    studyUid,
    seriesUid,
    sopInstanceUid,
    studyDate,
    code,
    sentence: sentences[code],
  });
