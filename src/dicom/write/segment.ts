import { sayMl } from "../../domain/millilitres.ts";
import { modelVersion, runParameters } from "./algorithm.ts";
import { codeItem, codes } from "./codes.ts";
import { shortText } from "./conform.ts";
import type { WriteContext } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { resultUids } from "./resultUids.ts";
import { markPhantom } from "./seriesModules.ts";

/** RGB 249, 180, 111 as 16-bit CIELab (PS3.3 section C.10.7.1.1). */
const displayColour = [51709, 38173, 44529];

/** Which organ the segment is, by name; the SR tracks it under the same. */
export const trackingIdentifier = "Pancreas";

/** Who told the voxels apart (PS3.3 table C.8.20-4). */
const algorithm = (context: WriteContext): Dataset => ({
  SegmentAlgorithmType: "AUTOMATIC",
  SegmentAlgorithmName: shortText(context.model.id),
  SegmentationAlgorithmIdentificationSequence: [
    {
      AlgorithmFamilyCodeSequence: [codeItem(codes.artificialIntelligence)],
      AlgorithmName: shortText(context.model.id),
      AlgorithmVersion: modelVersion(context),
      AlgorithmParameters: runParameters(context).join("; "),
      AlgorithmSource: shortText(context.software.name),
    },
  ],
});

/** What a label map's zero stands for: every value in its pixels is described (PS3.3 section C.8.20.5). */
const background = (context: WriteContext): Dataset => ({
  SegmentNumber: 0,
  SegmentLabel: "Background",
  ...algorithm(context),
  SegmentedPropertyCategoryCodeSequence: [codeItem(codes.spatialConcept)],
  SegmentedPropertyTypeCodeSequence: [codeItem(codes.background)],
});

/** Segment Description macro (PS3.3 section C.8.20.4) of the pancreas, found by the model. */
const pancreas = (volumeMl: number, context: WriteContext): Dataset => {
  const label = context.settings.volumeInLabel ? `Pancreas ${sayMl(volumeMl)}` : "Pancreas";
  return {
    SegmentNumber: 1,
    SegmentLabel: "Pancreas",
    SegmentDescription: markPhantom(label, context),
    ...algorithm(context),
    SegmentedPropertyCategoryCodeSequence: [codeItem(codes.anatomicalStructure)],
    SegmentedPropertyTypeCodeSequence: [codeItem(codes.pancreas)],
    TrackingID: trackingIdentifier,
    TrackingUID: resultUids(context).tracking,
    RecommendedDisplayCIELabValue: displayColour,
  };
};

/** The segments of an object, which are one and, in a label map, what is not it. */
export const segmentItems = (volumeMl: number, context: WriteContext): readonly Dataset[] => [
  ...(context.settings.segmentationType === "LABELMAP" ? [background(context)] : []),
  pancreas(volumeMl, context),
];
