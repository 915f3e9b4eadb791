import { failed } from "../../domain/failure.ts";
import { isUid } from "../../domain/uid.ts";

/** What a value of ours may look like (PS3.5 table 6.2-1); dcmjs cuts longer ones with a mere line of log. */
const textRules: Readonly<Record<string, RegExp>> = {
  CS: /^[A-Z0-9_ ]{0,16}$/,
  DA: /^\d{8}$/,
  DS: /^(?=.{1,16}$)[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  IS: /^[+-]?\d{1,11}$/,
  DT: /^\d{14}(\.\d{1,6})?([+-]\d{4})?$/,
  LO: /^[^\\\p{Cc}]{0,64}$/u,
  LT: /^[^\p{Cc}]{0,10240}$/u,
  PN: /^[^\\\p{Cc}]{0,64}$/u,
  SH: /^[^\\\p{Cc}]{0,16}$/u,
  ST: /^[^\p{Cc}]{0,1024}$/u,
  TM: /^\d{6}(\.\d{1,6})?$/,
  UT: /^(\r\n|[^\p{Cc}])*$/u,
};

const ranges: Readonly<Record<string, number>> = { AT: 0xffffffff, UL: 0xffffffff, US: 0xffff };

/**
 * Refuses a single value that its VR does not allow. Throws INTERNAL, UID_INVALID; neither quotes the value, which
 * may be patient text.
 */
export const conform = (keyword: string, vr: string, value: unknown): void => {
  if (vr === "UI") {
    if (typeof value !== "string" || !isUid(value)) {
      throw failed("UID_INVALID", `${keyword} is no UID of digits and dots.`, { keyword });
    }
    return;
  }
  if (vr === "OB" && value instanceof ArrayBuffer && value.byteLength % 2 === 0) return;
  if ((vr === "FD" || vr === "FL") && Number.isFinite(value)) return;
  const range = ranges[vr];
  if (range !== undefined && Number.isInteger(value) && Number(value) >= 0 && Number(value) <= range) return;
  if (typeof value === "string" && textRules[vr]?.test(value) === true) return;
  throw failed("INTERNAL", `${keyword} is not what a value of VR ${vr} may be.`, {
    keyword,
    vr,
    length: typeof value === "string" ? value.length : null,
  });
};

/** Text fit for LO or SH: no backslash (it separates values), no control characters, at most `length` characters. */
export const shortText = (text: string, length = 64): string =>
  [...text.replace(/[\\\p{Cc}]/gu, " ").trim()].slice(0, length).join("").trimEnd();
