import { failed } from "../../domain/failure.ts";

const maxLength = 16;

/** Below this a cosine or a coordinate in mm is rounding noise, and its exponent costs the digits that matter. */
const noise = 1e-10;

/**
 * A number as Decimal String (PS3.5 table 6.2-1): the shortest text of at most 16 characters that reads back as the
 * same number, else as close as 16 characters allow. Throws INTERNAL for what is not finite.
 */
export const formatDs = (value: number): string => {
  if (!Number.isFinite(value)) throw failed("INTERNAL", "A decimal string must be a finite number.");
  if (Math.abs(value) < noise) return "0";
  for (const digits of [17, 15, 14, 13, 12, 11, 10, 9, 8]) {
    const rounded = digits === 17 ? value : Number(value.toPrecision(digits));
    const fitting = [String(rounded), rounded.toExponential()].find(({ length }) => length <= maxLength);
    if (fitting !== undefined) return fitting;
  }
  throw failed("INTERNAL", "A number does not fit a decimal string."); // 8 digits always do
};

/** A measured number with fixed decimals and no exponent, or null where 16 characters do not hold it. */
export const formatFixed = (value: number, decimals: number): string | null => {
  if (!Number.isFinite(value)) return null;
  const text = value.toFixed(decimals).replace(/^-(0\.?0*)$/, "$1");
  return text.length <= maxLength && !text.includes("e") ? text : null;
};
