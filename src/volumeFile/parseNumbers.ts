import type { Triple } from "./affineGrid.ts";
import type { Refuse } from "./refuse.ts";

/** The numbers of a header's line, with spaces between them. Throws for any other count, and for what is no number. */
export const parseNumbers = (
  name: string,
  text: string,
  count: number,
  refuse: Refuse,
): readonly number[] => {
  const words = text.trim().split(/[\s,]+/);
  const numbers = words.map((word) => (word === "" ? Number.NaN : Number(word)));
  if (words.length === count && numbers.every(Number.isFinite)) return numbers;
  throw refuse(`${name} is ${quote(text)}; ${count} numbers are expected.`);
};

/** Voxels along (i,j,k). Throws for what is no count of voxels. */
export const parseSizes = (name: string, text: string, refuse: Refuse): Triple => {
  const [i = 0, j = 0, k = 0] = parseNumbers(name, text, 3, refuse);
  if ([i, j, k].every((size) => Number.isSafeInteger(size) && size > 0)) return [i, j, k];
  throw refuse(`${name} is ${quote(text)}; three whole numbers above 0 are expected.`);
};

/** Words of a header as a sentence can hold them. */
export const quote = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
};
