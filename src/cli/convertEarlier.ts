import { lstatSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

export const reportFile = "report.json";

type Named = { readonly series?: readonly { readonly volumes?: readonly { readonly file?: unknown }[] }[] };

const volumesNamedBy = (report: string): readonly string[] => {
  try {
    const { series } = JSON.parse(readFileSync(report, "utf8")) as Named;
    return (series ?? []).flatMap(({ volumes }) =>
      (volumes ?? []).flatMap(({ file }) => (typeof file === "string" ? [file] : [])),
    );
  } catch {
    // No report, or none of ours: then nothing here is ours to remove.
    return [];
  }
};

/** Removes what an earlier conversion left in a folder, so that no volume survives the refusal of its series. */
export const removeEarlier = (folder: string): void => {
  const report = join(folder, reportFile);
  for (const name of volumesNamedBy(report)) {
    const file = join(folder, name);
    const isOurs = name === basename(name) && name.endsWith(".nii.gz");
    if (isOurs && lstatSync(file, { throwIfNoEntry: false })?.isFile()) rmSync(file);
  }
  rmSync(report, { force: true });
};
