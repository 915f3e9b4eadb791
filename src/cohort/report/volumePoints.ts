import type { CohortCase } from "../../evaluate/summariseCohort.ts";
import { caseHint } from "./caseHint.ts";
import { modalityOf, type Style, styleOf } from "./palette.ts";

/** One point a case, volumes in ml. */
export const rowsOf = (cases: readonly CohortCase[]) =>
  cases.map((one) => ({
    reference: one.agreement.referenceMl,
    predicted: one.agreement.volumeMl,
    mean: (one.agreement.referenceMl + one.agreement.volumeMl) / 2,
    difference: one.agreement.volumeDifferenceMl,
    modality: modalityOf(one),
    hint: caseHint(one),
  }));

/** Colour and shape both tell the modality; a legend where there is one to tell. */
export const looks = (styles: readonly Style[]) => {
  if (styles.length === 0) return {};
  const domain = styles.map(({ name }) => name);
  return {
    color: {
      field: "modality",
      type: "nominal",
      scale: { domain, range: styles.map(({ colour }) => colour) },
    },
    shape: { field: "modality", type: "nominal", scale: { domain, range: styles.map(({ shape }) => shape) } },
  } as const;
};

/** The mark of a case. */
export const points = {
  type: "point",
  filled: true,
  size: 38,
  opacity: 0.75,
  color: styleOf([], "").colour,
  aria: true,
} as const;
