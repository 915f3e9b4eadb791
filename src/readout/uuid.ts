import { createHash } from "node:crypto";

/** The namespace of names that begin with an OID (RFC 9562 section 6.6). */
const oidNamespace = "6ba7b8129dad11d180b400c04fd430c8";

/** A name-based UUID, version 5 (RFC 9562 section 5.5); the same for the same name. */
export const uuidOf = (name: string): string => {
  const hash = createHash("sha1").update(Buffer.from(oidNamespace, "hex")).update(name).digest();
  const bytes = hash.subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end)).join("-");
};
