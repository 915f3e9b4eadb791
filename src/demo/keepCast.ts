import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { failed } from "../domain/failure.ts";
import type { CastSeries } from "./cast.ts";
import { writePhantom } from "./phantom/writePhantom.ts";

/** Make a folder, or take an empty one. Throws USAGE where something lies in it: series of two casts would mix. */
export const openKeepFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(folder).length;
  if (files > 0) throw failed("USAGE", `The folder to keep the series in holds ${files} files already.`);
};

const folderOf = (name: string, n: number): string =>
  `${String(n + 1).padStart(2, "0")}-${name.replace(/[^A-Za-z0-9]+/g, "-")}`;

/** Write every series into a folder of its own, `dicom/`; those of a phantom with image.nii.gz and label.nii.gz. */
export const keepCast = (cast: readonly CastSeries[], folder: string): void => {
  for (const [n, { name, files, phantom }] of cast.entries()) {
    const all =
      phantom === null
        ? files.map((file) => ({ ...file, name: `dicom/${file.name}` }))
        : writePhantom(phantom, files);
    for (const file of all) {
      const path = join(folder, folderOf(name, n), file.name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.bytes);
    }
  }
};
