import { createHash } from "node:crypto";

/** A UID under 2.25 (PS3.5 annex B.2), the same for the same name: version and variant bits as a UUID has them. */
export const phantomUid = (name: string): string => {
  const digits = createHash("sha256").update(`phantom|${name}`).digest("hex").slice(0, 32);
  const cleared = BigInt(`0x${digits}`) & ~(0xfn << 76n) & ~(0x3n << 62n);
  return `2.25.${cleared | (0x8n << 76n) | (0x2n << 62n)}`;
};
