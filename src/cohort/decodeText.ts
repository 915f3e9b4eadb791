/** The text of a file that people made, and how it was written. */
export type DecodedText = {
  readonly text: string;
  readonly encoding: "UTF-8" | "UTF-16LE" | "UTF-16BE" | "Windows-1252";
};

const decode = (bytes: Uint8Array, encoding: string): string => new TextDecoder(encoding).decode(bytes);

/** Latin letters in 16 bits leave every other byte empty: which one, tells the order. */
const emptyShare = (bytes: Uint8Array, from: 0 | 1): number => {
  const sample = bytes.subarray(0, 4096);
  let empty = 0;
  for (let at = from; at < sample.length; at += 2) if (sample[at] === 0) empty++;
  return sample.length < 2 ? 0 : empty / (sample.length / 2);
};

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/**
 * Text as spreadsheets and editors save it: UTF-8 or UTF-16 by their byte order mark (Unicode Standard 23.8), UTF-16
 * without one by its empty bytes, then UTF-8 where every byte fits, else Windows-1252, which holds Latin-1.
 */
export const decodeText = (bytes: Uint8Array): DecodedText => {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: decode(bytes, "utf-16le"), encoding: "UTF-16LE" };
  if (first === 0xfe && second === 0xff) return { text: decode(bytes, "utf-16be"), encoding: "UTF-16BE" };
  if (emptyShare(bytes, 1) > 0.3) return { text: decode(bytes, "utf-16le"), encoding: "UTF-16LE" };
  if (emptyShare(bytes, 0) > 0.3) return { text: decode(bytes, "utf-16be"), encoding: "UTF-16BE" };
  if (isUtf8(bytes)) return { text: decode(bytes, "utf-8"), encoding: "UTF-8" };
  return { text: decode(bytes, "windows-1252"), encoding: "Windows-1252" };
};
