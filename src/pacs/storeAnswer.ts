import { type DicomJson, isDicomJson, readItems, readNumber, readText, tags } from "./dicomJson.ts";
import { readNativeXml } from "./nativeXml.ts";

/** What a store answer says of one instance. */
export type StoreVerdict =
  | { readonly kind: "stored"; readonly warningReason: number | null }
  | { readonly kind: "refused"; readonly failureReason: number | null }
  | { readonly kind: "not mentioned" };

/**
 * The verdict on one instance in the body of a STOW-RS answer of any status (PS3.18 10.5.3), JSON or XML. An answer to
 * several instances may list some as stored and some as refused, and leaves out what it could not parse.
 */
export const readStoreVerdict = (body: string, sopInstanceUid: string): StoreVerdict => {
  const answer = readAnswer(body);
  if (answer === null) return { kind: "not mentioned" };
  const find = (tag: string) =>
    readItems(answer, tag).find((item) => readText(item, tags.referencedSopInstanceUid) === sopInstanceUid);
  const stored = find(tags.referencedSopSequence);
  if (stored !== undefined) return { kind: "stored", warningReason: readNumber(stored, tags.warningReason) };
  const refused = find(tags.failedSopSequence);
  if (refused !== undefined)
    return { kind: "refused", failureReason: readNumber(refused, tags.failureReason) };
  return { kind: "not mentioned" };
};

const readAnswer = (body: string): DicomJson | null => {
  if (body.trimStart().startsWith("<")) return readNativeXml(body);
  try {
    const json: unknown = JSON.parse(body);
    const answer: unknown = Array.isArray(json) ? json[0] : json;
    return isDicomJson(answer) ? answer : null;
  } catch {
    return null;
  }
};
