import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ImportRequest, importModel } from "../../src/importer/importModel.ts";

/** What one import costs in a process of its own: seconds of the processor, which a busy machine does not lengthen. */
export type ImportCost = { readonly seconds: number; readonly peakMegabytes: number };

const self = fileURLToPath(import.meta.url);

export const importInOwnProcess = (request: ImportRequest): ImportCost =>
  JSON.parse(
    execFileSync(process.execPath, [self, JSON.stringify(request)], { encoding: "utf8" }),
  ) as ImportCost;

if (process.argv[1] === self) {
  await importModel(JSON.parse(process.argv[2] as string) as ImportRequest);
  const { user, system } = process.cpuUsage();
  const cost: ImportCost = {
    seconds: (user + system) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(JSON.stringify(cost));
}
