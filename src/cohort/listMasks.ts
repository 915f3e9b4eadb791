import { readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { failed } from "../domain/failure.ts";
import { type MaskFile, openMaskFile } from "./maskFile.ts";

export type MaskList = {
  /** One a case. */
  readonly masks: readonly MaskFile[];
  /** Files that are no masks, by their paths below the folder. */
  readonly passedOver: readonly string[];
};

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    .sort();

/** Of a case's files the volume, which knows the whole image, else the SEG. */
const preferred = (files: readonly MaskFile[]): readonly MaskFile[] => {
  for (const kind of ["volume", "seg", "unread"]) {
    const found = files.filter((file) => file.kind === kind);
    if (found.length > 0) return found;
  }
  return [];
};

/** One of several that lie at one place is not guessed: the case is named with its files, and left out. */
const onlyOne = (files: readonly MaskFile[]): readonly MaskFile[] => {
  const [first] = files;
  if (first === undefined || files.length === 1) return files;
  // Such as the two halves of a pair: how many there are is not what is wrong with them.
  const reasons = new Set(files.map(({ refusal }) => refusal?.failure.sentence));
  if (first.refusal !== null && reasons.size === 1) return [first];
  const names = files.map(({ path }) => basename(path)).join(", ");
  const refusal = failed("NOT_PAIRED", `${files.length} files are called ${first.place}: ${names}.`);
  return [{ ...first, kind: "unread", refusal }];
};

/** A name that several folders use is told apart by the folders. */
const distinct = (files: readonly MaskFile[]): readonly MaskFile[] => {
  const best = preferred(files);
  return best.length === 1 ? best : [...Map.groupBy(best, ({ place }) => place).values()].flatMap(onlyOne);
};

/**
 * The masks below a folder (NIfTI, NRRD, MetaImage, DICOM SEG), or one file, one a case; hidden files and others that are no masks are
 * passed over. Throws USAGE where there is no mask.
 */
export const listMasks = (path: string): MaskList => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw failed("USAGE", `There is nothing at ${path}.`);
  const files = stat.isDirectory() ? filesBelow(path) : [path];
  const opened = files.map((file) => {
    const below = stat.isDirectory() ? relative(path, file) : basename(file);
    const isHidden = below.split(/[\\/]/).some((part) => part.startsWith("."));
    return { file, below, mask: isHidden ? null : openMaskFile(file, below) };
  });
  const found = opened.flatMap(({ mask }) => mask ?? []);
  // The voxels of a header are no file of their own, whatever they are called.
  const dataFiles = new Set(found.flatMap(({ dataFile }) => dataFile ?? []));
  const masks = found.filter((mask) => !dataFiles.has(mask.path));
  if (masks.length === 0)
    throw failed("USAGE", `${path} holds no masks: neither NIfTI, NRRD or MetaImage files nor DICOM SEG.`);
  return {
    masks: [...Map.groupBy(masks, ({ name }) => name).values()].flatMap(distinct),
    passedOver: opened
      .filter(({ file, mask }) => mask === null && !dataFiles.has(file))
      .map(({ below }) => below),
  };
};

/** The same masks, each by the name that is its own in every folder: with the folders above it where a folder needs them. */
export const nameAlike = (lists: readonly MaskList[]): readonly (readonly MaskFile[])[] => {
  const repeated = new Set(
    lists.flatMap(({ masks }) =>
      [...Map.groupBy(masks, ({ name }) => name)].flatMap(([name, some]) => (some.length > 1 ? [name] : [])),
    ),
  );
  return lists.map(({ masks }) =>
    masks.map((mask) => (repeated.has(mask.name) ? { ...mask, name: mask.place } : mask)),
  );
};
