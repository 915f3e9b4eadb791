import assert from "node:assert/strict";
import { test } from "node:test";
import { makeFates } from "../../src/jobs/policy/fates.ts";

test("D2: a job fails alone where another passed the same step since it failed there last", () => {
  const { passed, failsAlone } = makeFates();
  passed(1, ["list", "store-seg"]);
  assert.equal(failsAlone(2, ["list"]), false, "the archive may have gone since");
  assert.equal(failsAlone(2, ["list"]), false);
  assert.equal(failsAlone(3, ["list"]), false);
  passed(4, ["examine"]);
  assert.equal(failsAlone(2, ["list"]), false, "who passed another step says nothing of this one");
  passed(4, ["list"]);
  assert.equal(failsAlone(2, ["list"]), true);
  assert.equal(failsAlone(2, ["list"]), false, "once for each that fared better");
});

test("a job's own success is no witness against it, and what ended is forgotten", () => {
  const { passed, failsAlone, ended } = makeFates();
  failsAlone(1, ["list"]);
  passed(1, ["list"]);
  assert.equal(failsAlone(1, ["list"]), false);
  passed(2, ["list"]);
  ended(1);
  assert.equal(failsAlone(1, ["list"]), false);
});
