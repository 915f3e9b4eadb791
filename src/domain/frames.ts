const MOST_FRAMES = 8;

/** Where an error happened, without its message, which may hold patient text. */
export const framesOf = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return [];
  const stack = error.stack ?? "";
  const afterMessage = stack.indexOf(error.message) + error.message.length;
  return stack
    .slice(afterMessage)
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MOST_FRAMES);
};
