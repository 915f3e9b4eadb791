import type { SourceFrame } from "../../domain/series.ts";
import type { Dataset } from "./dataset.ts";

export type InstanceReference = { readonly sopClassUid: string; readonly sopInstanceUid: string };

/** SOP Instance Reference macro (PS3.3 table 10-11). */
export const referenceItem = ({ sopClassUid, sopInstanceUid }: InstanceReference): Dataset => ({
  ReferencedSOPClassUID: sopClassUid,
  ReferencedSOPInstanceUID: sopInstanceUid,
});

/** Each instance once, in order of first appearance: frames of a multi-frame object share theirs. */
export const distinctInstances = (frames: readonly SourceFrame[]): readonly InstanceReference[] => [
  ...new Map(frames.map((frame) => [frame.sopInstanceUid, frame])).values(),
];
