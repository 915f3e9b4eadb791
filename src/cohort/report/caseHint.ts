import type { CohortCase } from "../../evaluate/summariseCohort.ts";
import { fixed, none, percent, signed } from "./numbers.ts";

/** One line about a case, shown when the pointer rests on its point. */
export const caseHint = ({ name, agreement }: CohortCase): string => {
  const hd95 = agreement.hd95Mm === null ? none : `${fixed(agreement.hd95Mm, 1)} mm`;
  const more = `${signed(agreement.volumeDifferenceMl, 1)} ml`;
  return `${name}: Dice ${percent(agreement.dice)} %, HD95 ${hd95}, volume ${fixed(agreement.volumeMl, 1)} ml (${more})`;
};
