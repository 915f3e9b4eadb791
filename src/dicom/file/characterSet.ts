/**
 * Text of DICOM files in Unicode (PS3.3 section C.12.1.1.2, PS3.5 section 6.1). dcmjs refuses several character sets
 * and forgets the set inside sequences, so it is made to read every text byte for byte and the sets are applied here.
 */

/** Decoder labels of the defined terms, for the text before any escape sequence. */
const labels: Readonly<Record<string, string>> = {
  "13": "shift_jis",
  "58": "gb18030",
  "87": "euc-jp",
  "100": "windows-1252",
  "101": "iso-8859-2",
  "109": "iso-8859-3",
  "110": "iso-8859-4",
  "126": "iso-8859-7",
  "127": "iso-8859-6",
  "138": "iso-8859-8",
  "144": "iso-8859-5",
  "148": "windows-1254",
  "149": "euc-kr",
  "159": "euc-jp",
  "166": "windows-874",
  "192": "utf-8",
  "203": "iso-8859-15",
};

/** What an escape sequence switches to; `g0` sets use 7 bits and are lifted to the 8 of the decoder. */
type Designation = { readonly label: string; readonly g0?: "jis0208" | "jis0212" };

const designations: Readonly<Record<string, Designation>> = {
  "(B": { label: "windows-1252" },
  "(J": { label: "shift_jis" },
  ")I": { label: "shift_jis" },
  $B: { label: "euc-jp", g0: "jis0208" },
  "$@": { label: "euc-jp", g0: "jis0208" },
  "$(D": { label: "euc-jp", g0: "jis0212" },
  "$)C": { label: "euc-kr" },
  "$)A": { label: "gb18030" },
  "-A": { label: "windows-1252" },
  "-B": { label: "iso-8859-2" },
  "-C": { label: "iso-8859-3" },
  "-D": { label: "iso-8859-4" },
  "-F": { label: "iso-8859-7" },
  "-G": { label: "iso-8859-6" },
  "-H": { label: "iso-8859-8" },
  "-L": { label: "iso-8859-5" },
  "-M": { label: "windows-1254" },
  "-T": { label: "windows-874" },
  "-b": { label: "iso-8859-15" },
};

const escapeCharacter = "\u001b";
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const byteOf = new Map(
  [...new TextDecoder("windows-1252").decode(everyByte)].map((character, byte) => [character, byte]),
);

/** The label of the first character set, which rules until an escape sequence. */
const initialLabel = (terms: readonly string[]): string => {
  const first = (terms[0] ?? "").trim();
  if (/^(GB18030|GBK)$/.test(first)) return "gb18030";
  return labels[/(\d+)$/.exec(first)?.[1] ?? ""] ?? "windows-1252";
};

const decodeBytes = (bytes: readonly number[], { label, g0 }: Designation): string => {
  const lifted = g0 === undefined ? bytes : bytes.map((byte) => (byte > 0x20 ? byte | 0x80 : byte));
  const wide = g0 === "jis0212" ? lifted.flatMap((byte, i) => (i % 2 === 0 ? [0x8f, byte] : [byte])) : lifted;
  return new TextDecoder(label).decode(Uint8Array.from(wide));
};

const decodeRun = (run: string, designation: Designation): string =>
  decodeBytes(
    [...run].map((character) => byteOf.get(character) ?? 0x3f),
    designation,
  );

/**
 * Unicode text from text that was read as windows-1252, byte for byte.
 * @param terms values of SpecificCharacterSet; empty for the default repertoire
 */
export const decodeText = (byteText: string, terms: readonly string[]): string => {
  const isPlain =
    !byteText.includes(escapeCharacter) && [...byteText].every((character) => character < "\u0080");
  if (isPlain) return byteText;
  const initial: Designation = { label: initialLabel(terms) };
  const [first = "", ...escaped] = byteText.split(escapeCharacter);
  const rest = escaped.map((run) => {
    const sequence = /^(\$[()][A-Z]|\$[@B]|[()-][A-Za-z])/.exec(run)?.[1] ?? "";
    return decodeRun(run.slice(sequence.length), designations[sequence] ?? initial);
  });
  return decodeRun(first, initial) + rest.join("");
};
