import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Real data and reference vectors that lie beside a checkout; never part of the product. */
const root = process.env["PANSEG_TEST_DATA"] ?? fileURLToPath(new URL("../../../shared/", import.meta.url));

const mustRun = process.env["REQUIRE_ALL"] === "1";

/** Absolute path inside the shared test data, e.g. sharedFolder("vectors", "unit"). */
export const sharedFolder = (...parts: string[]): string => [root.replace(/\/$/, ""), ...parts].join("/");

/** Value for the `skip` option of a test that reads shared data: false to run, else the reason to print. */
export const needsShared = (...parts: string[]): string | false => {
  if (mustRun || existsSync(sharedFolder(...parts))) return false;
  return `test data absent: ${parts.join("/")}`;
};

const found = new Map<string, boolean>();

const isInstalled = (tool: string): boolean => {
  const known = found.get(tool);
  if (known !== undefined) return known;
  let answer = true;
  try {
    execFileSync("sh", ["-c", 'command -v "$0"', tool], { stdio: "ignore" });
  } catch {
    answer = false;
  }
  found.set(tool, answer);
  return answer;
};

/** Value for the `skip` option of a test that runs outside programs. With REQUIRE_ALL=1 nothing is skipped: a missing tool fails. */
export const needsTool = (...tools: string[]): string | false => {
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (mustRun || missing.length === 0) return false;
  return `not installed: ${missing.join(", ")}`;
};
