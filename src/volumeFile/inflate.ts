import { constants, gunzipSync, unzipSync } from "node:zlib";
import type { Refuse } from "./refuse.ts";
import { MOST_OTHER_BYTES } from "./size.ts";

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Compressed bytes that mostly, and that surely, hold a header; deflate makes at most 0.5 and 4 MB of them. */
const HEAD_BYTES = [512, 4096];

/** The first bytes of a gzip stream, `most` or fewer, without trust in the rest of it. */
export const inflateHead = (bytes: Uint8Array, most: number, refuse: Refuse): Uint8Array => {
  try {
    let head: Uint8Array = new Uint8Array();
    for (const packed of HEAD_BYTES) {
      head = gunzipSync(bytes.subarray(0, packed), { finishFlush: constants.Z_SYNC_FLUSH });
      if (head.length >= most) break;
    }
    return head.subarray(0, most);
  } catch (error) {
    throw refuse("The gzip stream is damaged at its beginning.", { bytes: bytes.length }, error);
  }
};

/** What a gzip or zlib stream holds. Throws where that is far more than the `end` bytes that are needed of it. */
export const inflate = (bytes: Uint8Array, end: number, refuse: Refuse): Uint8Array => {
  const limit = end + MOST_OTHER_BYTES;
  // A chunk is taken from memory whole: thousands of small files must not cost a large one each.
  const chunkSize = Math.min(2 ** 20, Math.max(2 ** 12, end + 1));
  const kind = isGzip(bytes) ? "gzip" : "zlib";
  try {
    return unzipSync(bytes, { maxOutputLength: limit, chunkSize });
  } catch (error) {
    const isTooLong = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLong
      ? refuse(`The ${kind} stream holds more than the ${limit} bytes that the header allows.`, { limit })
      : refuse(`The ${kind} stream is damaged or cut off.`, { bytes: bytes.length }, error);
  }
};
