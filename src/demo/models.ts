import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importModel } from "../importer/importModel.ts";

const recipes = fileURLToPath(new URL("../../models/phantom", import.meta.url));

/** Bring the demo models of the repository in, as anyone would theirs; their checkpoints are the only copy. */
export const importDemoModels = async (
  modelsFolder: string,
  softwareVersion: string,
  onProgress: (share: number) => void = () => {},
): Promise<void> => {
  const classes = ["CT", "T1", "T2"] as const;
  for (const [index, modelClass] of classes.entries())
    await importModel({
      source: join(recipes, modelClass.toLowerCase()),
      modelsFolder,
      modelClass,
      licence: "Apache-2.0",
      softwareVersion,
      onProgress: (share) => onProgress((index + share) / classes.length),
    });
};
