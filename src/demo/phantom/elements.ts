import { openPart10 } from "../../dicom/file/part10.ts";

/** One data element in Explicit VR Little Endian. */
export type Element = { readonly tag: number; readonly bytes: Uint8Array };

/** An element of text whose VR has a 16-bit length (PS3.5 section 7.1.2), padded to an even one; UIDs by zero. */
export const textElement = (tag: number, vr: string, value: string): Element => {
  const text = Buffer.from(value, "latin1");
  const bytes = Buffer.alloc(8 + text.length + (text.length % 2), vr === "UI" ? 0 : " ");
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  bytes.write(vr, 4, "latin1");
  bytes.writeUInt16LE(bytes.length - 8, 6);
  text.copy(bytes, 8);
  return { tag, bytes };
};

/** The file in Explicit VR Little Endian with more elements, each where its tag belongs. */
export const withElements = (file: Uint8Array, added: readonly Element[]): Uint8Array => {
  const { elements, pixelData } = openPart10(file);
  const own: readonly Element[] = elements.map(({ tag, start, end }) => ({
    tag,
    bytes: file.subarray(start, end),
  }));
  const head = file.subarray(0, elements[0]?.start);
  const tail = pixelData === null ? [] : [file.subarray(pixelData.start)];
  const all = [...own, ...added].sort((a, b) => a.tag - b.tag).map(({ bytes }) => bytes);
  return Uint8Array.from(Buffer.concat([head, ...all, ...tail]));
};
