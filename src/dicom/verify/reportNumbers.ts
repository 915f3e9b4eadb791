import { type Concept, concepts } from "../../domain/concept.ts";
import type { Code } from "../../domain/report.ts";
import type { Extent, Measures } from "../../domain/result.ts";
import type { Header } from "../../domain/series.ts";
import { text } from "../file/header.ts";
import {
  childCode,
  childrenOf,
  codeOf,
  conceptOf,
  items,
  readDocument,
  soleNumber,
} from "../report/contentTree.ts";
import { formatFixed } from "../write/formatDs.ts";
import { decimals } from "../write/measurements.ts";

/** A number as a report states it; each code as `value scheme`, "" where there is none. */
export type ReportNumber = {
  readonly concept: string;
  readonly derivation: string;
  readonly unit: string;
  readonly value: number;
};

const nameOf = (code: Code | null): string => (code === null ? "" : `${code.value} ${code.scheme}`);

const collect = (item: Header): readonly ReportNumber[] => {
  const [stated] = items(item, "MeasuredValueSequence");
  const value = text(item, "ValueType") === "NUM" ? soleNumber(stated, "NumericValue") : null;
  const own = {
    concept: nameOf(conceptOf(item)),
    derivation: nameOf(childCode(item, ["121401 DCM"])),
    unit: nameOf(codeOf(stated, "MeasurementUnitsCodeSequence")),
  };
  return [...(value === null ? [] : [{ ...own, value }]), ...childrenOf(item).flatMap(collect)];
};

/** Every number of a report, wherever it stands in the tree. Throws NOT_DICOM, TOO_LARGE. */
export const reportNumbers = (bytes: Uint8Array): readonly ReportNumber[] => readDocument(bytes, collect);

/** A number that a report must state, under a name for people, to so many decimals; its codes not from the writer's list. */
export type ExpectedNumber = ReportNumber & { readonly name: string; readonly decimals: number };

const expected = (
  name: string,
  [concept]: Concept,
  value: number,
  unit: string,
  digits: number,
  [derivation]: readonly string[] = [],
): ExpectedNumber => ({ name, concept, derivation: derivation ?? "", unit, value, decimals: digits });

/** Volume and its error; none where no pancreas was found. */
const expectedVolume = ({ voxels, volumeMl, extent }: Measures): readonly ExpectedNumber[] => {
  if (voxels === 0) return [];
  const digits = decimals.volume(volumeMl);
  const inMl = (name: string, concept: Concept, valueMl: number) =>
    expected(name, concept, valueMl, "cm3 UCUM", digits);
  return [
    inMl("volume", concepts.volume, volumeMl),
    ...(extent === null ? [] : [inMl("measurement error", ["371884006 SCT"], extent.voxelErrorMl)]),
  ];
};

const expectedLengths = (extent: Extent): readonly ExpectedNumber[] =>
  (
    [
      ["diameter", concepts.diameter, extent.largestDiameterMm],
      ["width", concepts.width, extent.leftRightMm],
      ["depth", concepts.depth, extent.anteriorPosteriorMm],
      ["height", concepts.height, extent.superiorInferiorMm],
    ] as const
  ).map(([name, concept, valueMm]) => expected(name, concept, valueMm, "mm UCUM", decimals.lengthMm));

const expectedIntensities = (
  { mean, sd, median, min, max }: NonNullable<Measures["intensity"]>,
  modality: "CT" | "MR",
): readonly ExpectedNumber[] => {
  const isCt = modality === "CT";
  const signal = isCt ? concepts.attenuation : concepts.mrSignal;
  const unit = isCt ? "[hnsf'U] UCUM" : "1 UCUM";
  return (
    [
      ["mean", mean, concepts.mean],
      ["standard deviation", sd, concepts.standardDeviation],
      ["median", median, concepts.median],
      ["minimum", min, concepts.minimum],
      ["maximum", max, concepts.maximum],
    ] as const
  ).map(([name, value, derivation]) =>
    expected(name, signal, value, unit, decimals.intensity[modality], derivation),
  );
};

/** All numbers of the measurement report. */
export const expectedNumbers = (measures: Measures, modality: "CT" | "MR"): readonly ExpectedNumber[] => {
  const { extent, intensity } = measures;
  return [
    ...expectedVolume(measures),
    ...(extent === null ? [] : expectedLengths(extent)),
    ...(intensity === null ? [] : expectedIntensities(intensity, modality)),
  ];
};

/** Half of the last decimal, and a little for the sum. */
const toleranceOf = ({ decimals: digits }: ExpectedNumber): number => 0.5005 * 10 ** -digits;

/**
 * Names of the expected numbers that a report does not state, states twice, in another unit or otherwise. What no
 * decimal string holds is not expected.
 */
export const differingNumbers = (
  stated: readonly ReportNumber[],
  wanted: readonly ExpectedNumber[],
): readonly string[] =>
  wanted
    .filter(({ value, decimals: digits }) => formatFixed(value, digits) !== null)
    .filter((each) => {
      const [one, ...others] = stated.filter(
        ({ concept, derivation }) => concept === each.concept && derivation === each.derivation,
      );
      const isSame = one?.unit === each.unit && Math.abs(one.value - each.value) <= toleranceOf(each);
      return !isSame || others.length > 0;
    })
    .map(({ name }) => name);
