import type { FailureCode } from "./failure.ts";
import type { ModelClass } from "./plan.ts";

/**
 * A pattern that text must match (a regular expression, whatever the case), or the least and greatest value of a number
 * (null: open). What the header does not say fulfils no condition.
 */
export type Condition = string | readonly [least: number | null, most: number | null];

/** Conditions by DICOM keyword or by the name of something measured (see `SeriesSubject`); all must hold. */
export type Conditions = Readonly<Record<string, Condition>>;

/** One line of a site's or our own knowledge about series, as data. */
export type SeriesRule = {
  /** For people, e.g. "portal venous phase". */
  readonly because: string;
  /** Classes that it speaks of; all when absent. */
  readonly classes?: readonly ModelClass[] | undefined;
  readonly where: Conditions;
  /** Holds only where none of these does. */
  readonly unless?: Conditions | undefined;
} & (
  | {
      /** Added to the score of a series that can be segmented. */
      readonly points: number;
    }
  | {
      /** The reason with which the series is refused, unless the caller names the model. */
      readonly refuse: FailureCode;
    }
);
