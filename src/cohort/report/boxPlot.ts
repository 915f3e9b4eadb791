import type { TopLevelSpec } from "vega-lite";
import { describe } from "../../evaluate/describe.ts";
import { ink } from "./palette.ts";

/** Fewer cases have no quartiles worth a box. */
export const leastForBox = 5;

/** In groups of at most so many, every case is drawn; in larger ones those that lie outside the whiskers. */
export const mostAsPoints = 30;

export type BoxValue = { readonly value: number; readonly hint: string };

export type BoxGroup = {
  readonly label: string;
  readonly colour: string;
  readonly values: readonly BoxValue[];
};

export type BoxAxis = { readonly title: string; readonly domain: readonly [number, number] };

/** The cases of a group that are drawn as points: all of few, else those beyond 1.5 interquartile ranges (Tukey's fences). */
export const pointsOf = (values: readonly BoxValue[]): readonly BoxValue[] => {
  const summary = describe(values.map(({ value }) => value));
  if (summary === null || values.length <= mostAsPoints) return values;
  const reach = 1.5 * (summary.q3 - summary.q1);
  return values.filter(({ value }) => value < summary.q1 - reach || value > summary.q3 + reach);
};

/** Steps of the golden ratio from the middle spread points evenly over −1…1, however many, the same way each time. */
const jitter = (i: number): number => 2 * ((0.5 + i * 0.618033988749895) % 1) - 1;

/** Horizontal boxes, one row for each group, in their order; quartiles as numpy.percentile. */
export const boxPlot = (groups: readonly BoxGroup[], { title, domain }: BoxAxis): TopLevelSpec => {
  const rows = (values: (group: BoxGroup) => readonly BoxValue[]) =>
    groups.flatMap((group) =>
      values(group).map(({ value, hint }, i) => ({
        group: group.label,
        colour: group.colour,
        value,
        hint,
        jitter: jitter(i),
      })),
    );
  const y = {
    field: "group",
    type: "nominal",
    title: null,
    scale: { domain: groups.map(({ label }) => label), paddingInner: 0.3 },
  } as const;
  const x = {
    field: "value",
    type: "quantitative" as const,
    title,
    scale: { domain: [...domain], nice: true },
    axis: { tickCount: 6 },
  };
  const color = { field: "colour", type: "nominal", scale: null } as const;
  return {
    width: 550,
    autosize: { type: "fit-x", contains: "padding" },
    height: 34 * groups.length,
    layer: [
      {
        name: "boxes",
        data: { values: rows(({ values }) => (values.length < leastForBox ? [] : values)) },
        mark: {
          type: "boxplot",
          extent: 1.5,
          outliers: false,
          size: 20,
          box: { fillOpacity: 0.22, strokeWidth: 1.2 },
          median: { color: ink.line, strokeWidth: 2 },
          rule: { strokeWidth: 1.2 },
          ticks: { size: 9 },
        },
        encoding: { x, y, color },
      },
      {
        name: "points",
        data: { values: rows(({ values }) => pointsOf(values)) },
        mark: { type: "circle", size: 20, opacity: 0.7, aria: true },
        encoding: {
          x,
          y,
          yOffset: { field: "jitter", type: "quantitative", scale: { domain: [-1.5, 1.5] } },
          color,
          description: { field: "hint" },
        },
      },
    ],
  };
};
