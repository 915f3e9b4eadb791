import assert from "node:assert/strict";
import { test } from "node:test";
import { outputKinds, outputName } from "../../src/domain/outputs.ts";
import { sayDuration, sayMoment, sayStep } from "../../src/http/pages/words.ts";

test("every step with an object has words, whatever the object's number and wherever it goes", () => {
  const names = outputKinds.flatMap((kind) => [
    `build-${kind}`,
    `store-${outputName(kind, 0)}`,
    `verify-${outputName(kind, 11)}`,
  ]);
  assert.ok(names.length === 3 * outputKinds.length && names.includes("verify-key-image-12"));
  for (const name of names) assert.match(sayStep(name), /^(writing|storing|comparing) the .+[^\d]$/, name);
  assert.equal(sayStep("store-seg@reading-room"), "storing the SEG (reading-room)");
});

test("a step has words, one of another version at least its name", () => {
  assert.equal(sayStep("infer"), "running the network");
  assert.equal(sayStep("verify-built"), "reading SEG and SR back");
  for (const name of ["a new step", "store-something", "toString"]) assert.equal(sayStep(name), name);
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
