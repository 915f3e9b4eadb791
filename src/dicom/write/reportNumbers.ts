import type { Measures } from "../../domain/result.ts";
import type { Header } from "../../domain/series.ts";
import { number, parseHeader, text } from "../read/header.ts";

const items = (header: Header | undefined, keyword: string): readonly Header[] => {
  const value = header?.[keyword];
  return Array.isArray(value) ? value : [];
};

const codeValue = (header: Header, keyword: string): string => {
  const [code] = items(header, keyword);
  return code === undefined ? "" : (text(code, "CodeValue") ?? "");
};

const derivationOf = (item: Header): string => {
  const derivation = items(item, "ContentSequence").find(
    (child) => codeValue(child, "ConceptNameCodeSequence") === "121401",
  );
  return derivation === undefined ? "" : ` ${codeValue(derivation, "ConceptCodeSequence")}`;
};

const collect = (item: Header, numbers: Map<string, number>): void => {
  const [measured] = items(item, "MeasuredValueSequence");
  const value = measured === undefined ? null : number(measured, "NumericValue");
  if (text(item, "ValueType") === "NUM" && value !== null)
    numbers.set(`${codeValue(item, "ConceptNameCodeSequence")}${derivationOf(item)}`, value);
  for (const child of items(item, "ContentSequence")) collect(child, numbers);
};

/** Every number of a report by the value of its concept's code and, after a space, its derivation's. Throws NOT_DICOM. */
export const reportNumbers = (bytes: Uint8Array): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>();
  collect(parseHeader(bytes), numbers);
  return numbers;
};

type Expected = readonly [name: string, code: RegExp, value: number | undefined, tolerance: number];

/** Half of the last decimal written, and a little for the sum. */
const expectedOf = ({ volumeMl, intensity, extent }: Measures): readonly Expected[] => {
  const volumeTolerance = 0.0005 * 1.001 + 1e-4 * volumeMl;
  return [
    ["volume", /^118565006$/, volumeMl, volumeTolerance],
    ["measurement error", /^371884006$/, extent?.voxelErrorMl, 0.00051],
    ["diameter", /^L0JK$/, extent?.largestDiameterMm, 0.051],
    ["width", /^103355008$/, extent?.leftRightMm, 0.051],
    ["depth", /^131197000$/, extent?.anteriorPosteriorMm, 0.051],
    ["height", /^121207$/, extent?.superiorInferiorMm, 0.051],
    ["mean", / 373098007$/, intensity?.mean, 0.051],
    ["standard deviation", / 386136009$/, intensity?.sd, 0.051],
    ["median", / 373099004$/, intensity?.median, 0.051],
    ["minimum", / 255605001$/, intensity?.min, 0.051],
    ["maximum", / 56851009$/, intensity?.max, 0.051],
  ];
};

/** Names of the stored numbers that are not what was measured; a number that the report leaves out is not among them. */
export const differingNumbers = (
  numbers: ReadonlyMap<string, number>,
  measures: Measures,
): readonly string[] =>
  expectedOf(measures).flatMap(([name, code, value, tolerance]) => {
    const stored = [...numbers].find(([concept]) => code.test(concept))?.[1];
    if (stored === undefined) return [];
    return value !== undefined && Math.abs(stored - value) <= tolerance ? [] : [name];
  });
