import type { Encoding } from "./elements.ts";

export const implicitLittleEndian = "1.2.840.10008.1.2";
export const explicitLittleEndian = "1.2.840.10008.1.2.1";
export const explicitBigEndian = "1.2.840.10008.1.2.2";
export const deflatedLittleEndian = "1.2.840.10008.1.2.1.99";

/** How pixel data are stored: as they are, or as JPEG 2000 codestreams. */
export type PixelCoding = "native" | "jpeg2000";

const pixelCodings: Readonly<Record<string, PixelCoding>> = {
  [implicitLittleEndian]: "native",
  [explicitLittleEndian]: "native",
  [explicitBigEndian]: "native",
  "1.2.840.10008.1.2.4.90": "jpeg2000",
  "1.2.840.10008.1.2.4.91": "jpeg2000",
};

/** Names of DICOM PS3.6 annex A, for the sentence that refuses them. */
const names: Readonly<Record<string, string>> = {
  [deflatedLittleEndian]: "Deflated Explicit VR Little Endian",
  "1.2.840.10008.1.2.5": "RLE Lossless",
  "1.2.840.10008.1.2.4.50": "JPEG Baseline",
  "1.2.840.10008.1.2.4.51": "JPEG Extended",
  "1.2.840.10008.1.2.4.53": "JPEG Spectral Selection",
  "1.2.840.10008.1.2.4.55": "JPEG Full Progression",
  "1.2.840.10008.1.2.4.57": "JPEG Lossless",
  "1.2.840.10008.1.2.4.70": "JPEG Lossless SV1",
  "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
  "1.2.840.10008.1.2.4.81": "JPEG-LS Near-lossless",
  "1.2.840.10008.1.2.4.201": "HTJ2K Lossless",
  "1.2.840.10008.1.2.4.202": "HTJ2K Lossless RPCL",
  "1.2.840.10008.1.2.4.203": "HTJ2K",
};

/** Compressed with loss by definition, unless LossyImageCompression says otherwise. */
export const mayBeLossy = (uid: string): boolean => uid === "1.2.840.10008.1.2.4.91";

export const pixelCoding = (uid: string): PixelCoding | null => pixelCodings[uid] ?? null;

export const transferSyntaxName = (uid: string): string =>
  names[uid] === undefined ? uid : `${names[uid]} (${uid})`;

/** How the data set is laid out; every compressed syntax is explicit little endian (PS3.5 annex A). */
export const datasetEncoding = (uid: string): Encoding => ({
  explicit: uid !== implicitLittleEndian,
  littleEndian: uid !== explicitBigEndian,
});
