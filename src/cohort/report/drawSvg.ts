import type { TopLevelSpec } from "vega-lite";
import { type Html, html } from "../../html/html.ts";
import { ink } from "./palette.ts";

const font = 'system-ui, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif';

const config: NonNullable<TopLevelSpec["config"]> = {
  aria: false,
  font,
  view: { stroke: null },
  axis: {
    labelColor: ink.text,
    labelFontSize: 11,
    labelLimit: 190,
    titleColor: ink.text,
    titleFontSize: 12,
    titleFontWeight: 600,
    titlePadding: 8,
    gridColor: ink.grid,
    domainColor: ink.axis,
    tickColor: ink.axis,
  },
  legend: { labelColor: ink.text, labelFontSize: 12, orient: "top", title: null, symbolOpacity: 1 },
  text: { color: ink.text, fontSize: 11 },
};

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Browsers show a title when the pointer rests on a mark; Vega writes the description as a label only. */
const withTitles = (svg: string): string =>
  svg.replace(/<path (aria-label="([^"]*)"[^>]*)\/>/g, "<path $1><title>$2</title></path>");

/** One drawing after the other: each holds a mark for every case while it is made. */
export const inTurn = async <T, Result>(
  each: readonly T[],
  draw: (one: T) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  for (const one of each) results.push(await draw(one));
  return results;
};

/**
 * The drawing as markup of a page, with the sentence that stands for it where it is not seen. A mark's `description` becomes its
 * title. Vega escapes all text of the specification. Vega is loaded here, when it is needed: it takes a quarter of a second.
 */
export const drawSvg = async (spec: TopLevelSpec, label: string): Promise<Html> => {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new vega.View(vega.parse(vegaLite.compile({ ...spec, config }).spec), { renderer: "none" });
  // By a function: in a string, "$&" of a name would be read as an order.
  const svg = withTitles(await view.toSVG()).replace(
    "<svg ",
    () => `<svg role="img" aria-label="${escaped(label)}" `,
  );
  view.finalize();
  // Markup goes in as a part of the template, since `html` escapes its values.
  return html(Object.assign([svg], { raw: [svg] }));
};
