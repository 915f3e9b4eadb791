import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { composeJobs, jobsFile } from "../compose.ts";
import { failed } from "../domain/failure.ts";
import type { JobStore } from "../ports/jobs.ts";
import type { Settings } from "../settings/settingsSchema.ts";

/** Where the ledger of these settings lies, whole. */
export const ledgerPath = (settings: Settings): string => resolve(jobsFile(settings));

/** The ledger of a service, which alone makes one. Throws NO_LEDGER. */
export const openLedger = (settings: Settings): JobStore => {
  const path = ledgerPath(settings);
  if (!existsSync(path)) throw failed("NO_LEDGER", `There is no ledger of jobs at ${path}.`, { path });
  return composeJobs(settings);
};
