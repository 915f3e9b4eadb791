import { accessSync, constants, existsSync, mkdirSync, statfsSync } from "node:fs";
import type { Command } from "commander";
import { composePacs, software } from "../compose.ts";
import { toFailure } from "../domain/failure.ts";
import { cudaFilesArePresent } from "../inference/executionProvider.ts";
import { listModelIds, readModel, verifyModel } from "../inference/modelFolder.ts";
import { openSegmenter } from "../inference/segmenter.ts";
import { makeLog } from "../log.ts";
import type { Settings } from "../settings.ts";
import { settingsFor } from "./context.ts";
import { green, print, printJson, red, yellow } from "./output.ts";

type Finding = { readonly check: string; readonly state: "ok" | "note" | "problem"; readonly text: string };

const silent = makeLog("silent");

/** Look at everything a service needs, change nothing, and say what is wrong. */
export const describeDoctor = (command: Command): void => {
  command
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  panseg doctor --config config/example.yaml")
    .action(async (options: { json?: boolean }, command: Command) => {
      const settings = settingsFor(command);
      const findings = [
        checkRuntime(),
        checkDataFolder(settings),
        ...(await checkModels(settings)),
        ...(await checkExecutionProvider(settings)),
        await checkArchive(settings),
      ];
      if (options.json) printJson({ software, findings });
      else for (const finding of findings) print(`${signs[finding.state]} ${finding.check}: ${finding.text}`);
      if (findings.some(({ state }) => state === "problem")) process.exitCode = 1;
    });
};

const signs = { ok: green("✓"), note: yellow("!"), problem: red("✗") } as const;

const checkRuntime = (): Finding => ({
  check: "program",
  state: Number(process.versions.node.split(".")[0]) >= 24 ? "ok" : "problem",
  text: `${software.name} ${software.version} on Node ${process.versions.node}, ${process.platform} ${process.arch}`,
});

const checkDataFolder = ({ dataFolder }: Settings): Finding => {
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    accessSync(dataFolder, constants.W_OK);
    const { bavail, bsize } = statfsSync(dataFolder);
    const freeGiB = (bavail * bsize) / 2 ** 30;
    const text = `${dataFolder} is writable, ${freeGiB.toFixed(1)} GiB free`;
    return { check: "data folder", state: freeGiB < 1 ? "problem" : "ok", text };
  } catch {
    return { check: "data folder", state: "problem", text: `${dataFolder} cannot be written` };
  }
};

const checkModels = async ({ models }: Settings): Promise<readonly Finding[]> => {
  const ids = existsSync(models.folder) ? listModelIds(models.folder) : [];
  if (ids.length === 0)
    return [
      { check: "models", state: "problem", text: `none in ${models.folder}; panseg model import --help` },
    ];
  return Promise.all(
    ids.map(async (id): Promise<Finding> => {
      try {
        const model = readModel(models.folder, id);
        await verifyModel(model);
        const { sha256 } = model.manifest.files["model.onnx"];
        return {
          check: `model ${id}`,
          state: "ok",
          text: `${model.plan.modelClass}, sha256 ${sha256.slice(0, 12)}… as in its manifest`,
        };
      } catch (error) {
        return { check: `model ${id}`, state: "problem", text: toFailure(error).sentence };
      }
    }),
  );
};

/** Open the first model: whether CUDA really loads is known only by loading it. */
const checkExecutionProvider = async ({ models, inference }: Settings): Promise<readonly Finding[]> => {
  const check = "execution provider";
  const [id] = existsSync(models.folder) ? listModelIds(models.folder) : [];
  const files = cudaFilesArePresent() ? "CUDA files are installed" : "CUDA files are not installed";
  if (id === undefined)
    return [{ check, state: "note", text: `${files}; not tried, since no model is installed` }];
  try {
    const options = {
      provider: inference.executionProvider,
      float16: inference.float16,
      threads: inference.threads,
    };
    const segmenter = await openSegmenter(readModel(models.folder, id), options, silent);
    await segmenter.close();
    const used = segmenter.executionProvider;
    const state = used === "cpu" && inference.executionProvider === "auto" ? "note" : "ok";
    return [
      { check, state, text: `${used.toUpperCase()} (asked for ${inference.executionProvider}); ${files}` },
    ];
  } catch (error) {
    return [{ check, state: "problem", text: toFailure(error).sentence }];
  }
};

const checkArchive = async (settings: Settings): Promise<Finding> => {
  const { dicomwebUrl } = settings.pacs;
  try {
    const { milliseconds, software: name } = await composePacs(settings, silent).ping();
    return {
      check: "archive",
      state: "ok",
      text: `${name} at ${dicomwebUrl} answers in ${milliseconds.toFixed(0)} ms`,
    };
  } catch (error) {
    const { sentence, code } = toFailure(error);
    return { check: "archive", state: "problem", text: `${dicomwebUrl}: ${sentence} [${code}]` };
  }
};
