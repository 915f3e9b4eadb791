import { type Concept, isConcept } from "../../domain/concept.ts";
import { FailureError, failed } from "../../domain/failure.ts";
import type { Code } from "../../domain/report.ts";
import type { Header } from "../../domain/series.ts";
import { isUid } from "../../domain/uid.ts";
import { headerOf, number, text } from "../file/header.ts";
import { openPart10 } from "../file/part10.ts";

/** A library of 2000 described images takes half of this; every mebibyte takes the parser two thirds of a second. */
const mostBytes = 2 ** 24;

/** The sequences without which a document would seem to say less than it does. */
const vitalSequences: Readonly<Record<string, number>> = {
  ContentSequence: 0x0040a730,
  PredecessorDocumentsSequence: 0x0040a360,
  CurrentRequestedProcedureEvidenceSequence: 0x0040a375,
};

/** The header of a document, with its content tree whole. */
const openDocument = (bytes: Uint8Array): Header => {
  const part10 = openPart10(bytes);
  const header = headerOf(part10);
  for (const [keyword, tag] of Object.entries(vitalSequences)) {
    const element = part10.elements.find((each) => each.tag === tag);
    const isFilled = element !== undefined && element.length !== 0;
    if (isFilled && header[keyword] === undefined)
      throw failed("NOT_DICOM", `The document's ${keyword} cannot be read.`, { keyword });
  }
  return header;
};

/** What `read` makes of a document. Throws TOO_LARGE, NOT_DICOM, whatever the bytes. */
export const readDocument = <T>(bytes: Uint8Array, read: (header: Header) => T): T => {
  if (bytes.length > mostBytes)
    throw failed("TOO_LARGE", `The document has ${bytes.length} bytes; at most ${mostBytes} are read.`, {
      bytes: bytes.length,
      mostBytes,
    });
  try {
    return read(openDocument(bytes));
  } catch (error) {
    if (error instanceof FailureError) throw error;
    // Sequences may be nested until the stack ends.
    throw failed("NOT_DICOM", "The document cannot be read as a content tree.", {}, error);
  }
};

/** The items of a sequence. */
export const items = (header: Header | undefined, keyword: string): readonly Header[] => {
  const value = header?.[keyword];
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Header => typeof item === "object" && item !== null);
};

/** The first code of a sequence (PS3.3 table 8.8-1), or null. */
export const codeOf = (header: Header | undefined, keyword: string): Code | null => {
  const [item] = items(header, keyword);
  if (item === undefined) return null;
  const value = text(item, "CodeValue") ?? text(item, "LongCodeValue") ?? text(item, "URNCodeValue");
  if (value === null) return null;
  return {
    value,
    scheme: text(item, "CodingSchemeDesignator") ?? "",
    meaning: text(item, "CodeMeaning") ?? "",
  };
};

export const conceptOf = (item: Header): Code | null => codeOf(item, "ConceptNameCodeSequence");

/** A UID that may stand anywhere, or null. */
export const uidIn = (header: Header | undefined, keyword: string): string | null => {
  const uid = header === undefined ? null : text(header, keyword);
  return isUid(uid) ? uid : null;
};

export const childrenOf = (item: Header): readonly Header[] => items(item, "ContentSequence");

/** The children of a content item with this concept, and of this value type. */
export const childrenNamed = (
  item: Header | undefined,
  concept: Concept,
  valueType: string,
): readonly Header[] =>
  item === undefined
    ? []
    : childrenOf(item).filter(
        (child) => text(child, "ValueType") === valueType && isConcept(conceptOf(child), concept),
      );

export const childCode = (item: Header | undefined, concept: Concept): Code | null =>
  codeOf(childrenNamed(item, concept, "CODE")[0], "ConceptCodeSequence");

export const childTexts = (item: Header | undefined, concept: Concept): readonly string[] =>
  childrenNamed(item, concept, "TEXT").flatMap((child) => text(child, "TextValue") ?? []);

export const childText = (item: Header | undefined, concept: Concept): string | null =>
  childTexts(item, concept)[0] ?? null;

export const childUid = (item: Header | undefined, concept: Concept): string | null =>
  uidIn(childrenNamed(item, concept, "UIDREF")[0], "UID");

/** What IMAGE children with this concept refer to. */
export const childImages = (item: Header, concept: Concept): readonly Header[] =>
  childrenNamed(item, concept, "IMAGE").flatMap((child) => items(child, "ReferencedSOPSequence").slice(0, 1));

/** Templates nest their containers two or three deep. */
const mostDepth = 12;

/** All items below this one, itself not among them, that pass; nothing below them is looked at. */
export const descendants = (item: Header, passes: (item: Header) => boolean, depth = 0): readonly Header[] =>
  childrenOf(item).flatMap((child) => {
    if (passes(child)) return [child];
    return depth < mostDepth ? descendants(child, passes, depth + 1) : [];
  });

/** One finite number; null where there is none, or several. */
export const soleNumber = (header: Header | undefined, keyword: string): number | null =>
  header === undefined || Array.isArray(header[keyword]) ? null : number(header, keyword);
