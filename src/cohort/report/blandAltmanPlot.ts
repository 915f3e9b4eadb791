import type { TopLevelSpec } from "vega-lite";
import type { CohortCase, VolumeSummary } from "../../evaluate/summariseCohort.ts";
import { signed } from "./numbers.ts";
import { ink, modalityStyles } from "./palette.ts";
import { looks, points, rowsOf } from "./volumePoints.ts";

/** The lines of agreement, each with its 95 % interval; none for fewer than 2 cases. */
const linesOf = (volumes: VolumeSummary | null) => {
  if (volumes === null) return [];
  const { bias, lowerLimit, upperLimit, sd } = volumes.blandAltman;
  const line = (words: string, { value, interval }: typeof bias, isLimit = true) => ({
    value,
    low: interval.low,
    high: interval.high,
    label: `${words}: ${signed(value, 1)} ml`,
    isLimit,
  });
  const limits = [line("+1.96 SD", upperLimit), line("−1.96 SD", lowerLimit)];
  // Without spread the limits lie on the bias, and their labels would too.
  return [line("Bias", bias, false), ...(sd > 0 ? limits : [])];
};

/** So far that no mark lies on the frame, and never a single number. */
const roomFor = (values: readonly number[]): [number, number] => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = least === most ? 1 : 0.04 * (most - least);
  return [least - margin, most + margin];
};

/** Bland–Altman: difference (prediction − reference) over the mean of both, ml, with bias and 95 % limits of agreement. */
export const blandAltmanPlot = (
  cases: readonly CohortCase[],
  volumes: VolumeSummary | null,
): TopLevelSpec => {
  const lines = linesOf(volumes);
  const rows = rowsOf(cases);
  const bounds = lines.flatMap(({ low, high }) => [low, high]);
  const across = { x: { value: 0 }, x2: { value: "width" } } as const;
  return {
    width: 640,
    height: 380,
    autosize: { type: "fit-x", contains: "padding" },
    layer: [
      {
        name: "intervals",
        data: { values: lines },
        mark: { type: "rect", color: ink.axis, opacity: 0.16 },
        encoding: {
          ...across,
          y: { field: "low", type: "quantitative" },
          y2: { field: "high" },
        },
      },
      {
        name: "zero",
        data: { values: [{ value: 0 }] },
        mark: { type: "rule", color: ink.axis },
        encoding: { y: { field: "value", type: "quantitative" } },
      },
      {
        name: "agreement",
        data: { values: lines },
        mark: { type: "rule", color: ink.line, strokeWidth: 1.4 },
        encoding: {
          y: { field: "value", type: "quantitative" },
          strokeDash: { condition: { test: "datum.isLimit", value: [6, 4] }, value: [1, 0] },
        },
      },
      {
        name: "points",
        data: { values: rows },
        mark: points,
        encoding: {
          x: {
            field: "mean",
            type: "quantitative",
            title: "Mean of prediction and reference, ml",
            scale: { domain: roomFor(rows.map(({ mean }) => mean)), nice: true },
            axis: { tickCount: 6 },
          },
          y: {
            field: "difference",
            type: "quantitative",
            title: "Prediction − reference, ml",
            scale: {
              domain: roomFor([0, ...bounds, ...rows.map(({ difference }) => difference)]),
              nice: true,
            },
            axis: { tickCount: 8 },
          },
          ...looks(modalityStyles(cases)),
          description: { field: "hint" },
        },
      },
      {
        name: "labels",
        data: { values: lines },
        mark: { type: "text", align: "left", dx: 6, fontWeight: 600 },
        encoding: {
          x: { value: "width" },
          y: { field: "value", type: "quantitative" },
          text: { field: "label" },
        },
      },
    ],
  };
};
