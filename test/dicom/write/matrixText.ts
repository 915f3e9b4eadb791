/** Text of a data set in the character set that it declares (PS3.3 section C.12.1.1.2, PS3.5 annexes H to K). */
export type CodedText = {
  /** Values of SpecificCharacterSet. */
  readonly terms: readonly string[];
  /** By keyword: the bytes that stand in the files, and what they say. */
  readonly values: Readonly<Record<string, { readonly bytes: Uint8Array; readonly text: string }>>;
};

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** Bytes of a set of one byte a character: the decoder of the platform, turned round. */
const encode = (text: string, label: string): Uint8Array => {
  const characters = [...new TextDecoder(label).decode(everyByte)];
  return Uint8Array.from(text, (character) => characters.indexOf(character));
};

/** Name and study description in one of the ISO 8859 sets. */
const single = (term: string, label: string, name: string, description: string): CodedText => ({
  terms: [term],
  values: {
    PatientName: { bytes: encode(name, label), text: name },
    StudyDescription: { bytes: encode(description, label), text: description },
  },
});

/** A name alone, as its annex of PS3.5 has it byte for byte. */
const name = (terms: readonly string[], bytes: string, text: string): CodedText => ({
  terms,
  values: { PatientName: { bytes: Buffer.from(bytes, "latin1"), text } },
});

const unicode = "Wang^XiaoDong=王^小東=ワン^シャオドン";

export const codedTexts: Readonly<Record<string, CodedText>> = {
  "a German name in Latin-1": single(
    "ISO_IR 100",
    "windows-1252",
    "Äneas^Rüdiger^^Dr.",
    "Oberbauch Spätphase",
  ),
  "a French name in Latin-1": single("ISO_IR 100", "windows-1252", "Buc^Jérôme", "Abdomen opacifié, dépôt"),
  "a Russian name": single("ISO_IR 144", "iso-8859-5", "Люксембург^Роза", "Брюшная полость"),
  "an Arabic name": single("ISO_IR 127", "iso-8859-6", "قباني^لنزار", "البطن"),
  "a name of three groups in UTF-8": name(["ISO_IR 192"], Buffer.from(unicode).toString("latin1"), unicode),
  "a Japanese name of three groups with escapes": name(
    ["", "ISO 2022 IR 87"],
    "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
  ),
  "a Korean name of three groups with escapes": name(
    ["", "ISO 2022 IR 149"],
    "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
    "Hong^Gildong=洪^吉洞=홍^길동",
  ),
  "a Chinese name in GB 18030": name(
    ["GB18030"],
    "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab",
    "Wang^XiaoDong=王^小东",
  ),
};

/** As many other characters, for a writer that knows no character sets. */
export const placeholders = ({ terms, values }: CodedText): Readonly<Record<string, unknown>> => ({
  SpecificCharacterSet: [...terms],
  ...Object.fromEntries(
    Object.entries(values).map(([keyword, { bytes }], n) => [keyword, "QZ"[n]?.repeat(bytes.length)]),
  ),
});

/** The file with the coded bytes where the placeholders were. */
export const withCodedText = (file: Uint8Array, { values }: CodedText): Uint8Array => {
  const copy = Buffer.from(file);
  for (const [n, { bytes }] of Object.values(values).entries()) {
    const at = copy.indexOf("QZ"[n]?.repeat(bytes.length) ?? "");
    if (at < 0) throw new Error("The file has no placeholder.");
    copy.set(bytes, at);
  }
  return new Uint8Array(copy);
};
