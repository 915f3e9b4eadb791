import { lstatSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { ModelClass } from "../domain/plan.ts";

export const reportFile = "report.json";

type Volume = { readonly file?: unknown; readonly selection?: { readonly modelClass?: unknown } | null };
type Named = { readonly series?: readonly { readonly volumes?: readonly Volume[] }[] };

const volumesNamedBy = (report: string): readonly Volume[] => {
  try {
    const { series } = JSON.parse(readFileSync(report, "utf8")) as Named;
    return (series ?? []).flatMap(({ volumes }) => volumes ?? []);
  } catch {
    // No report, or none of ours: then nothing here is ours.
    return [];
  }
};

const classes: readonly unknown[] = ["CT", "T1", "T2"] satisfies readonly ModelClass[];

/** The files that a conversion wrote into a folder, and as what the service would segment each; null: as nothing. */
export const convertedIn = (folder: string): ReadonlyMap<string, ModelClass | null> =>
  new Map(
    volumesNamedBy(join(folder, reportFile)).flatMap(({ file, selection }) => {
      const found = selection?.modelClass;
      return typeof file === "string" ? [[file, classes.includes(found) ? (found as ModelClass) : null]] : [];
    }),
  );

/** Removes what an earlier conversion left in a folder, so that no volume survives the refusal of its series. */
export const removeEarlier = (folder: string): void => {
  const report = join(folder, reportFile);
  for (const { file: name } of volumesNamedBy(report)) {
    if (typeof name !== "string") continue;
    const file = join(folder, name);
    const isOurs = name === basename(name) && name.endsWith(".nii.gz");
    if (isOurs && lstatSync(file, { throwIfNoEntry: false })?.isFile()) rmSync(file);
  }
  rmSync(report, { force: true });
};
