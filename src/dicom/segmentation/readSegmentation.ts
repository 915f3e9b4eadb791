import { failed } from "../../domain/failure.ts";
import type { Mask } from "../../domain/grid.ts";
import type { FoundBy, PancreasNames } from "../../domain/pancreasNames.ts";
import type { Header } from "../../domain/series.ts";
import { headerOf, text, texts } from "../file/header.ts";
import { openPart10 } from "../file/part10.ts";
import { codeOf, items } from "../report/contentTree.ts";
import { chooseSegment, type SegmentDescription } from "./chooseSegment.ts";
import { planesToMask } from "./planesToMask.ts";
import { type SegPlanes, segmentPlanes } from "./readSegPlanes.ts";
import { segPixels } from "./segPixels.ts";

/** The pancreas of a stored segmentation, whoever wrote it. Nothing of the patient module is in it. */
export type StoredSegmentation = {
  /** (z,y,x) on the smallest regular grid that holds the stored planes; the source image may go on beyond it. */
  readonly mask: Mask;
  readonly frameOfReferenceUid: string;
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly studyUid: string;
  /** The series that was segmented, as the object says. */
  readonly sourceSeriesUid: string | null;
  readonly segment: SegmentDescription;
  readonly foundBy: FoundBy;
  readonly creator: {
    readonly manufacturer: string;
    readonly model: string;
    readonly softwareVersions: readonly string[];
  };
  /** What made the images, where the object names it (ContributingEquipmentSequence). */
  readonly scanner: { readonly manufacturer: string | null; readonly model: string | null };
  readonly contentDate: string | null;
  readonly contentTime: string | null;
  readonly studyDate: string | null;
};

/** Segmentation Storage and Label Map Segmentation Storage (PS3.4 annex B.5). */
const segmentationClasses: readonly string[] = [
  "1.2.840.10008.5.1.4.1.1.66.4",
  "1.2.840.10008.5.1.4.1.1.66.7",
];

export const isSegmentation = (header: Header): boolean =>
  segmentationClasses.includes(text(header, "SOPClassUID") ?? "");

const scannerOf = (header: Header): StoredSegmentation["scanner"] => {
  const acquisition = items(header, "ContributingEquipmentSequence").find(
    (item) => codeOf(item, "PurposeOfReferenceCodeSequence")?.value === "109101",
  );
  return acquisition === undefined
    ? { manufacturer: null, model: null }
    : { manufacturer: text(acquisition, "Manufacturer"), model: text(acquisition, "ManufacturerModelName") };
};

/**
 * Reads a SEG of any writer: BINARY, FRACTIONAL (more than half of the maximum counts) or LABELMAP, compressed or not;
 * the pancreas as `chooseSegment` finds it, its parts united, or segment `wanted`. Throws NOT_DICOM for other objects, SEGMENT_NOT_FOUND,
 * and what `segmentPlanes`, `segPixels` and `planesToMask` throw.
 */
export const readSegmentation = async (
  bytes: Uint8Array,
  wanted: number | null,
  names: PancreasNames,
): Promise<StoredSegmentation> => {
  const part10 = openPart10(bytes);
  const header = headerOf(part10);
  if (!isSegmentation(header)) throw failed("NOT_DICOM", "The object is no DICOM segmentation.");
  const { segment, numbers, foundBy } = chooseSegment(header, wanted, names);
  const pixels = await segPixels(part10, header);
  const planesOf = (number: number): SegPlanes => segmentPlanes(header, pixels, number);
  const [first, ...more] = [planesOf(segment.number), ...numbers.slice(1).map(planesOf)] as const;
  const planes = { ...first, planes: [first, ...more].flatMap((each) => each.planes) };
  return {
    mask: planesToMask(planes),
    frameOfReferenceUid: planes.frameOfReferenceUid,
    sopInstanceUid: planes.sopInstanceUid,
    seriesUid: planes.seriesUid,
    studyUid: planes.studyUid,
    sourceSeriesUid: text(items(header, "ReferencedSeriesSequence")[0] ?? {}, "SeriesInstanceUID"),
    segment,
    foundBy,
    creator: {
      manufacturer: text(header, "Manufacturer") ?? "",
      model: text(header, "ManufacturerModelName") ?? "",
      softwareVersions: texts(header, "SoftwareVersions"),
    },
    scanner: scannerOf(header),
    contentDate: text(header, "ContentDate"),
    contentTime: text(header, "ContentTime"),
    studyDate: text(header, "StudyDate"),
  };
};
