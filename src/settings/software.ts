import { readFileSync } from "node:fs";
import type { SoftwareIdentity } from "../domain/result.ts";

/** Name and version of this program, from package.json. */
export const software: SoftwareIdentity = {
  name: "panseg",
  version: (
    JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
  ).version,
};
