import { writeSync } from "node:fs";

/** Tell the parent at once: what is in the pipe survives a kill. */
export const say = (...words: readonly (string | number | null)[]): void => {
  writeSync(1, `${words.join(" ")}\n`);
};
