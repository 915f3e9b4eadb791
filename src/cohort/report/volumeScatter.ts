import type { TopLevelSpec } from "vega-lite";
import type { CohortCase, VolumeSummary } from "../../evaluate/summariseCohort.ts";
import { fixed } from "./numbers.ts";
import { ink, modalityStyles } from "./palette.ts";
import { looks, points, rowsOf } from "./volumePoints.ts";

/** Predicted over reference volume, ml, on equal axes from 0, with the line of identity. */
export const volumeScatter = (cases: readonly CohortCase[], volumes: VolumeSummary | null): TopLevelSpec => {
  const rows = rowsOf(cases);
  const most = Math.max(1, ...rows.flatMap(({ reference, predicted }) => [reference, predicted]));
  const axis = (field: "reference" | "predicted", title: string) => ({
    field,
    type: "quantitative" as const,
    title,
    scale: { domain: [0, most], nice: true },
    axis: { tickCount: 6 },
  });
  const words =
    volumes === null
      ? []
      : [
          `R² ${fixed(volumes.correlation.pearsonR2, 3)}`,
          `CCC ${fixed(volumes.correlation.concordance, 3)}`,
          `n = ${rows.length}`,
        ];
  return {
    width: 380,
    height: 380,
    layer: [
      {
        name: "identity",
        data: { values: [{}] },
        mark: { type: "rule", color: ink.line, strokeDash: [6, 4] },
        encoding: {
          x: { value: 0 },
          x2: { value: "width" },
          y: { value: "height" },
          y2: { value: 0 },
        },
      },
      {
        name: "points",
        data: { values: rows },
        mark: points,
        encoding: {
          x: axis("reference", "Reference, ml"),
          y: axis("predicted", "Prediction, ml"),
          ...looks(modalityStyles(cases)),
          description: { field: "hint" },
        },
      },
      {
        name: "words",
        data: { values: [{}] },
        mark: {
          type: "text",
          align: "left",
          baseline: "top",
          fontSize: 12,
          fontWeight: 600,
          text: words,
          lineHeight: 16,
        },
        encoding: { x: { value: 10 }, y: { value: 8 } },
      },
    ],
  };
};
