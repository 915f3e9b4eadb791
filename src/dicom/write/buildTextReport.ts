import { failed } from "../../domain/failure.ts";
import { sayMl } from "../../domain/millilitres.ts";
import { type Measures, NOTHING_FOUND, type StoredObject } from "../../domain/result.ts";
import { describeTrend } from "../../domain/trend.ts";
import { codes } from "./codes.ts";
import { code, container, containerValue, text } from "./contentItems.ts";
import type { WriteContext } from "./context.ts";
import { copyPatientAndStudy } from "./copied.ts";
import { describeDates, describeSeries } from "./describeSource.ts";
import { type BuiltObject, writePart10 } from "./part10.ts";
import { languageAndObserver, notices, warningSentences } from "./reportTree.ts";
import { copyRequests } from "./requests.ts";
import { resultUids } from "./resultUids.ts";
import { seriesModules } from "./seriesModules.ts";
import { documentModule } from "./srDocument.ts";

const enhancedSr = "1.2.840.10008.5.1.4.1.1.88.22";

/** What was found, in a sentence: the only numbers of the report but for a trend's. */
export const describeVolume = ({ voxels, volumeMl, extent }: Measures): string => {
  if (voxels === 0) return NOTHING_FOUND;
  const error =
    extent === null ? "" : `; voxels of this size leave up to ±${sayMl(extent.voxelErrorMl)} open`;
  return `Pancreas volume ${sayMl(volumeMl)}${error}.`;
};

const sentences = (measures: Measures, context: WriteContext): readonly string[] => [
  describeVolume(measures),
  ...(context.trend === null ? [] : [describeTrend(context.trend)]),
  ...warningSentences(context).map((sentence) => `Warning: ${sentence}`),
  `${describeSeries(context)}.`,
  `${describeDates(context)}.`,
  `Segmented automatically by ${context.model.id}; not verified by a person.`,
  ...notices(context),
];

/** Viewers break no lines of a report, and cut what is longer than their window. */
const lineLength = 64;

const longestPieces = new RegExp(`.{1,${lineLength}}`, "gu");

const wrapped = (sentence: string): string => {
  const lines: string[] = [];
  for (const word of sentence.split(" ").flatMap((each) => each.match(longestPieces) ?? [])) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= lineLength) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines.join("\r\n");
};

/**
 * The result in words, for viewers that show no measurement groups: an Enhanced SR (PS3.3 annex A.35.2) with the
 * volume as people say it, once, or that no pancreas was found; its warnings, and what it was made from. The same input gives the same bytes (see `buildSeg`).
 * Throws EMPTY_MASK where a SEG has no measures, UID_INVALID.
 */
export const buildTextReport = (
  measures: Measures,
  seg: StoredObject | null,
  context: WriteContext,
): BuiltObject => {
  if (measures.voxels === 0 && seg !== null)
    throw failed("EMPTY_MASK", "Nothing was measured: the mask has no voxel.");
  const { source, software } = context;
  const uids = resultUids(context);
  const procedure = source.modality === "CT" ? codes.ctProcedure : codes.mrProcedure;
  const volumeMl = seg === null ? null : measures.volumeMl;
  return writePart10(
    { sopClassUid: enhancedSr, seriesUid: uids.textSeries, sopInstanceUid: uids.textSop },
    { ...copyPatientAndStudy(source), ...copyRequests(source) },
    {
      ...seriesModules({ modality: "SR", holds: "report", volumeMl, numberOffset: 2000 }, context),
      ...documentModule(seg, source, []),
      ...containerValue(codes.diagnosticImagingReport, null, [
        ...languageAndObserver(context),
        code("HAS CONCEPT MOD", codes.procedureReported, procedure),
        container(codes.findings, null, [
          ...sentences(measures, context).map((sentence) =>
            text("CONTAINS", codes.finding, wrapped(sentence)),
          ),
        ]),
      ]),
    },
    software,
  );
};
