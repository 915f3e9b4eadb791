import { type DicomElements, data } from "dcmjs";
import { ownBytes } from "../../domain/ownBytes.ts";
import { deriveUid } from "../identity/resultKey.ts";
import { type Dataset, encodeDataset } from "./dataset.ts";

const explicitVrLittleEndian = "1.2.840.10008.1.2.1";

/** The one attribute of an image whose VR follows from its PixelRepresentation. */
const paddingOf = ({ PixelPaddingValue, PixelRepresentation }: Dataset): DicomElements =>
  PixelPaddingValue === undefined
    ? {}
    : { "00280120": { vr: PixelRepresentation === 1 ? "SS" : "US", Value: [PixelPaddingValue] } };

/**
 * A whole DICOM image file (PS3.10) in Explicit VR Little Endian with native 16-bit pixels. The data set must conform,
 * with SOPClassUID and SOPInstanceUID. Throws INTERNAL, UID_INVALID.
 */
export const writeImage = (dataset: Dataset, pixels: Int16Array | Uint16Array): Uint8Array => {
  const meta = encodeDataset(
    {
      MediaStorageSOPClassUID: dataset["SOPClassUID"] ?? "",
      MediaStorageSOPInstanceUID: dataset["SOPInstanceUID"] ?? "",
      TransferSyntaxUID: explicitVrLittleEndian,
      ImplementationClassUID: deriveUid("implementation", "panseg"),
    },
    "own",
  );
  const file = new data.DicomDict({
    "00020001": { vr: "OB", Value: [new Uint8Array([0, 1]).buffer] },
    ...meta,
  });
  const value = ownBytes(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)).buffer;
  const { PixelPaddingValue: _padding, ...plain } = dataset;
  file.dict = {
    ...encodeDataset(plain, "own"),
    ...paddingOf(dataset),
    "7FE00010": { vr: "OW", Value: [value] },
  };
  // Lengths conform already; dcmjs's own check stumbles over empty values.
  return new Uint8Array(file.write({ allowInvalidVRLength: true }));
};
