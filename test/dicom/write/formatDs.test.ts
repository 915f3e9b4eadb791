import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { formatDs, formatFixed } from "../../../src/dicom/write/formatDs.ts";

const decimalString = /^(?=.{1,16}$)[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

test("SEG-18, PIT-3: numbers that need more than 16 characters keep sign, exponent and leading digits", () => {
  const cases: readonly (readonly [number, string])[] = [
    [1e-17, "0"],
    [6.123233995736766e-17, "0"],
    [-6.123233995736766e-17, "0"],
    [-0, "0"],
    [-123.45678901234567, "-123.45678901235"],
    [0.1 + 0.2, "0.3"],
    [-Math.SQRT1_2, "-0.7071067811865"],
    [1e21, "1e+21"],
    [1e16, "1e+16"],
    [-999_999_999_999_999.5, "-1e+15"],
    [1234567890123456, "1234567890123456"],
    [-1.23456789012345e-9, "-1.2345678901e-9"],
    [-1.23456789012345e-7, "-1.2345678901e-7"],
    [2.5, "2.5"],
    [-1.79769313486231e300, "-1.79769313e+300"],
  ];
  for (const [value, text] of cases) assert.equal(formatDs(value), text);
});

test("PIT-3: what is not finite is refused", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    assert.throws(() => formatDs(value), /INTERNAL/);
});

test("SEG-18: any number becomes a decimal string of at most 16 characters, within 1e-7 of it", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), (value) => {
      const text = formatDs(value);
      assert.match(text, decimalString);
      if (Math.abs(value) >= 1e-10)
        assert.ok(Math.abs(Number(text) / value - 1) < 1e-7, `${value} → ${text}`);
    }),
  );
});

test("SEG-18: what a scanner wrote in 16 characters comes back as the same number", () => {
  const written = fc
    .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: 0, max: 99_999_999 }))
    .map(([whole, part]) => `${whole}.${String(part).padStart(8, "0")}`);
  fc.assert(
    fc.property(written, (text) => {
      assert.ok(text.length <= 16);
      assert.equal(Number(formatDs(Number(text))), Number(text));
    }),
  );
});

test("SR-11: measured numbers have fixed decimals, no exponent and no sign on zero, or are left out", () => {
  assert.equal(formatFixed(71.43249, 3), "71.432");
  assert.equal(formatFixed(-0.04, 1), "0.0");
  assert.equal(formatFixed(-12.25, 1), "-12.3");
  assert.equal(formatFixed(1e-9, 3), "0.000");
  assert.equal(formatFixed(1e21, 1), null);
  assert.equal(formatFixed(123_456_789_012_345, 3), null);
  assert.equal(formatFixed(Number.NaN, 1), null);
  assert.equal(formatFixed(Number.POSITIVE_INFINITY, 1), null);
});
