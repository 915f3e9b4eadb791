import { type FailureError, failed } from "../domain/failure.ts";
import type { MaskFile } from "./maskFile.ts";

export type MaskPair = { readonly name: string; readonly reference: MaskFile; readonly prediction: MaskFile };

export type Pairing = {
  readonly pairs: readonly MaskPair[];
  /** References without a prediction and predictions without a reference, and why. */
  readonly alone: readonly { readonly name: string; readonly error: FailureError }[];
};

/** A file may be named by the series that a SEG on the other side segments. */
const namesOf = ({ name, sourceSeriesUid }: MaskFile): readonly string[] =>
  sourceSeriesUid === null ? [name] : [name, sourceSeriesUid];

const isMatch = (a: MaskFile, b: MaskFile): boolean => namesOf(a).some((name) => namesOf(b).includes(name));

/** By name where there is one of that name, else by series; several of one series are not guessed among. */
const partnersOf = (reference: MaskFile, predictions: readonly MaskFile[]): readonly MaskFile[] => {
  const named = predictions.filter(({ name }) => name === reference.name);
  return named.length > 0 ? named : predictions.filter((prediction) => isMatch(reference, prediction));
};

const lonely = (name: string, sentence: string) => ({ name, error: failed("NOT_PAIRED", sentence) });

/** Which prediction belongs to which reference: of the same name, or of the same source series. In the references' order. */
export const pairMasks = (references: readonly MaskFile[], predictions: readonly MaskFile[]): Pairing => {
  const found = references.map((reference) => ({ reference, partners: partnersOf(reference, predictions) }));
  const taken = new Set(found.flatMap(({ partners }) => partners));
  const pairs = found.flatMap(({ reference, partners: [prediction, ...more] }) =>
    prediction === undefined || more.length > 0 ? [] : [{ name: reference.name, reference, prediction }],
  );
  const alone = found.flatMap(({ reference: { name }, partners }) => {
    if (partners.length === 1) return [];
    return partners.length === 0
      ? lonely(name, "No prediction has this name or is of this series.")
      : lonely(name, `${partners.length} predictions are of this series.`);
  });
  const left = predictions.filter((prediction) => !taken.has(prediction));
  return {
    pairs,
    alone: [
      ...alone,
      ...left.map(({ name }) => lonely(name, "No reference has this name or is of this series.")),
    ],
  };
};
