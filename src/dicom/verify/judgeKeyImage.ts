import { headerOf, number, text } from "../file/header.ts";
import { openPart10, type Part10 } from "../file/part10.ts";
import type { Complaint } from "./judgeReport.ts";

const pixelsOf = ({ bytes, pixelData }: Part10): Uint8Array => {
  const start = pixelData?.valueStart ?? bytes.length;
  return bytes.subarray(start, start + (pixelData?.length ?? 0));
};

/** Size of the smallest box around every pixel that differs; null where none does. */
const changedBox = (a: Uint8Array, b: Uint8Array, columns: number) => {
  let [left, right, top, bottom] = [Infinity, -1, Infinity, -1];
  for (let at = 0; at < a.length; at++) {
    if (a[at] === b[at]) continue;
    const pixel = Math.floor(at / 3);
    const [x, y] = [pixel % columns, Math.floor(pixel / columns)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return right < 0 ? null : { width: right - left + 1, height: bottom - top + 1 };
};

/** Ten characters of a caption with their outline, pixels. */
const dateBox = { width: 120, height: 16 };

/**
 * A stored key image against the sent one, pixel by pixel. The caption names a day: an image that was stored before a
 * job ledger was lost says by its ContentDate that it bears another one, and may then differ within the room of a date,
 * and nowhere else. Throws NOT_DICOM.
 */
export const judgeKeyImage = (stored: Uint8Array, sent: Uint8Array): Complaint => {
  const files = [openPart10(stored), openPart10(sent)] as const;
  const [a, b] = [headerOf(files[0]), headerOf(files[1])];
  const compared = ["SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "SourceImageSequence"];
  if (compared.some((keyword) => JSON.stringify(a[keyword]) !== JSON.stringify(b[keyword])))
    return "identity or references";
  if (["Rows", "Columns"].some((keyword) => number(a, keyword) !== number(b, keyword))) return "size";
  const [pixels, expected] = [pixelsOf(files[0]), pixelsOf(files[1])];
  if (pixels.length !== expected.length) return "length of the pixel data";
  const changed = changedBox(pixels, expected, number(b, "Columns") ?? 1);
  if (changed === null) return null;
  const isOfAnotherDay = text(a, "ContentDate") !== text(b, "ContentDate");
  const isNoMoreThanDate = changed.width <= dateBox.width && changed.height <= dateBox.height;
  return isOfAnotherDay && isNoMoreThanDate ? null : "pixels";
};
