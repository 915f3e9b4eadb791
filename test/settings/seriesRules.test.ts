import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FailureError } from "../../src/domain/failure.ts";
import { readSeriesRules } from "../../src/settings/seriesRules.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-rules-"));
after(() => rmSync(folder, { recursive: true }));

const fileOf = (text: string): string => {
  const file = join(folder, "site.yaml");
  writeFileSync(file, text);
  return file;
};

test("a site's rules follow the product's own", () => {
  const own = readSeriesRules(null);
  const site = fileOf("rules:\n  - { because: ours, where: { StationName: A }, refuse: SITE_RULE }\n");
  const all = readSeriesRules(site);
  assert.ok(own.length > 20);
  assert.equal(all.length, own.length + 1);
  assert.equal(all.at(-1)?.because, "ours");
});

test("a file with faults is refused with every one of them, and an absent one by its name", () => {
  const faulty = fileOf(
    "rules:\n  - { because: a, where: { StationName: '(' }, points: 1 }\n  - { because: b, where: {}, points: 1 }\n  - { because: c, where: { KVP: [3, 1] }, refuse: NONSENSE }\n",
  );
  assert.throws(
    () => readSeriesRules(faulty),
    (error: unknown) =>
      error instanceof FailureError &&
      error.failure.code === "SETTINGS_INVALID" &&
      (error.failure.details["problems"] as string[]).length >= 3,
  );
  for (const text of ["rules: [", "", "7"]) assert.throws(() => readSeriesRules(fileOf(text)), FailureError);
  assert.throws(() => readSeriesRules(join(folder, "absent.yaml")), FailureError);
});
