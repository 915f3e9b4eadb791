import { note } from "./output.ts";

/** One line on standard error that is rewritten on a terminal; elsewhere a line at every tenth. */
export type ProgressLine = {
  readonly update: (what: string, share: number) => void;
  readonly end: () => void;
};

const WIDTH = 24;

export const makeProgressLine = (isQuiet: boolean): ProgressLine => {
  const isTerminal = process.stderr.isTTY === true;
  let shown = "";

  const update = (what: string, share: number): void => {
    if (isQuiet) return;
    const filled = Math.round(Math.min(Math.max(share, 0), 1) * WIDTH);
    const percent = `${Math.floor(share * 100)}%`;
    if (isTerminal) {
      process.stderr.write(
        `\r\u001b[K${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${percent.padStart(4)} ${what}`,
      );
      shown = what;
      return;
    }
    const tenth = `${what} ${Math.floor(share * 10) * 10}%`;
    if (tenth === shown) return;
    shown = tenth;
    note(tenth);
  };

  return {
    update,
    end: () => {
      if (isTerminal && shown !== "") process.stderr.write("\r\u001b[K");
    },
  };
};
