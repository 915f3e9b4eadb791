import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sayDuration, sayMoment, sayStep } from "../../src/http/pages/words.ts";

test("every step of the story has words", () => {
  const story = ["pipeline.ts", "story/objects.ts"]
    .map((name) => readFileSync(new URL(`../../src/${name}`, import.meta.url), "utf8"))
    .join("\n");
  const told = [...story.matchAll(/\bstep\("([^"]+)"/g)].map(([, name = ""]) => name);
  const delivered = ["store", "verify"].flatMap((verb) =>
    ["seg", "sr", "text-1", "key-image-7"].map((object) => `${verb}-${object}`),
  );
  const names = [...told, ...delivered];
  assert.ok(told.length > 15 && told.includes("history"), names.join());
  for (const name of names) assert.notEqual(sayStep(name), name);
  assert.equal(sayStep("a new step"), "a new step");
  assert.equal(sayStep("store-seg@reading-room"), "storing the SEG (reading-room)");
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
