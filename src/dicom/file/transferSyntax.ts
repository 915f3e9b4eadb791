import type { Encoding } from "./elements.ts";

export const implicitLittleEndian = "1.2.840.10008.1.2";
export const explicitLittleEndian = "1.2.840.10008.1.2.1";
export const explicitBigEndian = "1.2.840.10008.1.2.2";
export const deflatedLittleEndian = "1.2.840.10008.1.2.1.99";

/** How the pixels of a compressed image are coded, each frame as one codestream. */
export type CompressedCoding = "jpegBaseline" | "jpegLossless" | "jpegLs" | "jpeg2000" | "htj2k";

/** How pixel data are stored: as they are, packed by run lengths, or as codestreams. */
export type PixelCoding = "native" | "rle" | CompressedCoding;

const jpegBaseline = "1.2.840.10008.1.2.4.50";
const jpegLsNearLossless = "1.2.840.10008.1.2.4.81";
const jpeg2000 = "1.2.840.10008.1.2.4.91";

/** The transfer syntaxes whose pixels are read. */
const pixelCodings: Readonly<Record<string, PixelCoding>> = {
  [implicitLittleEndian]: "native",
  [explicitLittleEndian]: "native",
  [explicitBigEndian]: "native",
  [deflatedLittleEndian]: "native",
  "1.2.840.10008.1.2.5": "rle",
  [jpegBaseline]: "jpegBaseline",
  "1.2.840.10008.1.2.4.57": "jpegLossless",
  "1.2.840.10008.1.2.4.70": "jpegLossless",
  "1.2.840.10008.1.2.4.80": "jpegLs",
  [jpegLsNearLossless]: "jpegLs",
  "1.2.840.10008.1.2.4.90": "jpeg2000",
  [jpeg2000]: "jpeg2000",
  "1.2.840.10008.1.2.4.201": "htj2k",
  "1.2.840.10008.1.2.4.202": "htj2k",
  "1.2.840.10008.1.2.4.203": "htj2k",
};

/** Names of PS3.6 annex A of the syntaxes whose pixels are not read, for the sentence that refuses them. */
const names: Readonly<Record<string, string>> = {
  "1.2.840.10008.1.2.1.98": "Encapsulated Uncompressed Explicit VR Little Endian",
  "1.2.840.10008.1.2.4.51": "JPEG Extended",
  "1.2.840.10008.1.2.4.53": "JPEG Spectral Selection",
  "1.2.840.10008.1.2.4.55": "JPEG Full Progression",
  "1.2.840.10008.1.2.4.92": "JPEG 2000 Multi-component Lossless",
  "1.2.840.10008.1.2.4.93": "JPEG 2000 Multi-component",
  "1.2.840.10008.1.2.4.94": "JPIP Referenced",
  "1.2.840.10008.1.2.4.95": "JPIP Referenced Deflate",
  "1.2.840.10008.1.2.4.100": "MPEG2 Main Profile / Main Level",
  "1.2.840.10008.1.2.4.101": "MPEG2 Main Profile / High Level",
  "1.2.840.10008.1.2.4.102": "MPEG-4 AVC/H.264 High Profile",
  "1.2.840.10008.1.2.4.103": "MPEG-4 AVC/H.264 BD-compatible High Profile",
  "1.2.840.10008.1.2.4.104": "MPEG-4 AVC/H.264 High Profile For 2D Video",
  "1.2.840.10008.1.2.4.105": "MPEG-4 AVC/H.264 High Profile For 3D Video",
  "1.2.840.10008.1.2.4.106": "MPEG-4 AVC/H.264 Stereo High Profile",
  "1.2.840.10008.1.2.4.107": "HEVC/H.265 Main Profile",
  "1.2.840.10008.1.2.4.108": "HEVC/H.265 Main 10 Profile",
  "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
  "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
  "1.2.840.10008.1.2.4.112": "JPEG XL",
  "1.2.840.10008.1.2.4.204": "JPIP HTJ2K Referenced",
  "1.2.840.10008.1.2.4.205": "JPIP HTJ2K Referenced Deflate",
  "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
};

/** Compressed with loss, whatever LossyImageCompression says. */
export const isAlwaysLossy = (uid: string): boolean => uid === jpegBaseline;

/** Compressed with loss unless LossyImageCompression says otherwise. */
export const mayBeLossy = (uid: string): boolean => uid === jpegLsNearLossless || uid === jpeg2000;

export const pixelCoding = (uid: string): PixelCoding | null => pixelCodings[uid] ?? null;

export const transferSyntaxName = (uid: string): string =>
  names[uid] === undefined ? uid : `${names[uid]} (${uid})`;

/** How the data set is laid out; every compressed syntax is explicit little endian (PS3.5 annex A). */
export const datasetEncoding = (uid: string): Encoding => ({
  explicit: uid !== implicitLittleEndian,
  littleEndian: uid !== explicitBigEndian,
});
