import { v5 as uuidV5 } from "uuid";
import type { SourceSeries } from "../../domain/series.ts";
import { sha256 } from "./sha256.ts";

/** Must never change: every UID that was ever stored follows from it. */
const namespaceUuid = "18dcd83c-f7c0-4a49-93f1-55c5b9d11a5b";

export type UidKind =
  | "seg-series"
  | "seg-sop"
  | "sr-series"
  | "sr-sop"
  | "text-series"
  | "text-sop"
  | "key-image-series"
  | "key-image-sop"
  | "rejection-series"
  | "rejection-sop"
  | "dimorg"
  | "tracking"
  | "observer"
  | "frame-of-reference"
  | "implementation"
  | "source-study"
  | "source-series";

/** SHA-256 over the sorted SOP Instance UIDs: the same for any order of arrival, another for one slice more. */
export const instancesDigest = (sopInstanceUids: readonly string[]): string =>
  sha256([...sopInstanceUids].sort().join("\n"));

/**
 * Identity of one result: 64 hexadecimal digits, safe as a file name. Any other content of the series, model, setting
 * or attempt gives another key.
 */
export const resultKey = (parts: {
  readonly studyUid: string;
  readonly seriesUid: string;
  /** Which volume of the series; "" where it is one. */
  readonly part: string;
  readonly instancesDigest: string;
  readonly modelId: string;
  readonly weightsSha256: string;
  readonly settingsDigest: string;
  readonly attempt: number;
}): string =>
  sha256(
    JSON.stringify([
      parts.studyUid,
      parts.seriesUid,
      ...(parts.part === "" ? [] : [parts.part]),
      parts.instancesDigest,
      parts.modelId,
      parts.weightsSha256,
      parts.settingsDigest,
      parts.attempt,
    ]),
  );

/** A UID under 2.25 (PS3.5 annex B.2) from a name-based UUID, at most 44 characters; the same for the same kind and key. */
export const deriveUid = (kind: UidKind, key: string): string =>
  `2.25.${BigInt(`0x${uuidV5(`${kind}|${key}`, namespaceUuid).replaceAll("-", "")}`)}`;

/** The pancreas of one volume, whoever segments it and how often. */
export const trackingUidOf = ({
  studyUid,
  seriesUid,
  part,
}: {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly part: string;
}): string => deriveUid("tracking", `${studyUid}|${seriesUid}|pancreas${part === "" ? "" : `|${part}`}`);

/**
 * The source's frame of reference. Old MR has none, while a SEG must have one: then a UID of the series' own, since its
 * images are one stack.
 */
export const frameOfReferenceOf = ({ frameOfReferenceUid, seriesUid }: SourceSeries): string =>
  frameOfReferenceUid === "" ? deriveUid("frame-of-reference", seriesUid) : frameOfReferenceUid;
