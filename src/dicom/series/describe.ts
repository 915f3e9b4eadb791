import type { Header } from "../../domain/series.ts";
import { hasPixels, number, text } from "../file/header.ts";
import type { Frame } from "./frames.ts";
import { framesOf } from "./frames.ts";
import { keptOf } from "./kept.ts";
import { type ObjectKind, objectKind, sliceSopClass } from "./objectKind.ts";
import { readSlice, type Slice } from "./slice.ts";
import { readTraits, type Traits } from "./traits.ts";

/** What is kept of one image plane: everything but its header and pixels. */
export type Described = {
  readonly kind: ObjectKind;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly frameNumber: number | null;
  readonly instanceNumber: number | null;
  readonly seriesUid: string;
  readonly studyUid: string;
  readonly modality: string;
  /** Null where only metadata are at hand, and they do not say. */
  readonly hasPixels: boolean | null;
  readonly matrix: readonly [number | null, number | null];
  readonly slice: ReturnType<typeof readSlice>;
  readonly traits: Traits;
  /** What else the header says in plain values; see `kept.ts`. */
  readonly kept: Header;
};

export type Located = Described & { readonly slice: Slice };

export const describeFrame = ({ header, frameNumber }: Frame): Described => ({
  kind: objectKind(header),
  sopClassUid: sliceSopClass(header),
  sopInstanceUid: text(header, "SOPInstanceUID") ?? "",
  frameNumber,
  instanceNumber: number(header, "InstanceNumber"),
  seriesUid: text(header, "SeriesInstanceUID") ?? "",
  studyUid: text(header, "StudyInstanceUID") ?? "",
  modality: text(header, "Modality") ?? "",
  hasPixels: hasPixels(header),
  matrix: [number(header, "Rows"), number(header, "Columns")],
  slice: readSlice(header),
  traits: readTraits(header),
  kept: keptOf(header),
});

/** An image plane that came from metadata, with its header. */
export type HeaderImage = Described & { readonly header: Header };

/** The image planes of a series' objects, from their headers alone. Throws NO_GEOMETRY (see `framesOf`). */
export const imagesOf = (headers: readonly Header[]): readonly HeaderImage[] =>
  headers.flatMap(framesOf).map((frame) => ({ ...describeFrame(frame), header: frame.header }));

/** The same order whatever the order of arrival. */
export const byIdentity = (a: Described, b: Described): number => {
  if (a.sopInstanceUid !== b.sopInstanceUid) return a.sopInstanceUid < b.sopInstanceUid ? -1 : 1;
  return (a.frameNumber ?? 0) - (b.frameNumber ?? 0);
};
