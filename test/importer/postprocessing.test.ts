import assert from "node:assert/strict";
import { test } from "node:test";
import { readPostprocessing } from "../../src/importer/nnunetV1/postprocessing.ts";
import { failsWith } from "./failing.ts";

const read = (value: unknown) => readPostprocessing(JSON.stringify(value));

test("without postprocessing.json nothing is removed", () => {
  assert.deepEqual(readPostprocessing(null), { keepLargestComponent: false, minComponentMm3: null });
});

test("the pancreas class keeps its largest component when it is listed, alone or as a region", () => {
  const keep = { keepLargestComponent: true, minComponentMm3: null };
  assert.deepEqual(read({ for_which_classes: [1] }), keep);
  assert.deepEqual(read({ for_which_classes: [[1]] }), keep);
  assert.deepEqual(read({ for_which_classes: [1], min_valid_object_sizes: "None" }), keep);
  assert.deepEqual(read({ for_which_classes: [], min_valid_object_sizes: "{1: 5}" }), {
    keepLargestComponent: false,
    minComponentMm3: null,
  });
  assert.equal(read({ for_which_classes: [2] }).keepLargestComponent, false);
});

test("the least size is read from the text of nnU-Net's dict, in mm³", () => {
  const size = (text: string) =>
    read({ for_which_classes: [1], min_valid_object_sizes: text }).minComponentMm3;
  assert.equal(size("{1: 123.5}"), 123.5);
  assert.equal(size("{(1,): 2e3}"), 2000);
  assert.equal(size("{11: 7.0, 1: 8.0}"), 8);
  assert.equal(size("{2: 7.0}"), null);
});

test("a postprocessing.json that says something else is refused, and its text is never evaluated", async () => {
  await failsWith("PLAN_INVALID", () => readPostprocessing("{"));
  await failsWith("PLAN_INVALID", () => readPostprocessing("null"));
  await failsWith("PLAN_INVALID", () => read({}));
  for (const text of ["{1: __import__('os').system('true')}", "{1: -5}", "{1: 1-2}", 5, "{1: 1e}"]) {
    await failsWith("PLAN_INVALID", () => read({ for_which_classes: [1], min_valid_object_sizes: text }));
  }
});
