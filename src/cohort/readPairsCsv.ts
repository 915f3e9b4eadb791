import { csvLine } from "../readout/csvLine.ts";
import type { ReaderStudy } from "./readerStudy.ts";

/** A table with a header (RFC 4180): one row for every two readings of a case. */
export const readPairsCsv = ({ pairs, readings }: ReaderStudy): string => {
  const groups = [...new Set(pairs.flatMap((pair) => Object.keys(pair.groups)))];
  const labelOf = (reading: number): string => readings[reading]?.label ?? "";
  return [
    ["case", ...groups, "first", "second", "kind", "dice", "kappa", "first_ml", "second_ml"],
    ...pairs.map((pair) => [
      pair.name,
      ...groups.map((column) => pair.groups[column] ?? null),
      labelOf(pair.first),
      labelOf(pair.second),
      pair.isWithin ? "within" : "between",
      pair.dice,
      pair.kappa,
      pair.firstMl,
      pair.secondMl,
    ]),
  ]
    .map(csvLine)
    .join("");
};
