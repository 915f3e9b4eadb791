import { hasGlyph } from "./font.ts";

/** What has no mark to take away; keys after NFKD, which has already parted ligatures and widths. */
const spelled: Readonly<Record<string, string>> = {
  ...{ ß: "ss", æ: "ae", Æ: "AE", œ: "oe", Œ: "OE", ø: "o", Ø: "O", ł: "l", Ł: "L", đ: "d", Đ: "D", ı: "i" },
  ...{ "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "—": "–", "‐": "-", "−": "-", "⁄": "/", "·": "." },
  ...{ "×": "x", "±": "+/-", "°": " deg", "≤": "<=", "≥": ">=", μ: "u" },
};

/**
 * Text in the letters that a picture has: marks are taken from letters, a few are spelled out, and what then is not in
 * the font is a question mark, one for a whole run. Whoever wants the text itself reads it in the reports.
 */
export const plainText = (text: string): string =>
  [...text.normalize("NFKD").replace(/[\p{M}\p{C}]/gu, "")]
    .map((character) => (hasGlyph(character) ? character : (spelled[character] ?? "\ufffd")))
    .join("")
    .replace(/\ufffd+(?:\s*\ufffd+)*/gu, "?");
