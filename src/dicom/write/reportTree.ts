import {
  type Measures,
  NOTHING_FOUND,
  PHANTOM_NOTICE,
  RESEARCH_NOTICE,
  type StoredObject,
} from "../../domain/result.ts";
import type { SourceSeries } from "../../domain/series.ts";
import { describeTrend } from "../../domain/trend.ts";
import { isLegalUid } from "../../domain/uid.ts";
import { frameOfReferenceOf } from "../identity/resultKey.ts";
import { modelVersion, runParameters } from "./algorithm.ts";
import { codes } from "./codes.ts";
import { shortText } from "./conform.ts";
import { code, container, containerValue, image, text, uidRef } from "./contentItems.ts";
import type { WriteContext } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { measurements } from "./measurements.ts";
import { distinctInstances, type InstanceReference, referenceItem } from "./references.ts";
import { resultUids } from "./resultUids.ts";
import { trackingIdentifier } from "./segment.ts";

/** TID 1204 and, the observer being a program, TID 1004. */
export const languageAndObserver = (context: WriteContext): readonly Dataset[] => [
  code("HAS CONCEPT MOD", codes.language, codes.englishUnitedStates),
  code("HAS OBS CONTEXT", codes.observerType, codes.device),
  uidRef("HAS OBS CONTEXT", codes.deviceObserverUid, resultUids(context).observer),
  text("HAS OBS CONTEXT", codes.deviceObserverName, shortText(context.software.name)),
  text("HAS OBS CONTEXT", codes.deviceObserverManufacturer, shortText(context.settings.manufacturer)),
  text(
    "HAS OBS CONTEXT",
    codes.deviceObserverModelName,
    shortText(
      `${context.software.name} ${context.software.version}, ${shortText(context.model.id, 24)}@${modelVersion(context)}`,
    ),
  ),
];

/**
 * The content tree is read strictly: one illegal UID in it makes readers refuse the whole report, while in the evidence,
 * which must name every instance, they pass over it.
 */
const legalUidRef = (...[relationship, concept, uid]: Parameters<typeof uidRef>): readonly Dataset[] =>
  isLegalUid(uid) ? [uidRef(relationship, concept, uid)] : [];

const legalInstances = ({ frames }: SourceSeries): readonly InstanceReference[] =>
  distinctInstances(frames).filter(({ sopInstanceUid }) => isLegalUid(sopInstanceUid));

/**
 * What was segmented: by its series or, where that has no legal UID, by its images (PS3.16 TID 1411 lets either stand).
 * Where neither has one, the evidence alone tells.
 */
const segmentedSource = (source: SourceSeries): readonly Dataset[] =>
  isLegalUid(source.seriesUid)
    ? [uidRef("CONTAINS", codes.sourceSeriesForSegmentation, source.seriesUid)]
    : legalInstances(source).map((instance) =>
        image(codes.sourceImageForSegmentation, referenceItem(instance)),
      );

/** TID 1600; optional in the standard, but some viewers fail without it. */
const imageLibrary = (source: SourceSeries): Dataset =>
  container(codes.imageLibrary, "1600", [
    container(codes.imageLibraryGroup, null, [
      code("HAS ACQ CONTEXT", codes.modality, source.modality === "CT" ? codes.ct : codes.mr),
      ...legalUidRef("HAS ACQ CONTEXT", codes.frameOfReferenceUid, frameOfReferenceOf(source)),
      ...legalInstances(source).map((instance) => image(null, referenceItem(instance))),
    ]),
  ]);

const parameter = (words: string): Dataset => text("HAS CONCEPT MOD", codes.algorithmParameters, words);

/** TID 4019 at group level. */
const algorithm = (context: WriteContext): readonly Dataset[] => [
  text("HAS CONCEPT MOD", codes.algorithmName, shortText(context.model.id)),
  text("HAS CONCEPT MOD", codes.algorithmVersion, modelVersion(context)),
  ...runParameters(context).map(parameter),
];

/** Which pancreas a group is about. The tracking UID comes first among the UIDs: readers take the first for it. */
const tracking = (context: WriteContext): readonly Dataset[] => [
  text("HAS OBS CONTEXT", codes.trackingIdentifier, trackingIdentifier),
  uidRef("HAS OBS CONTEXT", codes.trackingUniqueIdentifier, resultUids(context).tracking),
];

/** TID 1411. */
const measurementGroup = (measures: Measures, seg: StoredObject, context: WriteContext): Dataset =>
  container(codes.measurementGroup, "1411", [
    ...tracking(context),
    code("CONTAINS", codes.findingCategory, codes.anatomicalStructure),
    code("CONTAINS", codes.finding, codes.pancreas),
    image(codes.referencedSegment, { ...referenceItem(seg), ReferencedSegmentNumber: 1 }),
    ...segmentedSource(context.source),
    code("HAS CONCEPT MOD", codes.findingSite, codes.pancreas),
    ...algorithm(context),
    parameter("standard deviation over the population of voxels"),
    ...measurements(measures, context.source.modality, context.software),
  ]);

/** What the numbers are not for. No patient text. */
export const notices = ({ model, predecessors }: WriteContext): readonly string[] => [
  RESEARCH_NOTICE,
  ...(predecessors.length === 0
    ? []
    : [`Replaces ${predecessors.map(({ sopInstanceUid }) => sopInstanceUid).join(", ")}.`]),
  ...(model.isPhantomModel ? [`${PHANTOM_NOTICE}: trained on synthetic phantoms only.`] : []),
];

/** What was unusual. No patient text. */
export const warningSentences = ({ warnings }: WriteContext): readonly string[] =>
  warnings.map(({ sentence }) => sentence.replace(/\p{Cc}/gu, " "));

/** What a reader must know before using the numbers. */
const comment = (context: WriteContext): string =>
  [...notices(context), ...warningSentences(context)].join(" ");

/**
 * TID 1501, which needs neither segment nor number: what is said where there is nothing to measure, tracked like a
 * measured pancreas, so that a later result knows what it replaces.
 */
const nothingFound = (context: WriteContext): Dataset =>
  container(codes.measurementGroup, "1501", [
    ...tracking(context),
    code("HAS CONCEPT MOD", codes.findingSite, codes.pancreas),
    ...algorithm(context),
    text("CONTAINS", codes.finding, NOTHING_FOUND),
  ]);

/** The root content item: an Imaging Measurement Report (PS3.16 TID 1500). */
export const reportTree = (measures: Measures, seg: StoredObject | null, context: WriteContext): Dataset =>
  containerValue(codes.imagingMeasurementReport, "1500", [
    ...languageAndObserver(context),
    code(
      "HAS CONCEPT MOD",
      codes.procedureReported,
      context.source.modality === "CT" ? codes.ctProcedure : codes.mrProcedure,
    ),
    imageLibrary(context.source),
    container(codes.imagingMeasurements, null, [
      seg === null ? nothingFound(context) : measurementGroup(measures, seg, context),
    ]),
    text(
      "CONTAINS",
      codes.comment,
      [...(context.trend === null ? [] : [describeTrend(context.trend)]), comment(context)].join(" "),
    ),
  ]);
