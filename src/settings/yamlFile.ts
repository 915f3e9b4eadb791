/** YAML and JSON that people wrote, or were given by strangers: read within bounds, and every fault said in words. */
import { readFileSync, statSync } from "node:fs";
import { parseDocument } from "yaml";

export type YamlFile = {
  /** Null where there are problems, and where the file says nothing. */
  readonly value: unknown;
  /** Each begins with the file's name, and repeats nothing of its content, which may be a secret. */
  readonly problems: readonly string[];
};

const MOST_BYTES = 2 ** 20;
const MOST_ERRORS = 10;

export const readYamlFile = (file: string): YamlFile => {
  const text = readText(file);
  if ("problem" in text) return wrong(file, text.problem);
  try {
    const document = parseDocument(text.text);
    if (document.errors.length === 0) return { value: document.toJS() ?? null, problems: [] };
    return wrong(
      file,
      ...document.errors.slice(0, MOST_ERRORS).map(({ message }) => withoutQuotation(message)),
    );
  } catch (error) {
    // The reader limits how far aliases expand; depth it does not limit, but the stack does.
    if (error instanceof ReferenceError)
      return wrong(file, "its aliases refer to nothing, or expand to too much; write the values out");
    if (error instanceof RangeError) return wrong(file, "it is nested too deep");
    throw error;
  }
};

/** The whole text of a secret's or settings file, or why there is none. */
export const readText = (file: string): { readonly text: string } | { readonly problem: string } => {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return { problem: "no such file" };
    if (found.isDirectory()) return { problem: "is a folder" };
    if (found.size > MOST_BYTES)
      return { problem: `is ${found.size} bytes long; at most ${MOST_BYTES} are read` };
    return { text: readFileSync(file, "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error) return { problem: `cannot be read (${error.code})` };
    throw error;
  }
};

/** The reader's sentence and place, less what it quotes: a password may stand there. */
const withoutQuotation = (message: string): string =>
  (message.split("\n")[0] ?? "").replace(/: ".*" at line/, " at line").replace(/:$/, "");

const wrong = (file: string, ...problems: readonly string[]): YamlFile => ({
  value: null,
  problems: problems.map((problem) => `${file}: ${problem}`),
});
