/** How many letters must be put in, taken out or changed to make one word of another (Levenshtein 1966). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
};

/** The word that was probably meant, whatever its case; null where none is like it. */
export const nearestWord = (typed: string, words: readonly string[]): string | null => {
  const known = words.map((word) => ({ word, far: distance(typed.toLowerCase(), word.toLowerCase()) }));
  const [best] = known.toSorted((a, b) => a.far - b.far);
  return best !== undefined && best.far <= Math.max(1, typed.length / 3) ? best.word : null;
};
