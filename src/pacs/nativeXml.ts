import type { DicomJson } from "./dicomJson.ts";

type Element = { readonly vr: string; Value?: unknown[] };
type Open = { readonly name: string; readonly dataset: Record<string, Element>; element: Element | null };

/**
 * The DICOM JSON model of a data set in the Native DICOM Model (PS3.19 annex A), as some archives answer a store; values
 * are text. Reads sequences and plain values, which is all that such an answer holds; null when it is no such XML.
 */
export const readNativeXml = (xml: string): DicomJson | null => {
  const root: Open = { name: "", dataset: {}, element: null };
  const open: Open[] = [root];
  let isNative = false;
  for (const [, slash, name = "", attributes = "", text = ""] of xml.matchAll(MARKUP)) {
    const parent = open.at(-1) ?? root;
    if (slash === "/") {
      if (open.length > 1) open.pop();
    } else if (name === "NativeDicomModel") {
      isNative = true;
      open.push({ ...parent, name });
    } else if (name === "DicomAttribute") {
      const element: Element = { vr: readAttribute(attributes, "vr") };
      parent.dataset[readAttribute(attributes, "tag").toUpperCase()] = element;
      open.push({ name, dataset: {}, element });
    } else if (name === "Item") {
      const dataset = {};
      addValue(parent.element, dataset);
      open.push({ name, dataset, element: null });
    } else {
      if (name === "Value") addValue(parent.element, text.trim());
      open.push({ name, dataset: {}, element: null });
    }
    if (attributes.endsWith("/") && slash === "") open.pop();
  }
  return isNative ? root.dataset : null;
};

/** A tag with its attributes and the text up to the next tag; prologue and comments do not match. */
const MARKUP = /<(\/?)(?:\w+:)?(\w+)((?:\s[^<>]*|\/)?)>([^<]*)/g;

const readAttribute = (attributes: string, name: string): string =>
  new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? "";

const addValue = (element: Element | null, value: unknown): void => {
  if (element === null) return;
  element.Value ??= [];
  element.Value.push(value);
};
