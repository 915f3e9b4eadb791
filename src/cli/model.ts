import type { Command } from "commander";
import { software } from "../compose.ts";
import { failed } from "../domain/failure.ts";
import type { ModelClass, Orientation } from "../domain/plan.ts";
import { importModel } from "../importer/importModel.ts";
import { isModelId, MODEL_ID_FORM } from "../importer/modelFolder.ts";
import type { Fold } from "../importer/source/chooseFiles.ts";
import { takenNotes } from "../importer/takenNotes.ts";
import { listModelIds, readModel, verifyModel } from "../inference/modelFolder.ts";
import { choice, invalid } from "./arguments.ts";
import { modelClass } from "./chooseModel.ts";
import { settingsFor } from "./context.ts";
import { bold, green, note, print, printJson, table } from "./output.ts";
import { writeProblem } from "./paths.ts";
import { makeProgressLine } from "./progress.ts";

type ImportOptions = {
  readonly modality: ModelClass;
  readonly id?: string;
  readonly fp16?: boolean;
  readonly licence?: string;
  readonly orientation: Orientation;
  readonly checkpoint?: string;
  readonly fold?: Fold;
  readonly within?: string;
  readonly json?: boolean;
};

const IMPORT_HELP = `
Example:
  panseg model import ./Task109_Pancreas --modality CT --fp16
  panseg model import Task110_PancreasT1MRI-20260901T101500Z-001.zip --modality T1
  panseg model import ./Task111_PancreasT2MRI --modality T2 --checkpoint best --fold all`;

const foldOf = (text: string): Fold => {
  if (text === "all") return text;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw invalid("--fold is a whole number such as 0, or all.");
};

const idOf = (text: string): string => {
  if (isModelId(text)) return text;
  throw invalid(MODEL_ID_FORM);
};

export const describeModel = (model: Command): void => {
  model
    .command("import <source>")
    .description(
      "bring a PanSegNet (nnU-Net v1) results folder, a zip of it or a checkpoint in; no code in it is executed",
    )
    .requiredOption("--modality <class>", "CT, T1 or T2", modelClass)
    .option("--id <name>", "name under the models folder", idOf)
    .option("--fp16", "write a float16 file beside the float32 one, for the GPU")
    .option("--licence <text>", "licence of the weights, kept in the manifest")
    .option(
      "--orientation <axes>",
      "array axes the model was trained with: LPS, RAS, LAS or stored",
      choice(["LPS", "RAS", "LAS", "stored"]),
      "LPS",
    )
    .option("--checkpoint <name>", "final, best, latest or a file's name (default: final, else best)")
    .option("--fold <n>", "which fold: a number or all (default: 0, or all where it is the only one)", foldOf)
    .option("--within <path>", "which model, where the folder or archive holds several")
    .option("--json", "print the manifest, with what was taken")
    .addHelpText("after", IMPORT_HELP)
    .action(async (source: string, options: ImportOptions, command: Command) => {
      const { folder } = settingsFor(command).models;
      const problem = writeProblem(folder);
      if (problem !== null) throw failed("FOLDER_UNWRITABLE", `models.folder: ${problem}`, { folder });
      const line = makeProgressLine(options.json === true);
      const manifest = await importModel({
        source,
        modelsFolder: folder,
        modelClass: options.modality,
        orientation: options.orientation,
        fp16: options.fp16 === true,
        softwareVersion: software.version,
        ...(options.id !== undefined && { id: options.id }),
        ...(options.licence !== undefined && { licence: options.licence }),
        ...(options.checkpoint !== undefined && { checkpointName: options.checkpoint }),
        ...(options.fold !== undefined && { fold: options.fold }),
        ...(options.within !== undefined && { within: options.within }),
        onProgress: (share, what) => line.update(what, share),
      }).finally(line.end);
      if (options.json) printJson(manifest);
      else
        print(
          `${green("✓")} ${bold(manifest.id)} (${manifest.modelClass}, ${manifest.trainer}) is in ${folder}/${manifest.id}`,
        );
      for (const sentence of takenNotes(manifest)) note(`  ${sentence}`);
    });

  model
    .command("list")
    .description("the installed models")
    .option("--json", "print one JSON array")
    .action((options: { json?: boolean }, command: Command) => {
      const { folder } = settingsFor(command).models;
      const models = listModelIds(folder).map((id) => readModel(folder, id));
      if (options.json) printJson(models.map(({ manifest }) => manifest));
      else if (models.length === 0) note(`no models in ${folder}; see panseg model import --help`);
      else
        print(
          table(
            ["id", "class", "trainer", "patch", "sha256", "licence"],
            models.map(({ id, plan, manifest }) => [
              id,
              plan.modelClass,
              manifest.trainer,
              plan.patchSize.join("×"),
              manifest.files["model.onnx"].sha256.slice(0, 12),
              manifest.licence ?? "not stated",
            ]),
          ),
        );
    });

  model
    .command("verify [id]")
    .description("compare every file of one or all models with its manifest")
    .action(async (id: string | undefined, _options, command: Command) => {
      const { folder } = settingsFor(command).models;
      for (const name of id === undefined ? listModelIds(folder) : [id]) {
        await verifyModel(readModel(folder, name));
        print(`${green("✓")} ${name}`);
      }
    });
};
