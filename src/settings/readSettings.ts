import type { z } from "zod";
import { failed } from "../domain/failure.ts";
import { overlayEnvironment } from "./overlayEnvironment.ts";
import { type Settings, settingsSchema } from "./settingsSchema.ts";
import { defaults, isTree, meant, type Tree } from "./settingsTree.ts";
import { readText, readYamlFile } from "./yamlFile.ts";

/**
 * Settings from a YAML or JSON file, overlaid by the environment: `PANSEG__PACS__PASSWORD=…` sets pacs.password and
 * `PANSEG__PACS__PASSWORD_FILE=…` reads it from a file. Names match without regard to case.
 * Throws SETTINGS_INVALID with every problem at once.
 */
export const readSettings = (
  file: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): Settings => {
  const problems: string[] = [];
  const tree = file === null ? {} : readFileTree(file, problems);
  overlayEnvironment(tree, environment, problems);
  const parsed = settingsSchema.safeParse(tree);
  if (parsed.success) fillPasswords(parsed.data, problems);
  else
    problems.push(
      ...parsed.error.issues.map(
        (issue) => `${issue.path.join(".") || "top level"}: ${issue.message}${hintOf(issue)}`,
      ),
    );
  if (problems.length > 0 || !parsed.success)
    throw failed(
      "SETTINGS_INVALID",
      `The settings have ${problems.length} problem(s): ${problems.join("; ")}`,
      {
        problems,
      },
    );
  return parsed.data;
};

/** What was probably meant by keys that the schema does not know. */
const hintOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code !== "unrecognized_keys") return "";
  const level = issue.path.reduce<unknown>(
    (node, key) => (isTree(node) ? node[String(key)] : {}),
    defaults(),
  );
  return isTree(level) ? issue.keys.map((key) => meant(key, Object.keys(level))).join("") : "";
};

const readFileTree = (file: string, problems: string[]): Tree => {
  const read = readYamlFile(file);
  problems.push(...read.problems);
  const tree = read.value ?? {};
  if (isTree(tree)) return tree;
  problems.push(`${file}: must hold a map of settings`);
  return {};
};

/** A destination's password from its file: a file that is not there is told now, not by every job. */
const fillPasswords = ({ destinations }: Settings, problems: string[]): void => {
  for (const [index, destination] of destinations.entries()) {
    if (destination.passwordFile === null) continue;
    const read = readText(destination.passwordFile);
    if ("text" in read) destination.password = read.text.trimEnd();
    else problems.push(`destinations.${index}.passwordFile: ${read.problem}`);
  }
};
