import { codeItem, codes } from "./codes.ts";
import { shortText } from "./conform.ts";
import type { WriteContext } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { resultUids } from "./resultKey.ts";
import { markPhantom, modelVersion } from "./seriesModules.ts";

/** RGB 249, 180, 111 as 16-bit CIELab (PS3.3 section C.10.7.1.1). */
const displayColour = [51709, 38173, 44529];

/** Which organ the segment is, by name; the SR tracks it under the same. */
export const trackingIdentifier = "Pancreas";

/** One item of the Segment Description macro (PS3.3 section C.8.20.4): the pancreas, found by the model. */
export const segmentItem = (volumeMl: number, context: WriteContext): Dataset => {
  const label = context.settings.volumeInLabel ? `Pancreas ${volumeMl.toFixed(1)} mL` : "Pancreas";
  return {
    SegmentNumber: 1,
    SegmentLabel: "Pancreas",
    SegmentDescription: markPhantom(label, context),
    SegmentAlgorithmType: "AUTOMATIC",
    SegmentAlgorithmName: shortText(context.model.id),
    SegmentationAlgorithmIdentificationSequence: [
      {
        AlgorithmFamilyCodeSequence: [codeItem(codes.artificialIntelligence)],
        AlgorithmName: shortText(context.model.id),
        AlgorithmVersion: modelVersion(context),
        AlgorithmSource: shortText(context.software.name),
      },
    ],
    SegmentedPropertyCategoryCodeSequence: [codeItem(codes.anatomicalStructure)],
    SegmentedPropertyTypeCodeSequence: [codeItem(codes.pancreas)],
    TrackingID: trackingIdentifier,
    TrackingUID: resultUids(context).tracking,
    RecommendedDisplayCIELabValue: displayColour,
  };
};
