import type { GroupSummary } from "../../evaluate/summariseCohort.ts";
import { type Html, html } from "../../html/html.ts";
import { between, fixed, meanSd, none, signed } from "./numbers.ts";

type KeyNumber = {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly note: string | null;
};

const diceOf = ({ measures: { dice } }: GroupSummary): KeyNumber => ({
  name: "Dice, mean ± SD",
  value: meanSd(dice, 1, 100),
  unit: "%",
  note:
    dice === null
      ? null
      : dice.interval === null
        ? `no interval of the mean: ${dice.why}`
        : `95 % interval of the mean ${between(dice.interval, 1, 100)}`,
});

const hd95Of = ({ cases, measures: { hd95Mm } }: GroupSummary): KeyNumber => ({
  name: "HD95, median",
  value: fixed(hd95Mm?.median, 1),
  unit: "mm",
  note:
    hd95Mm === null
      ? "no case has a distance"
      : `quartiles ${fixed(hd95Mm.q1, 1)} to ${fixed(hd95Mm.q3, 1)}${hd95Mm.n < cases ? `; ${hd95Mm.n} of ${cases} cases have one` : ""}`,
});

const biasOf = ({ volumes }: GroupSummary): KeyNumber => {
  const found = volumes?.blandAltman;
  return {
    name: "Volume bias",
    value: signed(found?.bias.value, 1),
    unit: "ml",
    note:
      found === undefined
        ? "needs 2 cases"
        : `95 % limits ${between({ low: found.lowerLimit.value, high: found.upperLimit.value }, 1)}`,
  };
};

const fitOf = ({ volumes }: GroupSummary): KeyNumber => ({
  name: "Volume R²",
  value: fixed(volumes?.correlation.pearsonR2, 3),
  unit: "",
  note:
    volumes === null
      ? "needs 2 cases"
      : (volumes.correlation.why ?? `Lin's CCC ${fixed(volumes.correlation.concordance, 3)}`),
});

/** What a reader wants first. `all`: the group of all cases, where there are any. */
export const renderKeyNumbers = (all: GroupSummary | undefined, leftOut: number): Html => {
  const numbers: readonly KeyNumber[] = [
    {
      name: "Cases",
      value: `${all?.cases ?? 0}`,
      unit: "",
      note: leftOut === 0 ? "none left out" : `${leftOut} more left out`,
    },
    ...(all === undefined ? [] : [diceOf(all), hd95Of(all), fitOf(all), biasOf(all)]),
  ];
  const boxes = numbers.map(
    ({ name, value, unit, note }) =>
      html`<div><dt>${name}</dt><dd>${value}${unit === "" || value === none ? null : html` <span>${unit}</span>`}</dd>${note === null ? null : html`<dd class="small">${note}</dd>`}</div>`,
  );
  return html`<dl class="key">${boxes}</dl>`;
};
