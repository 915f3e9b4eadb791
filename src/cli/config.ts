import type { Command } from "commander";
import { composeDestinations, composePacs } from "../compose.ts";
import { makeLog } from "../processes/log.ts";
import { maskSecrets } from "../settings/maskSecrets.ts";
import { readPancreasNames } from "../settings/pancreasNames.ts";
import { readSeriesRules } from "../settings/seriesRules.ts";
import { settingsFile, settingsFor } from "./context.ts";
import { green, print, printJson } from "./output.ts";

export const describeConfig = (config: Command): void => {
  config
    .command("check")
    .description("read file and environment and report every problem at once")
    .action((_options, command: Command) => {
      const settings = settingsFor(command);
      readSeriesRules(settings.series.rulesFile);
      readPancreasNames(settings.quality.namesFile);
      // Reads the files that the archives' settings name.
      const log = makeLog("silent");
      composeDestinations(settings, composePacs(settings, log), log);
      print(`${green("✓")} settings are valid (${settingsFile(command) ?? "defaults and environment"})`);
    });
  config
    .command("print")
    .description("show the settings in force as JSON, secrets masked")
    .action((_options, command: Command) => printJson(maskSecrets(settingsFor(command))));
};
