import { deriveUid, trackingUidOf } from "../identity/resultKey.ts";
import type { WriteContext } from "./context.ts";

/**
 * Raised when pictures are drawn otherwise: one UID never names two pictures, also where a job ledger was lost and the
 * archive holds what an earlier version drew.
 */
const drawing = 2;

/**
 * UIDs of everything that one context writes. The tracked pancreas keeps its UID over models and attempts of one
 * series, and the observer over all series of one software and model.
 */
export const resultUids = ({ source, part, model, software, resultKey: key }: WriteContext) => ({
  segSeries: deriveUid("seg-series", key),
  segSop: deriveUid("seg-sop", key),
  srSeries: deriveUid("sr-series", key),
  srSop: deriveUid("sr-sop", key),
  textSeries: deriveUid("text-series", key),
  textSop: deriveUid("text-sop", key),
  keyImageSeries: deriveUid("key-image-series", `${key}|${drawing}`),
  dimensionOrganization: deriveUid("dimorg", key),
  tracking: trackingUidOf({ ...source, part }),
  observer: deriveUid("observer", `${software.name}@${software.version}|${model.id}@${model.weightsSha256}`),
});
