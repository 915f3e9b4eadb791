import type { Lps, Zyx } from "../domain/axes.ts";
import { scale } from "../geometry/vector.ts";

/** Sine of 17°: what leans less counts as straight. */
const leaning = 0.3;

const letters = ["LR", "PA", "HF"] as const;

/**
 * Where a unit vector points, most strongly first: letters of L(eft), R(ight), P(osterior), A(nterior), H(ead) and
 * F(eet), as in Patient Orientation (PS3.3 C.7.6.1.1.1); one for a straight direction, up to three for an oblique one.
 */
export const directionLetters = (direction: Lps): string =>
  ([0, 1, 2] as const)
    .filter((axis) => Math.abs(direction[axis]) >= leaning)
    .sort((a, b) => Math.abs(direction[b]) - Math.abs(direction[a]))
    .map((axis) => letters[axis].charAt(direction[axis] > 0 ? 0 : 1))
    .join("");

export type BorderLetters = {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
};

/** Letters for the four borders of a picture whose axes are slice, down and right. */
export const borderLetters = ([, down, right]: Zyx<Lps>): BorderLetters => ({
  left: directionLetters(scale(right, -1)),
  right: directionLetters(right),
  top: directionLetters(scale(down, -1)),
  bottom: directionLetters(down),
});
