import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Verdict } from "../../src/demo/verdict.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** What `panseg demo --json` prints. */
export type Report = {
  readonly notice: string;
  readonly page: string;
  readonly seconds: number;
  readonly verdicts: readonly Verdict[];
};

/** Runs the demo until it says where the page is; `stop` ends it as Ctrl-C does. */
export const startDemo = async () => {
  const child = spawn(process.execPath, [main, "demo", "--json"], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  const shown = new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
      if (stderr.includes("Look:")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${stderr}`)));
  });
  await shown;
  return {
    report: JSON.parse(stdout) as Report,
    stop: async () => {
      const exited = once(child, "exit");
      child.kill("SIGINT");
      return (await exited)[0] as number | null;
    },
  };
};
