import { failed } from "../../domain/failure.ts";
import type { Measures } from "../../domain/result.ts";
import type { SourceFrame } from "../../domain/series.ts";
import { deriveUid } from "../identity/resultKey.ts";
import { codeItem, codes } from "./codes.ts";
import type { WriteContext } from "./context.ts";
import { copyPatientAndStudy } from "./copied.ts";
import type { Dataset } from "./dataset.ts";
import { type BuiltObject, writePart10 } from "./part10.ts";
import { referenceItem } from "./references.ts";
import { resultUids } from "./resultUids.ts";
import { markPhantom, seriesModules } from "./seriesModules.ts";

const secondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

/** A picture, red, green and blue for each pixel row by row, and the source images that it shows. */
export type KeyPicture = {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
  readonly shows: readonly SourceFrame[];
};

/** Elements have even lengths (PS3.5 section 8.1.1). */
const evenBytes = (rgb: Uint8Array): ArrayBuffer => {
  const padded = new Uint8Array(rgb.length + (rgb.length % 2));
  padded.set(rgb);
  return padded.buffer;
};

/** General Image, Image Pixel and SC Equipment modules (PS3.3 sections C.7.6.1, C.7.6.3, C.8.6.1). */
const imageModules = ({ width, height, rgb, shows }: KeyPicture, context: WriteContext): Dataset => {
  if (rgb.length !== 3 * width * height)
    throw failed("INTERNAL", `${rgb.length} bytes are no picture of ${width} × ${height} pixels.`);
  return {
    ConversionType: "WSD",
    // Without a body part that is no pair, the series would have to name a side.
    BodyPartExamined: "PANCREAS",
    ImageType: ["DERIVED", "SECONDARY"],
    PatientOrientation: null,
    DerivationDescription: markPhantom("Key slices with the outline of the AI segmentation", context),
    SourceImageSequence: shows.map((frame) => ({
      ...referenceItem(frame),
      ...(frame.frameNumber === null ? {} : { ReferencedFrameNumber: String(frame.frameNumber) }),
      PurposeOfReferenceCodeSequence: [codeItem(codes.sourceImageForProcessing)],
    })),
    // YES would mean that the patient can be told from the picture (PS3.3 section C.7.6.1): only the study's day is on it,
    // and a description that names somebody is withheld.
    BurnedInAnnotation: "NO",
    LossyImageCompression: "00",
    SamplesPerPixel: 3,
    PhotometricInterpretation: "RGB",
    PlanarConfiguration: 0,
    Rows: height,
    Columns: width,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PixelData: evenBytes(rgb),
  };
};

/**
 * Pictures of a result as a series of Secondary Captures (PS3.3 annex A.8.1), which every viewer shows; their text names
 * no patient. The same input gives the same bytes (see `buildSeg`). Throws INTERNAL, UID_INVALID.
 */
export const buildKeyImages = (
  pictures: readonly KeyPicture[],
  { volumeMl }: Pick<Measures, "volumeMl">,
  context: WriteContext,
): readonly BuiltObject[] => {
  const { source, software } = context;
  const uids = resultUids(context);
  return pictures.map((picture, n) =>
    writePart10(
      {
        sopClassUid: secondaryCapture,
        seriesUid: uids.keyImageSeries,
        sopInstanceUid: deriveUid("key-image-sop", `${uids.keyImageSeries}|${n + 1}`),
      },
      copyPatientAndStudy(source),
      {
        ...seriesModules({ modality: "OT", holds: "key images", volumeMl, numberOffset: 3000 }, context),
        ...imageModules(picture, context),
        InstanceNumber: String(n + 1),
      },
      software,
    ),
  );
};
