import type { CohortCase } from "../../evaluate/summariseCohort.ts";
import { none } from "./numbers.ts";

export const ink = {
  text: "#1c2733",
  axis: "#8794a0",
  grid: "#e4e9ed",
  accent: "#0072b2",
  line: "#1c2733",
} as const;

/** Okabe & Ito's colours, told apart by all kinds of colour vision; each with a shape, for print without colour. */
const styles = [
  { colour: "#0072b2", shape: "circle" },
  { colour: "#d55e00", shape: "triangle-up" },
  { colour: "#009e73", shape: "square" },
  { colour: "#cc79a7", shape: "diamond" },
  { colour: "#e69f00", shape: "triangle-down" },
  { colour: "#56b4e9", shape: "cross" },
] as const;

/** After the last colour they come again with other shapes. */
const lookOf = (i: number) => {
  const round = Math.floor(i / styles.length);
  const { colour } = styles[i % styles.length] ?? plain;
  return { colour, shape: (styles[(i + round) % styles.length] ?? plain).shape };
};

const plain = { colour: ink.accent, shape: "circle" } as const;

/** Models of these three exist, so they look the same in every report. */
const known = ["CT", "T1", "T2"];

export type Style = { readonly name: string; readonly colour: string; readonly shape: string };

export const modalityOf = ({ groups }: Pick<CohortCase, "groups">): string => groups["modality"] ?? none;

/** How each modality among the cases is drawn; none where no case names one. */
export const modalityStyles = (cases: readonly CohortCase[]): readonly Style[] => {
  if (cases.every(({ groups }) => groups["modality"] === undefined)) return [];
  const present = [...new Set(cases.map(modalityOf))].sort();
  const names = [...known, ...present.filter((name) => !known.includes(name))];
  return names.map((name, i) => ({ name, ...lookOf(i) })).filter(({ name }) => present.includes(name));
};

/** The look of one modality; of everything where there are none. */
export const styleOf = (all: readonly Style[], name: string): Style =>
  all.find((style) => style.name === name) ?? { name, ...plain };
