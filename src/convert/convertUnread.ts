import { basename, dirname, relative } from "node:path";
import type { Warning } from "../domain/warning.ts";
import type { InstanceBytes } from "../ports/pacs.ts";

/** A file that could not be read as DICOM. */
export type UnreadFile = {
  /** Below the folder that was given. */
  readonly file: string;
  readonly folder: string;
  /** Whether it begins as DICOM files do, and so may be a slice that was cut short. */
  readonly beginsAsDicom: boolean;
};

const beginsAsDicom = (bytes: Uint8Array): boolean =>
  bytes.length >= 132 && Buffer.from(bytes.subarray(128, 132)).toString("latin1") === "DICM";

/** The files that are in no series, in order of their names. */
export const unreadFiles = (
  files: readonly InstanceBytes[],
  series: readonly { readonly instances: readonly InstanceBytes[] }[],
  root: string,
): readonly UnreadFile[] => {
  const read = new Set(series.flatMap(({ instances }) => instances));
  return files
    .filter((file) => !read.has(file))
    .map((file) => ({
      file: relative(root, file.name) || basename(file.name),
      folder: dirname(file.name),
      beginsAsDicom: beginsAsDicom(file.read()),
    }))
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));
};

/** For every volume of a series with files beside some that were cut short (S4): one of those may have been its end. */
export const warnOfUnread = (
  instances: readonly InstanceBytes[],
  unread: readonly UnreadFile[],
): readonly Warning[] => {
  const folders = new Set(instances.map(({ name }) => dirname(name)));
  const files = unread.flatMap(({ file, folder, beginsAsDicom: isCut }) =>
    isCut && folders.has(folder) ? [file] : [],
  );
  if (files.length === 0) return [];
  return [
    {
      code: "FILES_UNREADABLE",
      sentence: `${files.length} DICOM file(s) beside those of the series are cut short or damaged; its first or last slices may be among them.`,
      details: { files },
    },
  ];
};
