import type { Settings } from "./settingsSchema.ts";
import type { Tree } from "./settingsTree.ts";

/** Keys whose values nobody may read. */
export const secretKeys = new Set(["password", "bearerToken", "webhookSecret"]);

/** The settings for people to read: secrets masked. */
export const maskSecrets = (settings: Settings): Tree =>
  JSON.parse(
    JSON.stringify(settings, (key, value) => (secretKeys.has(key) && value !== null ? "********" : value)),
  ) as Tree;
