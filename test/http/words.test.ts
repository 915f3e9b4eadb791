import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sayDuration, sayMoment, sayStep } from "../../src/http/words.ts";

test("every step of the story has words", () => {
  const story = ["pipeline.ts", "objects.ts"]
    .map((name) => readFileSync(new URL(`../../src/${name}`, import.meta.url), "utf8"))
    .join("\n");
  const names = [...story.matchAll(/\bstep\(["`]([^"`]+)["`]/g)].flatMap(([, name = ""]) =>
    name.includes("$")
      ? ["seg", "sr", "text-1", "key-image-7"].map((object) => name.replace(/\$\{\w+\}/, object))
      : [name],
  );
  assert.ok(names.length > 15 && names.includes("verify-seg"), names.join());
  for (const name of names) assert.notEqual(sayStep(name), name);
  assert.equal(sayStep("a new step"), "a new step");
  assert.equal(sayStep(""), "starting");
});

test("durations and moments read as people write them", () => {
  assert.deepEqual([0, 41.4, 59.6, 192, 3600, 7499].map(sayDuration), [
    "0 s",
    "41 s",
    "1 min 0 s",
    "3 min 12 s",
    "1 h 0 min",
    "2 h 4 min",
  ]);
  assert.equal(sayMoment(new Date(2026, 2, 5, 7, 9).getTime()), "2026-03-05 07:09");
});
