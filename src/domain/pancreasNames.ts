import type { Code } from "./report.ts";

/** Codes as `value scheme`; names as people write them. */
export type Terms = { readonly codes: readonly string[]; readonly names: readonly string[] };

/** A part of the organ. A segment is it by its code, or by one of the words beside a word for the organ. */
export type PartTerms = {
  readonly part: string;
  readonly codes: readonly string[];
  readonly words: readonly string[];
  /** The others make up the organ without it. */
  readonly isOptional: boolean;
};

/** By what a segment is known as the pancreas; config/pancreas-names.yaml says what each list is for. */
export type PancreasNames = {
  readonly whole: Terms;
  readonly parts: readonly PartTerms[];
  readonly adjectives: readonly string[];
  readonly otherThings: readonly string[];
  readonly leading: readonly string[];
  readonly anonymous: Terms;
  /** Changes with any of it: what other names decided is to be looked at again. */
  readonly digest: string;
};

/**
 * By what the pancreas of a segmentation was found: its code, its name, its parts together, as the only segment whose name
 * and code say nothing (`lone`) or something else (`only`), or by the number that was asked for.
 */
export type FoundBy = "code" | "name" | "parts" | "lone" | "only" | "number";

/** What a segment says of itself. */
export type SegmentTerms = {
  readonly label: string;
  readonly type: Code | null;
  readonly region: Code | null;
};

/** What a segment is: the organ by its code or name, a part of it, a word that says nothing, or another thing. */
export type SegmentMeaning =
  | { readonly kind: "whole"; readonly by: "code" | "name" }
  | { readonly kind: "part"; readonly part: string }
  | { readonly kind: "anonymous" }
  | { readonly kind: "other" };

/** Without case, accents, digits and separators; words that are told apart by capitals alone part. */
const plainOf = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim();

/** Scripts that put no space between words: a term may stand within a longer one. */
const isUnspaced = (term: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]$/u.test(term);

const begins = (text: string, term: string): boolean =>
  isUnspaced(term) ? text.startsWith(term) : `${text} `.startsWith(`${term} `);

const holds = (text: string, term: string): boolean =>
  isUnspaced(term) ? text.includes(term) : ` ${text} `.includes(` ${term} `);

const holdsBeginning = (text: string, term: string): boolean =>
  isUnspaced(term) ? text.includes(term) : ` ${text}`.includes(` ${term}`);

/** Former designators of SNOMED, and values that repeat their scheme. */
const codeNameOf = ({ value, scheme }: Code): string => {
  if (scheme === "SNM3" || scheme === "99SDM") return `${value} SRT`;
  return scheme === "FMA" ? `${value.replace(/^FMA:?/i, "")} FMA` : `${value} ${scheme}`;
};

const isCoded = (code: Code | null, codes: readonly string[]): boolean =>
  code !== null && codes.includes(codeNameOf(code));

const withoutLeading = (text: string, leading: readonly string[]): string => {
  const first = leading.find((word) => begins(text, word) && text !== word);
  return first === undefined ? text : withoutLeading(text.slice(first.length).trim(), leading);
};

/** What a name alone says. */
const meaningOfName = (label: string, names: PancreasNames): SegmentMeaning => {
  const text = plainOf(label);
  const [whole, adjectives, otherThings, leading, anonymous] = [
    names.whole.names,
    names.adjectives,
    names.otherThings,
    names.leading,
    names.anonymous.names,
  ].map((terms) => terms.map(plainOf)) as [string[], string[], string[], string[], string[]];
  if (text === "" || anonymous.includes(text)) return { kind: "anonymous" };
  if (otherThings.some((term) => holdsBeginning(text, term))) return { kind: "other" };
  const namesOrgan = [...whole, ...adjectives].some((term) => holds(text, term));
  const part = names.parts.find(({ words }) =>
    words
      .map(plainOf)
      .some((word) => holds(text, word) && (namesOrgan || whole.some((term) => word.startsWith(term)))),
  );
  if (part !== undefined) return { kind: "part", part: part.part };
  const rest = withoutLeading(text, leading);
  return whole.some((term) => begins(rest, term)) ? { kind: "whole", by: "name" } : { kind: "other" };
};

/** Whether a name says that it is not the organ, whatever the code says. */
export const namesOtherThing = (label: string, { otherThings }: PancreasNames): boolean =>
  otherThings.some((term) => holdsBeginning(plainOf(label), plainOf(term)));

/** What a segment is by its codes, else by its name. */
export const meaningOf = ({ label, type, region }: SegmentTerms, names: PancreasNames): SegmentMeaning => {
  const isGeneric = type === null || isCoded(type, names.anonymous.codes);
  const codes = isGeneric ? [type, region] : [type];
  const isOneOf = (known: readonly string[]): boolean => codes.some((code) => isCoded(code, known));
  if (isOneOf(names.whole.codes)) return { kind: "whole", by: "code" };
  const part = names.parts.find((each) => isOneOf(each.codes));
  if (part !== undefined) return { kind: "part", part: part.part };
  const byName = meaningOfName(label, names);
  if (byName.kind !== "anonymous") return byName;
  // A name that says nothing beside a code that says something else.
  return isGeneric && region === null ? byName : { kind: "other" };
};
