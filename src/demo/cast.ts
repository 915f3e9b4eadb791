import type { FailureCode } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import { makePhantom, type Phantom } from "./phantom/makePhantom.ts";
import { oddSeries } from "./phantom/oddSeries.ts";
import { type SeriesFile, writeSeries } from "./phantom/writeSeries.ts";

/** A series that the demo sends, and what must become of it. */
export type CastSeries = {
  /** For people, e.g. "CT abdomen, portal venous". */
  readonly name: string;
  readonly modelClass: ModelClass;
  readonly files: readonly SeriesFile[];
  /** The reason of the refusal that is due; null: it is segmented. */
  readonly expected: FailureCode | null;
  /** What the series shows, with the true pancreas; null where there is nothing to compare. */
  readonly phantom: Phantom | null;
};

/** What an archive holds beside the series that fits, by class; names of `oddSeries`. */
const companions: Readonly<Record<ModelClass, readonly string[]>> = {
  CT: ["localizer", "mip", "gantry tilt"],
  T1: ["Dixon fat", "Dixon opposed phase"],
  T2: ["diffusion"],
};

const words: Readonly<Record<ModelClass, string>> = {
  CT: "CT abdomen",
  T1: "MR abdomen T1",
  T2: "MR abdomen T2",
};

const classes = ["CT", "T1", "T2"] as const;

/**
 * The series of some studies, CT, T1, T2 and again from the first. Takes a second or two for each and keeps the thread
 * meanwhile, so it comes before anything listens.
 */
export const makeCast = (
  studies: number,
  firstSeed: number,
  onProgress: (name: string, share: number) => void,
): readonly CastSeries[] =>
  Array.from({ length: studies }, (_, n) => {
    const modelClass = classes[n % classes.length] ?? "CT";
    onProgress(words[modelClass], n / studies);
    return castStudy(modelClass, firstSeed + n, n < classes.length);
  }).flat();

/** The series of one study of a class: one that is segmented, and the companions of a class's first study. */
const castStudy = (modelClass: ModelClass, seed: number, isFirst: boolean): readonly CastSeries[] => {
  const phantom = makePhantom({ seed, modelClass });
  const { phase } = phantom.facts;
  const main = {
    name: `${words[modelClass]}${phase === "native" ? "" : `, ${phase}`}`,
    modelClass,
    files: writeSeries(phantom),
    expected: null,
    phantom,
  };
  const odd = isFirst ? oddSeries(seed, companions[modelClass]) : [];
  return [
    main,
    ...odd.map(({ name, files, expected }) => ({
      name: `${words[modelClass]}, ${name}`,
      modelClass,
      files,
      expected,
      phantom: null,
    })),
  ];
};
