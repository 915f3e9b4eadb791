const markup = Symbol("markup");

/** Markup that may be sent: made by `html` alone, so that no text of an archive can become part of the page's structure. */
export type Html = { readonly [markup]: string };

type Value = Html | string | number | null | readonly Value[];

/** Markup with every value in it escaped; other markup stays, lists are joined, null is nothing. Quote attribute values. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  [markup]: parts.reduce((before, part, index) => `${before}${render(values[index - 1] ?? null)}${part}`),
});

/** The markup as text to send. */
export const textOf = (page: Html): string => page[markup];

const render = (value: Value): string => {
  if (value === null) return "";
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  return isMarkup(value) ? value[markup] : value.map(render).join("");
};

const isMarkup = (value: Html | readonly Value[]): value is Html => markup in value;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
