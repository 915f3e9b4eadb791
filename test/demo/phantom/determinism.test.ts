import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Prints one hash over every file of a CT, a T1 and a T2 study, and of an odd series. */
const script = `
import { createHash } from "node:crypto";
import { makePhantom } from "./src/demo/phantom/makePhantom.ts";
import { oddSeries } from "./src/demo/phantom/oddSeries.ts";
import { writePhantom } from "./src/demo/phantom/writePhantom.ts";
const stack = { shape: [24, 96, 96], spacingMm: [8, 4.2, 4.2] };
const studies = ["CT", "T1", "T2"].map((modelClass, n) =>
  writePhantom(makePhantom({ seed: 51 + n, modelClass, ...stack })),
);
for (const files of [...studies, ...oddSeries(54, ["Enhanced MR"]).map(({ files }) => files)]) {
  const hash = createHash("sha256");
  for (const { name, bytes } of files) hash.update(name).update(bytes);
  console.log(files.length, hash.digest("hex"));
}`;

const printed = async (): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
  });
  return stdout;
};

test("two processes write the same bytes for the same seeds", async () => {
  const [first, second] = await Promise.all([printed(), printed()]);
  assert.match(first, /^(\d+ [0-9a-f]{64}\n){4}$/);
  assert.equal(second, first);
  assert.equal(new Set(first.trim().split("\n")).size, 4);
});
