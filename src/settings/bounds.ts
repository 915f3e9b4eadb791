/** Numbers within bounds, which one sentence names whatever is wrong with what is given. */
import { z } from "zod";

/** Both ends included. */
export const wholeNumber = (least: number, most: number) => {
  const error = `is no whole number from ${least} to ${most}`;
  return z
    .number({ error })
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, error);
};

/** Both ends included. */
export const decimalNumber = (least: number, most: number) => {
  const error = `is no number from ${least} to ${most}`;
  return z.number({ error }).refine((value) => value >= least && value <= most, error);
};

/** Zero is no such number, whatever is measured. */
export const positiveNumber = (most: number) => {
  const error = `is no number above 0, ${most} at most`;
  return z.number({ error }).refine((value) => value > 0 && value <= most, error);
};
