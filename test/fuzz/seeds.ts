import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { enhancedCt } from "../../src/demo/phantom/multiFrame/enhancedCt.ts";
import { enhancedMr } from "../../src/demo/phantom/multiFrame/enhancedMr.ts";
import { legacyCt } from "../../src/demo/phantom/multiFrame/legacyCt.ts";
import { zyx } from "../../src/domain/axes.ts";
import { ge, philips, siemens, withPrivate } from "../dicom/file/withPrivate.ts";
import { convert } from "../dicom/pixels/support.ts";
import { compressedSyntaxes, encodeFrames, multiFrameFile } from "../support/compressedSeries.ts";
import {
  type Attributes,
  type Bits,
  classicSeries,
  dicomFile,
  encapsulated,
  explicitBig,
  explicitLittle,
  implicitLittle,
  nativePixels,
  type SeriesSpec,
  sliceAttributes,
  uid,
} from "../support/dicomSeries.ts";
import { encodeRle, openEncoder, type PlainFrame } from "../support/encodeFrame.ts";
import { needsShared, needsTool, sharedFolder } from "../support/shared.ts";

import { metaEnd } from "./layout.ts";

/** A sound series from which broken ones are made. */
export type Seed = { readonly name: string; readonly files: readonly Uint8Array[] };

const rows = 32;
const columns = 36;
const bits16: Bits = { allocated: 16, stored: 16, high: 15, signed: false };

const frameOf = (bits: 8 | 16, k: number): PlainFrame => {
  const values = Array.from({ length: rows * columns }, (_, at) => (at * 37 + 11 * k) % 251);
  return { rows, columns, bits, samples: nativePixels(values, { ...bits16, allocated: bits }) };
};

/** Slice k of a CT with what real headers carry besides the geometry. */
const rich = (k: number): Attributes => ({
  SpecificCharacterSet: ["", "ISO 2022 IR 87"],
  ImageComments: "ab\u001b$B;3ED\u001b(Bc",
  PixelPaddingValue: 250,
  WindowCenter: ["40", "400"],
  WindowWidth: ["400", "1500"],
  AcquisitionTime: `10210${k}.123456`,
  ReferencedImageSequence: [
    { ReferencedSOPClassUID: "1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID: uid(9, k) },
  ],
  ProcedureCodeSequence: [
    {
      CodeValue: "1",
      CodingSchemeDesignator: "99X",
      CodeMeaning: "abdomen",
      ReferencedImageSequence: [{ ReferencedSOPClassUID: "1.2", ReferencedSOPInstanceUID: uid(9) }],
    },
  ],
});

const small = (spec: SeriesSpec = {}): readonly Uint8Array[] =>
  classicSeries({ slices: 1, rows, columns, ...spec });

const compressed = (syntax: string, bits: 8 | 16, encode: (frame: PlainFrame) => Uint8Array): Uint8Array => {
  const spec = { rows, columns, bits: { allocated: bits } };
  return dicomFile(sliceAttributes(spec, 0), encapsulated([encode(frameOf(bits, 0))]), syntax);
};

/** The data set deflated, the meta information (PS3.10 section 7) as it is. */
export const deflated = (file: Uint8Array): Uint8Array => {
  const end = metaEnd(file);
  return Buffer.concat([file.subarray(0, end), deflateRawSync(file.subarray(end))]);
};

const deflatedSyntax = "1.2.840.10008.1.2.1.99";

const plainSeeds = (): readonly Seed[] => [
  { name: "ct-explicit", files: small({ attributes: rich }) },
  { name: "mr-implicit", files: small({ modality: "MR", transferSyntax: implicitLittle, attributes: rich }) },
  {
    name: "ct-big-endian",
    files: small({ transferSyntax: explicitBig, bits: { stored: 12, signed: true } }),
  },
  { name: "ct-deflated", files: small().map((file) => deflated(relabelled(file, deflatedSyntax))) },
  { name: "ct-five-slices", files: small({ slices: 5, attributes: rich }) },
  {
    name: "mr-private-diffusion",
    files: [siemens, ge, philips].flatMap((vendor, n) =>
      small({ modality: "MR", attributes: () => ({ SOPInstanceUID: uid(7, 9, n) }) }).map((file) =>
        withPrivate(file, vendor(400 * n, [0, 0.6, 0.8])),
      ),
    ),
  },
  {
    name: "mr-two-echoes",
    files: [0, 1].flatMap((echo) =>
      small({
        slices: 4,
        modality: "MR",
        stored: (k, row, column) => 100 * echo + 10 * k + row + column,
        attributes: (k) => ({
          SOPInstanceUID: uid(7, echo, k),
          EchoTime: 2.3 * (echo + 1),
          EchoNumbers: echo + 1,
        }),
      }),
    ),
  },
];

/** The same data set under another transfer syntax UID of the explicit little endian family. */
const relabelled = (file: Uint8Array, syntax: string): Uint8Array => {
  const from = Buffer.from(file).indexOf(`${explicitLittle}\0`, 0, "latin1");
  const padded = syntax.length % 2 === 0 ? syntax : `${syntax}\0`;
  const grown = padded.length - explicitLittle.length - 1;
  const bytes = Buffer.concat([
    file.subarray(0, from),
    Buffer.from(padded, "latin1"),
    file.subarray(from + explicitLittle.length + 1),
  ]);
  bytes.writeUInt16LE(padded.length, from - 2);
  bytes.writeUInt32LE(bytes.readUInt32LE(140) + grown, 140);
  return bytes;
};

const compressedSeeds = async (): Promise<readonly Seed[]> => {
  const seed = (name: string, file: Uint8Array): Seed => ({ name, files: [file] });
  const [jpeg2000, jpegLs, htj2k] = await Promise.all([
    openEncoder("jpeg2000"),
    openEncoder("jpegLs"),
    openEncoder("htj2k"),
  ]);
  return [
    seed("rle", compressed("1.2.840.10008.1.2.5", 16, encodeRle)),
    seed("rle-8-bit", compressed("1.2.840.10008.1.2.5", 8, encodeRle)),
    seed("jpeg2000", compressed("1.2.840.10008.1.2.4.90", 16, jpeg2000)),
    seed("jpeg2000-any", compressed("1.2.840.10008.1.2.4.91", 8, jpeg2000)),
    seed("jpeg-ls", compressed("1.2.840.10008.1.2.4.80", 16, jpegLs)),
    seed("jpeg-ls-near", compressed("1.2.840.10008.1.2.4.81", 8, jpegLs)),
    seed("htj2k", compressed("1.2.840.10008.1.2.4.201", 16, htj2k)),
    seed("htj2k-any", compressed("1.2.840.10008.1.2.4.203", 16, htj2k)),
  ];
};

/** In JPEG, which dcmtk writes; none where it is not installed. */
const jpegSeeds = (): readonly Seed[] => {
  if (needsTool("dcmcjpeg") !== false) return [];
  const [deep, flat] = [small()[0], small({ bits: { allocated: 8 } })[0]] as [Uint8Array, Uint8Array];
  return [
    { name: "jpeg-baseline", files: [convert(flat, "dcmcjpeg", "+un", "+eb")] },
    { name: "jpeg-lossless", files: [convert(deep, "dcmcjpeg", "+un", "+el")] },
    { name: "jpeg-lossless-sv1", files: [convert(deep, "dcmcjpeg", "+un", "+e1")] },
  ];
};

const multiFrameSeeds = (): readonly Seed[] => {
  const shape = { shape: zyx(6, 20, 24), spacingMm: zyx(30, 20, 18) };
  const ct = makePhantom({ seed: 1, modelClass: "CT", ...shape });
  const t1 = makePhantom({ seed: 1, modelClass: "T1", ...shape });
  return [
    { name: "enhanced-ct", files: enhancedCt(ct, "enhanced").map(({ bytes }) => bytes) },
    { name: "enhanced-mr", files: enhancedMr(t1, "enhanced").map(({ bytes }) => bytes) },
    { name: "legacy-ct", files: legacyCt(ct, "legacy").map(({ bytes }) => bytes) },
  ];
};

/** Enhanced CT objects of two frames in each compressed transfer syntax, the frames in one piece and in two. */
const compressedMultiFrameSeeds = async (): Promise<readonly Seed[]> => {
  const seeds: Seed[] = [];
  for (const syntax of compressedSyntaxes) {
    if (syntax.tool !== undefined && needsTool(syntax.tool) !== false) continue;
    const frames = await encodeFrames(syntax, 32, 2);
    for (const pieces of syntax.encode === null ? [1] : [1, 2])
      seeds.push({
        name: `multi-frame-${syntax.name.toLowerCase().replaceAll(" ", "-")}-${pieces}`,
        files: [multiFrameFile(syntax, frames, { series: 1, count: 2, pieces })],
      });
  }
  return seeds;
};

/** Real files, each a seed of its own, the smaller ones first; none where the data are absent. */
const fixtureSeeds = (): readonly Seed[] => {
  if (needsShared("fixtures", "dicom") !== false) return [];
  const root = sharedFolder("fixtures", "dicom");
  const folders = [
    "broken",
    "classic_and_multiframe",
    "colour",
    "transfer_syntaxes",
    "sagittal_compressed_jpeg",
  ];
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ name: path.slice(root.length + 1).replaceAll("/", "-"), files: [readFileSync(path)] }));
};

/** Small series of our own in every syntax that can be encoded here, and whole real files where they are. */
export const makeSeeds = async (): Promise<{
  readonly own: readonly Seed[];
  readonly real: readonly Seed[];
}> => ({
  own: [
    ...plainSeeds(),
    ...(await compressedSeeds()),
    ...jpegSeeds(),
    ...multiFrameSeeds(),
    ...(await compressedMultiFrameSeeds()),
  ],
  real: fixtureSeeds(),
});
