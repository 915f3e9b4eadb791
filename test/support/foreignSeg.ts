import { data } from "dcmjs";
import { type Dataset, encodeDataset } from "../../src/dicom/write/dataset.ts";
import { encodeRle } from "./encodeFrame.ts";

/** A segmentation as other writers make them: several segments, frames in any order, little said of the geometry. */
export type ForeignSeg = {
  readonly type: "BINARY" | "LABELMAP";
  readonly isRle?: boolean;
  readonly bits?: 1 | 8 | 16;
  readonly rows: number;
  readonly columns: number;
  readonly orientation: readonly number[];
  readonly pixelSpacingMm: readonly [number, number];
  readonly sliceSpacingMm?: number;
  readonly segments: readonly {
    readonly number: number;
    readonly label: string;
    readonly typeCode: readonly [value: string, scheme: string, meaning: string];
    readonly algorithmType?: string;
  }[];
  readonly frames: readonly {
    readonly segment: number;
    readonly position: readonly number[];
    /** One value a pixel: 0 or 1, or the number of a segment. */
    readonly pixels: Uint8Array | Uint16Array;
  }[];
  /** Over the attributes that stand here, UIDs among them. */
  readonly header?: Dataset;
};

const codeItem = ([value, scheme, meaning]: readonly [string, string, string]): Dataset => ({
  CodeValue: value,
  CodingSchemeDesignator: scheme,
  CodeMeaning: meaning,
});

const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

const packBits = (frames: ForeignSeg["frames"]): Uint8Array => {
  const pixels = frames.flatMap((frame) => [...frame.pixels]);
  const packed = new Uint8Array(2 * Math.ceil(pixels.length / 16));
  for (const [i, value] of pixels.entries())
    if (value !== 0) packed[i >> 3] = (packed[i >> 3] ?? 0) | (1 << (i & 7));
  return packed;
};

const samplesOf = (pixels: Uint8Array | Uint16Array, bits: 8 | 16): Uint8Array =>
  new Uint8Array((bits === 16 ? Uint16Array.from(pixels) : Uint8Array.from(pixels)).buffer);

const pixelData = ({ frames, rows, columns, isRle = false }: ForeignSeg, bits: 1 | 8 | 16): ArrayBuffer[] => {
  if (bits === 1) return [bufferOf(packBits(frames))];
  const samples = frames.map(({ pixels }) => samplesOf(pixels, bits));
  if (isRle) return samples.map((frame) => bufferOf(encodeRle({ rows, columns, bits, samples: frame })));
  return [bufferOf(Buffer.concat(samples))];
};

/** The bytes of the object (Part 10). */
export const writeForeignSeg = (seg: ForeignSeg): Uint8Array => {
  const { type, frames, bits = type === "BINARY" ? 1 : 8 } = seg;
  const labelMap = type === "LABELMAP";
  const sopClassUid = `1.2.840.10008.5.1.4.1.1.66.${labelMap ? 7 : 4}`;
  const dataset: Dataset = {
    SOPClassUID: sopClassUid,
    SOPInstanceUID: "1.2.9.3",
    StudyInstanceUID: "1.2.9.1",
    SeriesInstanceUID: "1.2.9.2",
    Modality: "SEG",
    Manufacturer: "Somebody Else",
    ManufacturerModelName: "Editor",
    ContentDate: "20250607",
    ContentTime: "120000",
    Rows: seg.rows,
    Columns: seg.columns,
    NumberOfFrames: String(frames.length),
    SegmentationType: type,
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    BitsAllocated: bits,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: 0,
    SegmentSequence: seg.segments.map(({ number, label, typeCode, algorithmType = "MANUAL" }) => ({
      SegmentNumber: number,
      SegmentLabel: label,
      SegmentAlgorithmType: algorithmType,
      SegmentedPropertyTypeCodeSequence: [codeItem(typeCode)],
    })),
    SharedFunctionalGroupsSequence: [
      {
        PixelMeasuresSequence: [
          {
            PixelSpacing: seg.pixelSpacingMm.map(String),
            ...(seg.sliceSpacingMm !== undefined && { SpacingBetweenSlices: String(seg.sliceSpacingMm) }),
          },
        ],
      },
    ],
    PerFrameFunctionalGroupsSequence: frames.map(({ segment, position }) => ({
      PlaneOrientationSequence: [{ ImageOrientationPatient: seg.orientation.map(String) }],
      PlanePositionSequence: [{ ImagePositionPatient: position.map(String) }],
      ...(!labelMap && { SegmentIdentificationSequence: [{ ReferencedSegmentNumber: segment }] }),
    })),
    ReferencedSeriesSequence: [{ SeriesInstanceUID: "1.2.9.9" }],
    ...seg.header,
  };
  const file = new data.DicomDict({
    "00020001": { vr: "OB", Value: [new Uint8Array([0, 1]).buffer] },
    ...encodeDataset(
      {
        MediaStorageSOPClassUID: sopClassUid,
        MediaStorageSOPInstanceUID: dataset["SOPInstanceUID"] ?? "",
        TransferSyntaxUID: seg.isRle === true ? "1.2.840.10008.1.2.5" : "1.2.840.10008.1.2.1",
      },
      "own",
    ),
  });
  file.dict = {
    ...encodeDataset(dataset, "copied"),
    "7FE00010": { vr: bits === 16 && seg.isRle !== true ? "OW" : "OB", Value: pixelData(seg, bits) },
  };
  return new Uint8Array(file.write({ allowInvalidVRLength: true }));
};
