import assert from "node:assert/strict";
import test from "node:test";
import { roundedMl, sayMl } from "../../src/domain/millilitres.ts";

test("P3: people read a volume in millilitres to the first decimal, and of next to nothing that it is less", () => {
  assert.deepEqual([71.449, 0.520706, 0.05, 0.04, 1e-9, 0, 139.96].map(sayMl), [
    ...["71.4 ml", "0.5 ml", "0.1 ml", "<0.1 ml", "<0.1 ml", "0.0 ml", "140.0 ml"],
  ]);
  assert.equal(roundedMl(71.449), "71.4");
});
