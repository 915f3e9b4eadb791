import { failed } from "../../domain/failure.ts";

/** Web drives part a large folder: `Task110-20260901T101500Z-1-002.zip` is one whole zip with some of the files. */
export const partOf = (name: string): { readonly download: string; readonly number: number } | null => {
  const found = /^(.+-\d{8}T\d{6}Z(?:-\d{1,2})?)-(\d{3})\.zip$/i.exec(name);
  return found === null ? null : { download: found[1] as string, number: Number(found[2]) };
};

/** The names, among those of one folder, that belong to the same download as this one; itself alone where it is no part. */
export const partsOf = (name: string, names: readonly string[]): readonly string[] => {
  const own = partOf(name);
  return own === null ? [name] : names.filter((other) => partOf(other)?.download === own.download).sort();
};

/** A missing part could hold the post-processing, and nobody would notice. Throws CHECKPOINT_TRUNCATED. */
export const requireAllParts = (names: readonly string[]): void => {
  const numbers = new Set(names.map((name) => partOf(name)?.number).filter((part) => part !== undefined));
  for (let part = 1; part <= Math.max(0, ...numbers); part++) {
    if (numbers.has(part)) continue;
    throw failed(
      "CHECKPOINT_TRUNCATED",
      `Part ${String(part).padStart(3, "0")} of the download is missing beside ${names[0]}.`,
      { part },
    );
  }
};
