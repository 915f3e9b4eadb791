import { type Failure, makeFailure } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import type { Warning } from "../../domain/warning.ts";

/** What a volume of a series is for us, with the score by which the best of several is chosen (0 when refused). */
export type VolumeChoice = {
  /** Its name within the series; "" where the series is one volume. */
  readonly part: string;
  readonly images: number;
  readonly score: number;
  /** What spoke for the class and moved the score, for the log and the API; no text of the header. */
  readonly reasons: readonly string[];
} & (
  | { readonly kind: "accepted"; readonly modelClass: ModelClass; readonly warnings: readonly Warning[] }
  | { readonly kind: "refused"; readonly failure: Failure }
);

/** Of several volumes of one class the one with the highest score; equals are not chosen among. */
export const keepBest = (choices: readonly VolumeChoice[]): readonly VolumeChoice[] =>
  choices.map((choice) => {
    if (choice.kind === "refused") return choice;
    const rivals = choices.filter(
      (other) => other !== choice && other.kind === "accepted" && other.modelClass === choice.modelClass,
    );
    const { part, images, reasons, score, modelClass } = choice;
    const refuse = (failure: Failure): VolumeChoice => ({
      part,
      images,
      reasons,
      score,
      kind: "refused",
      failure,
    });
    const better = rivals.find((other) => other.score > score);
    if (better !== undefined)
      return refuse(
        makeFailure(
          "NOT_BEST",
          `${better.part} serves ${modelClass} better (${better.score} points to ${score}).`,
          {
            best: better.part,
          },
        ),
      );
    const equals = rivals.filter((other) => other.score === score);
    if (equals.length === 0) return choice;
    return refuse(
      makeFailure(
        "AMBIGUOUS_SERIES",
        `${equals.length + 1} volumes of the series serve ${modelClass} equally well.`,
        { parts: [part, ...equals.map((other) => other.part)].sort() },
      ),
    );
  });

/** Why none of the volumes is chosen: the only reason, or the first with all of them in its details. */
export const refusalOf = (choices: readonly VolumeChoice[]): Failure => {
  const refused = choices.flatMap((choice) => (choice.kind === "refused" ? [choice] : []));
  const [first] = refused;
  if (first === undefined) return makeFailure("NO_IMAGES", "The series holds no volume.");
  if (refused.length === 1) return first.failure;
  const problems = refused.map(({ part, failure }) => `${part}: ${failure.sentence} [${failure.code}]`);
  return { ...first.failure, details: { ...first.failure.details, problems } };
};
