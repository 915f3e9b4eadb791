import { failed } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import { number, text } from "../file/header.ts";
import type { Part10 } from "../file/part10.ts";
import {
  isAlwaysLossy,
  mayBeLossy,
  type PixelCoding,
  pixelCoding,
  transferSyntaxName,
} from "../file/transferSyntax.ts";
import { hounsfieldClaim } from "./hounsfield.ts";

/** How stored values of one image become HU or MR intensities (PS3.3 sections C.7.6.3 and C.11.1). */
export type PixelFormat = {
  readonly coding: PixelCoding;
  /** Of uncompressed samples of two bytes. */
  readonly littleEndian: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: 8 | 16;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
  readonly slope: number;
  readonly intercept: number;
  /** CT without any rescale, whose values must prove to be Hounsfield units (P13). */
  readonly isRescaleAssumed?: boolean;
  /** Stored values that stand for "outside the reconstruction", both ends included. */
  readonly padding: { readonly low: number; readonly high: number } | null;
  readonly paddingBecomes: number;
  readonly isLossy: boolean;
  readonly isMonochrome1: boolean;
};

/** Padding becomes what the models know as outside: air on CT, no signal on MR. */
const paddingValue: Readonly<Record<string, number>> = { CT: -1024, MR: 0 };

const uidDetails = (header: Header): { readonly sopInstanceUids: readonly string[] } => ({
  sopInstanceUids: [text(header, "SOPInstanceUID") ?? ""],
});

type Rescale = Pick<PixelFormat, "slope" | "intercept" | "isRescaleAssumed">;

const readRescale = (header: Header): Rescale => {
  const sequence = header["ModalityLUTSequence"];
  if (Array.isArray(sequence) && sequence.length > 0) {
    throw failed("MODALITY_LUT", "The pixels need a modality look-up table.", uidDetails(header));
  }
  const slope = number(header, "RescaleSlope");
  const intercept = number(header, "RescaleIntercept");
  const isCt = text(header, "Modality") === "CT";
  const claim = isCt ? hounsfieldClaim(header) : null;
  if (claim === "none") {
    const said = (keyword: string, value: number | string | null): string =>
      `${keyword} is ${value ?? (text(header, keyword) === null ? "missing" : "no finite number")}`;
    throw failed(
      "CT_NO_RESCALE",
      `${said("RescaleSlope", slope)}, ${said("RescaleIntercept", intercept)}, ${said("RescaleType", text(header, "RescaleType"))}.`,
      uidDetails(header),
    );
  }
  // Its text is not quoted: who writes no number there may have written anything.
  for (const [keyword, value] of Object.entries({ RescaleSlope: slope, RescaleIntercept: intercept }))
    if (value === null && text(header, keyword) !== null)
      throw failed("UNSUPPORTED_PIXEL_FORMAT", `${keyword} is no finite number.`, uidDetails(header));
  return { slope: slope ?? 1, intercept: intercept ?? 0, isRescaleAssumed: claim === "assumed" };
};

/** The VR of the padding tags is ambiguous, so -2000 may come as 63536 (P14). */
const readPadding = (header: Header, bitsAllocated: number, isSigned: boolean): PixelFormat["padding"] => {
  const value = number(header, "PixelPaddingValue");
  if (value === null) return null;
  const reinterpret = (stored: number): number => {
    const unused = 32 - bitsAllocated;
    return isSigned ? (stored << unused) >> unused : (stored << unused) >>> unused;
  };
  const ends = [value, number(header, "PixelPaddingRangeLimit") ?? value].map(reinterpret);
  return { low: Math.min(...ends), high: Math.max(...ends) };
};

const isLossy = (header: Header, transferSyntaxUid: string): boolean => {
  const stated = text(header, "LossyImageCompression");
  if (stated === "01" || isAlwaysLossy(transferSyntaxUid)) return true;
  return stated === null && mayBeLossy(transferSyntaxUid);
};

const readBits = (
  header: Header,
): Pick<PixelFormat, "bitsAllocated" | "bitsStored" | "highBit" | "isSigned"> => {
  const bitsAllocated = number(header, "BitsAllocated");
  const bitsStored = number(header, "BitsStored") ?? bitsAllocated ?? 0;
  const highBit = number(header, "HighBit") ?? bitsStored - 1;
  const isSound = bitsStored >= 1 && highBit < (bitsAllocated ?? 0) && highBit + 1 >= bitsStored;
  if ((bitsAllocated !== 8 && bitsAllocated !== 16) || !isSound) {
    throw failed(
      "UNSUPPORTED_PIXEL_FORMAT",
      `BitsAllocated is ${bitsAllocated}, BitsStored ${bitsStored}, HighBit ${highBit}.`,
      { bitsAllocated, bitsStored, highBit, ...uidDetails(header) },
    );
  }
  return { bitsAllocated, bitsStored, highBit, isSigned: number(header, "PixelRepresentation") === 1 };
};

/** No CT or MR matrix comes near; a stranger's header could ask for gigabytes. */
const mostPixels = 2 ** 24;

const requirePlane = (header: Header): void => {
  const pixels = (number(header, "Rows") ?? 0) * (number(header, "Columns") ?? 0);
  if (pixels <= mostPixels) return;
  throw failed("TOO_LARGE", `A plane of ${pixels} pixels is no CT or MR image.`, {
    pixels,
    mostPixels,
    ...uidDetails(header),
  });
};

/** Beyond any intensity that a scanner gives, and short of what sums and squares of it could make of float32. */
const mostIntensity = 1e12;

/** The least and the most stored value must become two intensities that a scanner could have measured. */
const requireIntensities = (header: Header, rescale: Rescale): Rescale => {
  const { slope, intercept } = rescale;
  const [least, most] = [-65536, 65536].map((stored) => Math.fround(stored * slope + intercept));
  const isWithin = [least, most].every((value) => Math.abs(value ?? Number.NaN) <= mostIntensity);
  if (isWithin && least !== most) return rescale;
  throw failed(
    "UNSUPPORTED_PIXEL_FORMAT",
    `RescaleSlope ${slope} and RescaleIntercept ${intercept} lead from ${least} to ${most}; no scanner measures that.`,
    { slope, intercept, mostIntensity, ...uidDetails(header) },
  );
};

/**
 * The pixel format of one slice. Throws UNSUPPORTED_TRANSFER_SYNTAX, UNSUPPORTED_PIXEL_FORMAT, CT_NO_RESCALE,
 * MODALITY_LUT, TOO_LARGE.
 */
export const readPixelFormat = (
  header: Header,
  { transferSyntaxUid, encoding }: Pick<Part10, "transferSyntaxUid" | "encoding">,
): PixelFormat => {
  const coding = pixelCoding(transferSyntaxUid);
  if (coding === null) {
    throw failed(
      "UNSUPPORTED_TRANSFER_SYNTAX",
      `Pixels in ${transferSyntaxName(transferSyntaxUid)} are not read.`,
      { transferSyntaxUid, ...uidDetails(header) },
    );
  }
  // Uncompressed pixels are as long as they say, or refused for being shorter.
  if (coding !== "native") requirePlane(header);
  const bits = readBits(header);
  if (bits.bitsAllocated === 8 && !encoding.littleEndian) {
    throw failed("UNSUPPORTED_PIXEL_FORMAT", "8-bit pixels in big endian are not read.", uidDetails(header));
  }
  return {
    coding,
    littleEndian: encoding.littleEndian,
    rows: number(header, "Rows") ?? 0,
    columns: number(header, "Columns") ?? 0,
    ...bits,
    ...requireIntensities(header, readRescale(header)),
    padding: readPadding(header, bits.bitsAllocated, bits.isSigned),
    paddingBecomes: paddingValue[text(header, "Modality") ?? ""] ?? 0,
    isLossy: isLossy(header, transferSyntaxUid),
    isMonochrome1: text(header, "PhotometricInterpretation") === "MONOCHROME1",
  };
};
