import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { oddSeries } from "../../../src/demo/phantom/oddSeries.ts";
import { type SeriesFile, writeSeries } from "../../../src/demo/phantom/writeSeries.ts";
import { zyx } from "../../../src/domain/axes.ts";
import { phantomOf } from "../../support/phantom.ts";
import { needsTool } from "../../support/shared.ts";

type Series = { readonly name: string; readonly files: readonly SeriesFile[] };

const classes = ["CT", "T1", "T2"] as const;
const coarse = { shape: zyx(12, 48, 48), spacingMm: zyx(16, 8.4, 8.4) } as const;

/** Every kind of series: the odd ones, each class of each vendor, and one of each class as large as the demo's. */
const everySeries = (): readonly Series[] => [
  ...oddSeries(3),
  ...classes.flatMap((modelClass) =>
    (["Siemens", "GE", "Philips"] as const).map((vendor) => ({
      name: `${vendor} ${modelClass}`,
      files: writeSeries(phantomOf({ seed: 21, modelClass, vendor, ...coarse })),
    })),
  ),
  ...classes.map((modelClass, n) => ({
    name: `${modelClass} of the demo's size`,
    files: writeSeries(phantomOf({ seed: 19 + n, modelClass })),
  })),
];

/** Two shells at a time, each of which calls the program, which takes one file, for every file of a series. */
const atOnce = 2;
const loop = 'for file; do echo "file $file"; dciodvfy "$file" 2>&1; done';

const findingsOf = async (folder: string, { name, files }: Series): Promise<readonly string[]> => {
  const own = join(folder, name.replace(/[^A-Za-z0-9]+/g, "-"));
  mkdirSync(own);
  const paths = files.map(({ bytes }, n) => {
    const path = join(own, `${n}.dcm`);
    writeFileSync(path, bytes);
    return path;
  });
  const { stdout } = await promisify(execFile)("sh", ["-c", loop, "sh", ...paths], {
    maxBuffer: 2 ** 28,
  }).catch((failure: { stdout: string }) => failure);
  rmSync(own, { recursive: true });
  const kind = /Enhanced/.test(name) ? /^\w*Enhanced(CT|MR)\w*$/ : /^(CT|MR)Image$/;
  const lines = stdout.split("\n");
  // Proof that it knew every object for what it is, and so looked for what that needs.
  assert.equal(lines.filter((line) => kind.test(line)).length, files.length, name);
  return lines.filter((line) => line.startsWith("Error")).map((line) => `${name}: ${line}`);
};

test("dciodvfy finds no error in any file of any kind of series", {
  skip: needsTool("dciodvfy"),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-dciodvfy-"));
  const waiting = [...everySeries()];
  const errors: string[] = [];
  const work = async (): Promise<void> => {
    for (let series = waiting.shift(); series !== undefined; series = waiting.shift())
      errors.push(...(await findingsOf(folder, series)));
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  assert.deepEqual([...new Set(errors)], []);
});
