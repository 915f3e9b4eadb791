import { failed } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import { isUid } from "../../domain/uid.ts";
import { text } from "./header.ts";

/** A UID of a header. Throws UID_INVALID when it is absent or malformed (PS3.5 section 9.1). */
export const uidOf = (header: Header, keyword: string): string => {
  const uid = text(header, keyword);
  if (isUid(uid)) return uid;
  throw failed("UID_INVALID", `${keyword} is absent or malformed.`);
};
