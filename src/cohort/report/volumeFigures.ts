import type { CohortCase, VolumeSummary } from "../../evaluate/summariseCohort.ts";
import { type Html, html } from "../../html/html.ts";
import { blandAltmanPlot } from "./blandAltmanPlot.ts";
import { drawSvg } from "./drawSvg.ts";
import { between, count, fixed, signed } from "./numbers.ts";
import { volumeScatter } from "./volumeScatter.ts";

const agreementWords = (volumes: VolumeSummary | null): string => {
  if (volumes === null) return "Limits of agreement need 2 cases.";
  const { bias, lowerLimit, upperLimit } = volumes.blandAltman;
  return `Bias ${signed(bias.value, 1)} ml (95 % interval ${between(bias.interval, 1)}); 95 % limits of agreement ${fixed(lowerLimit.value, 1)} (${between(lowerLimit.interval, 1)}) to ${fixed(upperLimit.value, 1)} ml (${between(upperLimit.interval, 1)}). Bands are the 95 % intervals of the lines.`;
};

const fitWords = (volumes: VolumeSummary | null): string => {
  if (volumes === null) return "R² and CCC need 2 cases.";
  const { pearsonR2, concordance } = volumes.correlation;
  return `R² ${fixed(pearsonR2, 3)}, Lin's CCC ${fixed(concordance, 3)}.`;
};

/** Bland–Altman plot and scatter of the volumes, beside each other. */
export const renderVolumePlots = async (
  cases: readonly CohortCase[],
  volumes: VolumeSummary | null,
): Promise<Html> => {
  const [agreement, fit] = [agreementWords(volumes), fitWords(volumes)];
  const n = count(cases.length, "case");
  const blandAltman = await drawSvg(
    blandAltmanPlot(cases, volumes),
    `Bland–Altman plot of the volumes of ${n}. ${agreement}`,
  );
  const scatter = await drawSvg(
    volumeScatter(cases, volumes),
    `Predicted over reference volumes of ${n}. ${fit}`,
  );
  return html`<div class="pair">
<figure>${blandAltman}<figcaption>Bland–Altman plot of the volumes of ${n}. ${agreement}</figcaption></figure>
<figure>${scatter}<figcaption>Predicted over reference volumes of ${n}; the dashed line is identity. ${fit}</figcaption></figure>
</div>`;
};
