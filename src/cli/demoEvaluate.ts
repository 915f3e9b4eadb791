import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Command } from "commander";
import { software } from "../compose.ts";
import { writeCohort } from "../demo/cohort.ts";
import { importDemoModels } from "../demo/models.ts";
import { PHANTOM_NOTICE, RESEARCH_NOTICE } from "../domain/result.ts";
import { wholeNumber } from "./arguments.ts";
import { bold, note } from "./output.ts";
import { outputFolder } from "./paths.ts";
import { makeProgressLine } from "./progress.ts";

type DemoEvaluateOptions = { readonly output?: string; readonly cases: number; readonly seed: number };

const cli = fileURLToPath(new URL("./main.ts", import.meta.url));

/** Shows a command as a user would type it, and runs it; its exit code. */
const run = async (settingsFile: string, words: readonly string[]): Promise<number> => {
  note(`\n${bold(`$ panseg ${words.join(" ")}`)}`);
  const child = spawn(process.execPath, [cli, "--config", settingsFile, ...words], { stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
};

export const describeDemoEvaluate = (command: Command): void => {
  command
    .option(
      "-o, --output <folder>",
      "where cohort, masks and report go; default: ./panseg-cohort",
      outputFolder,
    )
    .option(
      "--cases <n>",
      "cases for each of CT, T1 and T2 at each centre",
      wholeNumber({ least: 1, most: 1000 }),
      3,
    )
    .option(
      "--seed <n>",
      "first seed of the synthetic patients",
      wholeNumber({ least: 0, most: 1_000_000 }),
      300,
    )
    .addHelpText("after", "\nExample:\n  panseg demo-evaluate -o ./cohort --cases 2")
    .action(async (options: DemoEvaluateOptions) => {
      const { cases: perGroup, seed: firstSeed, output = "./panseg-cohort" } = options;
      const folder = resolve(output);
      const at = (...parts: readonly string[]): string => join(folder, ...parts);
      note(`${bold("panseg demo-evaluate")} · synthetic patients, ${PHANTOM_NOTICE}S · ${RESEARCH_NOTICE}`);
      mkdirSync(folder, { recursive: true });
      const line = makeProgressLine(false);
      const settings = at("settings.json");
      writeFileSync(settings, JSON.stringify({ dataFolder: at("data"), models: { folder: at("models") } }));
      await importDemoModels(at("models"), software.version, (share) =>
        line.update("importing models", share),
      );
      const cohort = await writeCohort(folder, perGroup, firstSeed, line.update);
      line.end();
      const codes: number[] = [];
      for (const modelClass of cohort.classes)
        codes.push(
          await run(settings, [
            "predict",
            ...["-i", join(cohort.images, modelClass), "-o", at("predictions", modelClass)],
            ...["--modality", modelClass, "--allow-phantom-model"],
          ]),
        );
      codes.push(
        await run(settings, [
          "evaluate",
          ...["--ref", cohort.labels, "--pred", at("predictions"), "--images", cohort.images],
          ...["--groups", cohort.groups, "--paper", "-o", at("evaluation")],
        ]),
      );
      process.exitCode = codes.find((code) => code !== 0) ?? 0;
      note(`\nLook: ${bold(pathToFileURL(at("evaluation", "report.html")).href)}`);
    });
};
