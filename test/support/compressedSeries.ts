import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflated, inTransferSyntax } from "../../src/demo/phantom/transferSyntax.ts";
import { headerOf } from "../../src/dicom/file/header.ts";
import { openPart10 } from "../../src/dicom/file/part10.ts";
import { locateFrames } from "../../src/dicom/pixels/pixelBytes.ts";
import { readPixelFormat } from "../../src/dicom/pixels/pixelFormat.ts";
import {
  type Attributes,
  dicomFile,
  encapsulated,
  explicitLittle,
  nativePixels,
  sliceAttributes,
  uid,
} from "./dicomSeries.ts";
import { encodeRle, openEncoder, type PlainFrame } from "./encodeFrame.ts";
import { inPieces, offsetsOf } from "./fragments.ts";

/** CT series in every compressed transfer syntax that is read, each with voxels that are known without decoding. */

/** Codestreams of some frames, or null where the pixels stay plain within a data set that is compressed as a whole. */
type Encode = (frames: readonly PlainFrame[]) => Promise<readonly Uint8Array[]>;

export type Syntax = {
  readonly uid: string;
  readonly name: string;
  readonly bits: 8 | 16;
  readonly encode: Encode | null;
  /** The outside program that encodes, if any. */
  readonly tool?: string;
};

const bitsOf = (allocated: 8 | 16) =>
  ({ allocated, stored: allocated, high: allocated - 1, signed: false }) as const;

const byCodec =
  (coding: Parameters<typeof openEncoder>[0]): Encode =>
  async (frames) => {
    const encode = await openEncoder(coding);
    return frames.map(encode);
  };

/** Many frames as one object through a program of dcmtk; their codestreams, taken out again. */
const byDcmtk =
  (program: string, ...options: readonly string[]): Encode =>
  async (frames) => {
    const [first] = frames;
    if (first === undefined) return [];
    const { rows, columns, bits } = first;
    const folder = mkdtempSync(join(tmpdir(), "panseg-encode-"));
    try {
      const [from, to] = [join(folder, "in.dcm"), join(folder, "out.dcm")];
      const attributes = {
        ...sliceAttributes({ rows, columns, bits: bitsOf(bits) }, 0),
        NumberOfFrames: String(frames.length),
      };
      writeFileSync(from, dicomFile(attributes, Buffer.concat(frames.map(({ samples }) => samples))));
      const { status, stderr } = spawnSync(program, [...options, from, to], { encoding: "utf8" });
      if (status !== 0) throw new Error(`${program}: ${stderr}`);
      const part10 = openPart10(readFileSync(to));
      const format = readPixelFormat(headerOf(part10), part10);
      return locateFrames(part10, format, frames.length).map((ranges) =>
        Buffer.concat(ranges.map(({ start, end }) => part10.bytes.subarray(start, end))),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

const jpeg = (...options: readonly string[]) => ({
  tool: "dcmcjpeg",
  encode: byDcmtk("dcmcjpeg", "+un", ...options),
});

/**
 * The twelve, with an encoder for each. Baseline JPEG loses nothing of blocks of one value at the highest quality; near
 * lossless JPEG-LS and JPEG 2000 with loss are their lossless codestreams under the other name, which the standard allows.
 */
export const compressedSyntaxes: readonly Syntax[] = [
  { name: "deflated", uid: deflated.transferSyntaxUid, bits: 16, encode: null },
  {
    name: "RLE",
    uid: "1.2.840.10008.1.2.5",
    bits: 16,
    encode: async (frames) => frames.map(encodeRle),
  },
  { name: "JPEG baseline", uid: "1.2.840.10008.1.2.4.50", bits: 8, ...jpeg("+eb", "+q", "100", "+sr") },
  { name: "JPEG lossless", uid: "1.2.840.10008.1.2.4.57", bits: 16, ...jpeg("+el") },
  { name: "JPEG lossless SV1", uid: "1.2.840.10008.1.2.4.70", bits: 16, ...jpeg("+e1") },
  { name: "JPEG-LS", uid: "1.2.840.10008.1.2.4.80", bits: 16, encode: byCodec("jpegLs") },
  { name: "JPEG-LS near lossless", uid: "1.2.840.10008.1.2.4.81", bits: 16, encode: byCodec("jpegLs") },
  { name: "JPEG 2000 lossless", uid: "1.2.840.10008.1.2.4.90", bits: 16, encode: byCodec("jpeg2000") },
  { name: "JPEG 2000", uid: "1.2.840.10008.1.2.4.91", bits: 16, encode: byCodec("jpeg2000") },
  { name: "HTJ2K lossless", uid: "1.2.840.10008.1.2.4.201", bits: 16, encode: byCodec("htj2k") },
  { name: "HTJ2K lossless RPCL", uid: "1.2.840.10008.1.2.4.202", bits: 16, encode: byCodec("htj2k") },
  { name: "HTJ2K", uid: "1.2.840.10008.1.2.4.203", bits: 16, encode: byCodec("htj2k") },
];

/** Stored value at (row, column) of frame n: blocks of 8 × 8 of one value each, different in every frame. */
const storedAt = (n: number, row: number, column: number, bits: 8 | 16): number => {
  const block = 20 + (((row >> 3) * 29 + (column >> 3) * 13 + n * 17 + (n >> 4) * 5) % 200);
  return bits === 8 ? block : 11 * block + (n % 11);
};

export type Frames = {
  readonly plain: readonly PlainFrame[];
  /** Empty for what is compressed as a whole. */
  readonly codestreams: readonly Uint8Array[];
};

/** So many different square frames, each encoded once. */
export const encodeFrames = async (
  { bits, encode }: Syntax,
  size: number,
  count: number,
): Promise<Frames> => {
  const plain = Array.from({ length: count }, (_, n): PlainFrame => {
    const values = Array.from({ length: size * size }, (_, i) =>
      storedAt(n, Math.floor(i / size), i % size, bits),
    );
    return { rows: size, columns: size, bits, samples: nativePixels(values, bitsOf(bits)) };
  });
  return { plain, codestreams: encode === null ? [] : await encode(plain) };
};

/** Hounsfield units of one frame: the series' intercept is -1024. */
export const hounsfieldOf = ({ bits, samples }: PlainFrame): Float32Array => {
  const values =
    bits === 8 ? samples : new Uint16Array(samples.buffer, samples.byteOffset, samples.length / 2);
  return Float32Array.from(values, (value) => value - 1024);
};

type Object = {
  readonly attributes: Attributes;
  readonly frames: readonly number[];
  /** Pieces of each codestream; RLE has one (PS3.5 section A.4.2). */
  readonly pieces: number;
};

const fileOf = (
  { uid: syntax, encode }: Syntax,
  { plain, codestreams }: Frames,
  object: Object,
): Uint8Array => {
  const { attributes, frames, pieces } = object;
  const samples = frames.map((n) => plain[n % plain.length]?.samples ?? new Uint8Array());
  if (encode === null) {
    const file = dicomFile(attributes, Buffer.concat(samples), explicitLittle);
    return inTransferSyntax(file, deflated, [0, 0]);
  }
  const fragmented = frames.map((n) => inPieces(codestreams[n % codestreams.length] as Uint8Array, pieces));
  return dicomFile(attributes, encapsulated(fragmented.flat(), offsetsOf(fragmented)), syntax);
};

const common = ({ bits }: Syntax, { plain }: Frames, series: number, k: number): Attributes => {
  const { rows = 0, columns = 0 } = plain[0] ?? {};
  return {
    ...sliceAttributes({ rows, columns, bits: bitsOf(bits), distanceMm: (n) => 2 * n }, k),
    SeriesInstanceUID: uid(6, series),
    SOPInstanceUID: uid(7, series, k + 1),
    SeriesNumber: series,
  };
};

/** One file for each slice. */
export const classicFiles = (
  syntax: Syntax,
  frames: Frames,
  {
    series,
    count,
    pieces = 1,
  }: { readonly series: number; readonly count: number; readonly pieces?: number },
): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, k) =>
    fileOf(syntax, frames, { attributes: common(syntax, frames, series, k), frames: [k], pieces }),
  );

/** One Enhanced CT object of all slices. */
export const multiFrameFile = (
  syntax: Syntax,
  frames: Frames,
  {
    series,
    count,
    pieces = 1,
  }: { readonly series: number; readonly count: number; readonly pieces?: number },
): Uint8Array =>
  fileOf(syntax, frames, {
    pieces,
    frames: Array.from({ length: count }, (_, k) => k),
    attributes: {
      ...common(syntax, frames, series, 0),
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.2.1",
      ImagePositionPatient: undefined,
      NumberOfFrames: String(count),
      PerFrameFunctionalGroupsSequence: Array.from({ length: count }, (_, k) => ({
        PlanePositionSequence: [{ ImagePositionPatient: ["-100", "-120", String(40 + 2 * k)] }],
      })),
    },
  });
