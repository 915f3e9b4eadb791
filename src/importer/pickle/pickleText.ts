import { malformedPickle, type PickleValue } from "./pickleValue.ts";

/** Longest integer that is read, bytes; a plan or checkpoint holds none above 8. */
const LONGEST_INTEGER = 128;

const narrow = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** Two's-complement little-endian integer of LONG1 and LONG4. */
export const binaryInteger = (bytes: Uint8Array): number | bigint => {
  if (bytes.length > LONGEST_INTEGER) {
    throw malformedPickle(`The pickle holds an integer of ${bytes.length} bytes.`, { length: bytes.length });
  }
  let value = 0n;
  for (const [i, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * i);
  return narrow(BigInt.asIntN(8 * bytes.length, value));
};

/** Decimal integer of INT and LONG; INT also spells True and False. */
export const decimalInteger = (line: string): PickleValue => {
  if (line === "01") return true;
  if (line === "00") return false;
  const digits = line.replace(/L$/, "");
  if (digits.length > 2 * LONGEST_INTEGER || !/^[+-]?\d+$/.test(digits)) {
    throw malformedPickle("The pickle holds a malformed integer.");
  }
  return narrow(BigInt(digits));
};

export const decimalFloat = (line: string): number => {
  const value = /^[+-]?inf$/.test(line) ? Number(line.replace("inf", "Infinity")) : Number(line);
  if (line.trim() === "" || (Number.isNaN(value) && line !== "nan")) {
    throw malformedPickle("The pickle holds a malformed number.");
  }
  return value;
};

const simpleEscapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Quoted protocol-0 string, as Python's repr writes it. */
export const quotedString = (line: string): string => {
  const quoted = /^(['"])(.*)\1$/s.exec(line.trim());
  if (quoted === null) throw malformedPickle("The pickle holds a string without quotes.");
  return (quoted[2] ?? "").replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, sequence: string) => {
    if (sequence.length === 3) return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
    return simpleEscapes[sequence] ?? `\\${sequence}`;
  });
};

/** Python's raw-unicode-escape of protocol-0 UNICODE. */
export const rawUnicode = (line: string): string =>
  line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const point = Number.parseInt(short ?? long ?? "", 16);
    if (point > 0x10ffff) throw malformedPickle("The pickle holds a character beyond Unicode.");
    return String.fromCodePoint(point);
  });
