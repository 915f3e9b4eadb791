import assert from "node:assert/strict";

/** Fails where a number differs from the expected one by more than a fraction of it (of 1e-3 for smaller ones). */
export const assertClose = (
  actual: number | null | undefined,
  expected: number | undefined,
  what: string,
  relative = 1e-9,
): void => {
  assert.ok(typeof actual === "number" && typeof expected === "number", `${what}: ${actual} for ${expected}`);
  const allowed = relative * Math.max(Math.abs(expected), 1e-3);
  assert.ok(Math.abs(actual - expected) <= allowed, `${what}: ${actual} for ${expected}`);
};
