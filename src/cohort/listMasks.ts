import { readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { failed } from "../domain/failure.ts";
import { type MaskFile, openMaskFile } from "./maskFile.ts";

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/** Of a case's files of both kinds the NIfTI: it knows the whole image. */
const preferred = (files: readonly MaskFile[]): MaskFile => {
  const nifti = files.filter(({ kind }) => kind === "nifti");
  const [first] = nifti.length > 0 ? nifti : files;
  if (first !== undefined && (nifti.length > 0 ? nifti : files).length === 1) return first;
  throw failed(
    "USAGE",
    `${files.length} files are called ${first?.name}: ${files.map(({ path }) => basename(path)).join(", ")}.`,
  );
};

/**
 * The masks below a folder (NIfTI, DICOM SEG), or one file, one a case, by name; other files are passed over. Throws
 * USAGE where there are none, or where several files of one kind claim one name.
 */
export const listMasks = (path: string): readonly MaskFile[] => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw failed("USAGE", `There is nothing at ${path}.`);
  const files = stat.isDirectory() ? filesBelow(path) : [path];
  const masks = files.flatMap(
    (file) => openMaskFile(file, stat.isDirectory() ? relative(path, file) : basename(file)) ?? [],
  );
  if (masks.length === 0) throw failed("USAGE", `${path} holds neither NIfTI masks nor DICOM SEG.`);
  return [...Map.groupBy(masks, ({ name }) => name).values()].map(preferred);
};
