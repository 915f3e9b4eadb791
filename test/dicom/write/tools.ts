import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { log } from "dcmjs";

export type ToolRun = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Run an outside program on objects, each as a file in a folder that is removed afterwards. */
export const runOn = (
  tool: string,
  objects: readonly Uint8Array[],
  options: readonly string[] = [],
): ToolRun => {
  const folder = mkdtempSync(`${tmpdir()}/panseg-write-`);
  try {
    const paths = objects.map((bytes, i) => {
      const path = `${folder}/${i}.dcm`;
      writeFileSync(path, bytes);
      return path;
    });
    const { status, stdout, stderr } = spawnSync(tool, [...options, ...paths], { encoding: "utf8" });
    return { status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** What dciodvfy finds wrong; its exit status is 0 either way. */
export const dciodvfyFindings = (bytes: Uint8Array): readonly string[] => {
  const { stdout, stderr } = runOn("dciodvfy", [bytes]);
  return `${stdout}\n${stderr}`.split("\n").filter((line) => /^(Error|Warning)/.test(line));
};

/** The object kind that dciodvfy recognised: proof that it looked at all. */
export const dciodvfyKind = (bytes: Uint8Array): string => {
  const { stdout, stderr } = runOn("dciodvfy", [bytes]);
  return `${stdout}${stderr}`.trim().split("\n").at(-1) ?? "";
};

/** Run with every dcmjs log line turned into an error: it drops keywords and cuts values with no more than a line. */
export const withLoudDcmjs = <T>(run: () => T): T => {
  const { methodFactory } = log;
  log.methodFactory =
    () =>
    (...message) => {
      throw new Error(`dcmjs logged: ${message.join(" ")}`);
    };
  log.rebuild();
  try {
    return run();
  } finally {
    log.methodFactory = methodFactory;
    log.rebuild();
  }
};
