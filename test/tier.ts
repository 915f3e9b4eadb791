/**
 * `node test/tier.ts unit` runs the tests that need nothing beyond this process, `outside` the others: programs, servers,
 * browsers, processes of ours. What follows goes to `node --test`; `--list` names the files alone.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = dirname(resolve(here));

/** A file that starts something, or asks whether something is installed. Whether a tool is there is found by starting it. */
const reachesOut = (text: string, file: string): boolean =>
  !file.endsWith("support/shared.ts") &&
  /from "(node:(child_process|cluster)|playwright-core)"|\bneedsTool\(|demo\/orthanc\.ts"/.test(text);

const importsOf = (text: string, file: string): readonly string[] =>
  [...text.matchAll(/from "(\.[^"]+\.ts)"/g)]
    .map(([, path = ""]) => resolve(dirname(file), path))
    .filter((path) => path.startsWith(here));

const isOutside = (file: string, seen = new Set<string>()): boolean => {
  if (seen.has(file)) return false;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  return reachesOut(text, file) || importsOf(text, file).some((path) => isOutside(path, seen));
};

const [, , tier, ...options] = process.argv;
if (tier !== "unit" && tier !== "outside")
  throw new Error("node test/tier.ts unit|outside [options of node --test]");
const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => join(here, name))
  .filter((file) => isOutside(file) === (tier === "outside"))
  .map((file) => relative(root, file))
  .sort();

if (options.includes("--list")) process.stdout.write(`${files.join("\n")}\n`);
else {
  const limits = ["--import", "./test/support/fileLimit.ts", "--test", "--test-timeout=900000"];
  const runner = spawn(process.execPath, [...limits, ...options, ...files], { cwd: root, stdio: "inherit" });
  runner.once("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
