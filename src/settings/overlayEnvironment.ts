/** Settings that the environment gives, laid over those of a file. */
import { secretKeys } from "./maskSecrets.ts";
import { defaults, isTree, meant, type Tree } from "./settingsTree.ts";
import { readText } from "./yamlFile.ts";

const PREFIX = "PANSEG__";

/** Lays every variable of ours over the tree, which it changes; what cannot be read is added to the problems. */
export const overlayEnvironment = (
  tree: Tree,
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): void => {
  for (const [name, value] of Object.entries(environment))
    if (name.toUpperCase().startsWith(PREFIX) && value !== undefined)
      overlay(tree, name.slice(PREFIX.length), value, problems);
};

const leavesOf = (tree: Tree, before: readonly string[] = []): readonly (readonly string[])[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? leavesOf(value, [...before, key]) : [[...before, key]],
  );

const overlay = (tree: Tree, path: string, text: string, problems: string[]): void => {
  const isFile = path.toUpperCase().endsWith("_FILE");
  const parts = (isFile ? path.slice(0, -"_FILE".length) : path).split("__");
  const keys = resolveKeys(parts);
  if (keys === null) {
    const known = leavesOf(defaults()).map((names) => `${PREFIX}${names.join("__").toUpperCase()}`);
    problems.push(`${PREFIX}${path}: no such setting${meant(`${PREFIX}${path}`, known)}`);
    return;
  }
  const read = isFile ? readText(text) : { text };
  if ("problem" in read) {
    problems.push(`${PREFIX}${path}: ${read.problem}`);
    return;
  }
  const value = isFile ? read.text.trimEnd() : text;
  let node = tree;
  for (const key of keys.slice(0, -1)) {
    const next = node[key];
    node[key] = isTree(next) ? next : {};
    node = node[key] as Tree;
  }
  const last = keys.at(-1) as string;
  node[last] = isTextSetting(keys) ? value : readScalar(value);
};

/** The schema's own spelling of a path given in any case, or null. */
const resolveKeys = (parts: readonly string[]): readonly string[] | null => {
  let level: Tree = defaults();
  const keys: string[] = [];
  for (const part of parts) {
    const key = Object.keys(level).find((name) => name.toUpperCase() === part.toUpperCase());
    if (key === undefined) return null;
    keys.push(key);
    level = isTree(level[key]) ? level[key] : {};
  }
  return keys;
};

/** Passwords and names stay text even when they look like numbers. */
const isTextSetting = (keys: readonly string[]): boolean => {
  const value = keys.reduce<unknown>((node, key) => (isTree(node) ? node[key] : undefined), defaults());
  return typeof value === "string" || secretKeys.has(keys.at(-1) ?? "") || keys.at(-1) === "username";
};

const readScalar = (text: string): unknown => {
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
};
