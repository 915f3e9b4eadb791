import { deflateRawSync } from "node:zlib";
import { readElement } from "../../dicom/file/elements.ts";
import { openPart10 } from "../../dicom/file/part10.ts";
import { deflatedLittleEndian } from "../../dicom/file/transferSyntax.ts";
import { failed } from "../../domain/failure.ts";
import { textElement } from "./elements.ts";
import { type Frame, packRle } from "./packRle.ts";

/** Another transfer syntax than Explicit VR Little Endian. */
export type Coding = {
  readonly transferSyntaxUid: string;
  /** One codestream of a frame; null where the data set as a whole is coded. */
  readonly encodeFrame: ((frame: Frame) => Uint8Array) | null;
};

export const deflated: Coding = { transferSyntaxUid: deflatedLittleEndian, encodeFrame: null };

export const rleLossless: Coding = { transferSyntaxUid: "1.2.840.10008.1.2.5", encodeFrame: packRle };

const [preambleBytes, groupLengthBytes] = [132, 12];
const transferSyntaxTag = 0x00020010;

/** Preamble and meta information (PS3.10 section 7.1) of the file with another transfer syntax. */
const headOf = (file: Uint8Array, end: number, transferSyntaxUid: string): Uint8Array => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const elements: Uint8Array[] = [];
  for (let offset = preambleBytes + groupLengthBytes; offset < end; ) {
    const element = readElement(view, offset, { explicit: true, littleEndian: true });
    elements.push(
      element.tag === transferSyntaxTag
        ? textElement(transferSyntaxTag, "UI", transferSyntaxUid).bytes
        : file.subarray(offset, element.end),
    );
    offset = element.end;
  }
  const head = Buffer.concat([file.subarray(0, preambleBytes + groupLengthBytes), ...elements]);
  head.writeUInt32LE(head.length - preambleBytes - groupLengthBytes, preambleBytes + 8);
  return head;
};

const header = (group: number, element: number, length: number, vr = ""): Uint8Array => {
  const bytes = Buffer.alloc(vr === "" ? 8 : 12);
  bytes.writeUInt16LE(group, 0);
  bytes.writeUInt16LE(element, 2);
  bytes.write(vr, 4, "latin1");
  bytes.writeUInt32LE(length, bytes.length - 4);
  return bytes;
};

/** Pixel data of one frame in one fragment after an empty offset table (PS3.5 annex A.4). */
const encapsulated = (codestream: Uint8Array): Uint8Array => {
  const padding = codestream.length % 2;
  return Buffer.concat([
    header(0x7fe0, 0x0010, 0xffffffff, "OB"),
    header(0xfffe, 0xe000, 0),
    header(0xfffe, 0xe000, codestream.length + padding),
    codestream,
    Buffer.alloc(padding),
    header(0xfffe, 0xe0dd, 0),
  ]);
};

/** An image of one frame of 16 bits in Explicit VR Little Endian, written anew in another transfer syntax. */
export const inTransferSyntax = (
  file: Uint8Array,
  { transferSyntaxUid, encodeFrame }: Coding,
  [rows, columns]: readonly [number, number],
): Uint8Array => {
  const { elements, pixelData } = openPart10(file);
  const start = elements[0]?.start ?? file.length;
  const head = headOf(file, start, transferSyntaxUid);
  if (encodeFrame === null)
    return Uint8Array.from(Buffer.concat([head, evenly(deflateRawSync(file.subarray(start)))]));
  if (pixelData === null) throw failed("INTERNAL", "There are no pixels to encode.");
  const samples = file.subarray(pixelData.valueStart, pixelData.valueStart + 2 * rows * columns);
  const pixels = encapsulated(encodeFrame({ rows, columns, bits: 16, samples }));
  return Uint8Array.from(Buffer.concat([head, file.subarray(start, pixelData.start), pixels]));
};

/** A deflated data set has an even length too (PS3.5 annex A.5). */
const evenly = (bytes: Uint8Array): Uint8Array =>
  bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
