import type { Command } from "commander";
import { readSeriesRules } from "../seriesRules.ts";
import { maskSecrets } from "../settings.ts";
import { settingsFile, settingsFor } from "./context.ts";
import { green, print, printJson } from "./output.ts";

export const describeConfig = (config: Command): void => {
  config
    .command("check")
    .description("read file and environment and report every problem at once")
    .action((_options, command: Command) => {
      const { series } = settingsFor(command);
      readSeriesRules(series.rulesFile);
      print(`${green("✓")} settings are valid (${settingsFile(command) ?? "defaults and environment"})`);
    });
  config
    .command("print")
    .description("show the settings in force as JSON, secrets masked")
    .action((_options, command: Command) => printJson(maskSecrets(settingsFor(command))));
};
