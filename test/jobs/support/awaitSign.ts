import { existsSync } from "node:fs";
import { say } from "./say.ts";

/** Say that this process is there, and block until the file appears that is the sign to begin; none: begin at once. */
export const awaitSign = (sign: string | undefined): void => {
  if (sign === undefined) return;
  say("here");
  const turn = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(sign)) Atomics.wait(turn, 0, 0, 1);
};
