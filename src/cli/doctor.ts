import { existsSync, statfsSync } from "node:fs";
import type { Command } from "commander";
import { composeDestinations, composePacs, composeRest, requireModels, software } from "../compose.ts";
import { toFailure } from "../domain/failure.ts";
import { cudaFilesArePresent } from "../inference/executionProvider.ts";
import { listModelIds, readModel, verifyModel } from "../inference/modelFolder.ts";
import { openSegmenter } from "../inference/onnxruntimeSegmenter.ts";
import { removeStudy } from "../pacs/removeStudy.ts";
import { makeLog } from "../processes/log.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { archiveFindings } from "./archiveFindings.ts";
import { settingsFor } from "./context.ts";
import { green, print, printJson, red, yellow } from "./output.ts";
import { nearestFolder, writeProblem } from "./paths.ts";
import { tryStoreFindings, viewerFinding } from "./viewerFindings.ts";

export type Finding = {
  readonly check: string;
  readonly state: "ok" | "note" | "problem";
  readonly text: string;
};

const silent = makeLog("silent");

/** Look at everything a service needs, change nothing, and say what is wrong. */
export const describeDoctor = (command: Command): void => {
  command
    .option("--json", "print one JSON object")
    .option(
      "--try-store",
      "store three tiny segmentations of a patient PANSEG^DOCTOR, see which of them viewers will show, and delete them where the archive (Orthanc) can; rules that send new studies on will send these too",
    )
    .addHelpText(
      "after",
      "\nWithout --try-store nothing is stored.\n\nExample:\n  panseg doctor --config config/example.yaml",
    )
    .action(async (options: { json?: boolean; tryStore?: boolean }, command: Command) => {
      const settings = settingsFor(command);
      const findings = [
        checkRuntime(),
        checkDataFolder(settings),
        ...(await checkModels(settings)),
        ...checkChosenModels(settings),
        ...(await checkExecutionProvider(settings)),
        ...(await checkArchive(settings, options.tryStore === true)),
        ...(await checkDestinations(settings)),
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
    const problem = writeProblem(dataFolder);
    if (problem !== null) return { check: "data folder", state: "problem", text: problem };
    const { bavail, bsize } = statfsSync(nearestFolder(dataFolder));
    const freeGiB = (bavail * bsize) / 2 ** 30;
    const found = existsSync(dataFolder) ? "is writable" : "is made by the service";
    const text = `${dataFolder} ${found}, ${freeGiB.toFixed(1)} GiB free`;
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

const checkChosenModels = (settings: Settings): readonly Finding[] => {
  try {
    requireModels(settings);
    return [];
  } catch (error) {
    return [problemOf("models", error)];
  }
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

const problemOf = (check: string, error: unknown): Finding => {
  const { sentence, code } = toFailure(error);
  return { check, state: "problem", text: `${sentence} [${code}]` };
};

const checkArchive = async (settings: Settings, isToStore: boolean): Promise<readonly Finding[]> => {
  const { dicomwebUrl } = settings.pacs;
  try {
    const pacs = composePacs(settings, silent);
    const { milliseconds, software: name } = await pacs.ping();
    const text = `${name} at ${dicomwebUrl} answers in ${milliseconds.toFixed(0)} ms`;
    return [
      { check: "archive", state: "ok", text },
      ...(await archiveFindings(pacs).catch((error: unknown) => [problemOf("archive's list", error)])),
      ...(isToStore
        ? await tryStoreFindings(pacs, removal(settings), settings)
        : [await viewerFinding(pacs)]),
    ];
  } catch (error) {
    const { state, text } = problemOf("archive", error);
    return [{ check: "archive", state, text: `${dicomwebUrl}: ${text}` }];
  }
};

const removal = (settings: Settings) => {
  const rest = composeRest(settings);
  if (rest === null) return null;
  return (studyUid: string, sopInstanceUids: readonly string[]) =>
    removeStudy(rest, studyUid, sopInstanceUids);
};

/** Whether they answer a search; what they take is known once something is stored. */
const checkDestinations = async (settings: Settings): Promise<readonly Finding[]> =>
  Promise.all(
    settings.destinations.map(async (destination): Promise<Finding> => {
      const check = `destination ${destination.name}`;
      try {
        const [, only] = composeDestinations(
          { ...settings, destinations: [destination] },
          composePacs(settings, silent),
          silent,
        );
        await only?.pacs.hasInstance({ studyUid: "2.25.1", seriesUid: "2.25.2", sopInstanceUid: "2.25.3" });
        return { check, state: "ok", text: `${destination.dicomwebUrl} answers` };
      } catch (error) {
        return problemOf(check, error);
      }
    }),
  );
