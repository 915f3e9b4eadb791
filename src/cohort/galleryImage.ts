import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSeries } from "../dicom/series/readSeries.ts";
import { voxelCount } from "../domain/axes.ts";
import { FailureError, failed } from "../domain/failure.ts";
import type { Grid, Volume } from "../domain/grid.ts";
import { readVolumeFile } from "../files/readVolumeFile.ts";
import { withoutEnding } from "../files/volumeFormats.ts";
import { nearestOnGrid } from "../geometry/commonGrid.ts";

/** More than any picture needs. */
const maxVoxels = 2 ** 29;

const readFolder = async (folder: string): Promise<Volume> => {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const instances = files.map(({ name }) => ({
    name,
    read: () => new Uint8Array(readFileSync(join(folder, name))),
  }));
  return (await readSeries(instances, { minSlices: 1, maxVoxels })).volume;
};

/** Case of an image by its name; null for what is no image. */
const caseOf = (name: string): string | null => withoutEnding(name)?.replace(/_0000$/, "") ?? null;

/**
 * The image of a case, at any depth: `<case>_0000.nii.gz`, `<case>.nii.gz`, the same of another format, or a folder of that
 * name with a DICOM series.
 */
const findImage = async (folder: string, names: readonly string[]): Promise<Volume | null> => {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const isOfCase = (entry: Dirent): boolean =>
    names.includes(entry.isDirectory() ? entry.name : (caseOf(entry.name) ?? ""));
  const found = entries.find(isOfCase);
  if (found === undefined) return null;
  const path = join(found.parentPath, found.name);
  return found.isDirectory() ? readFolder(path) : readVolumeFile(path);
};

/** Throws USAGE where a folder holds neither files that are images by their names nor folders of cases. */
export const requireImages = (folder: string): void => {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  if (entries.some((entry) => entry.isDirectory() || caseOf(entry.name) !== null)) return;
  throw failed(
    "USAGE",
    `${folder} holds no images: neither NIfTI, NRRD or MetaImage files nor folders of DICOM.`,
  );
};

/** The image of a case on the grid of its masks; black where there is none or it cannot be read. */
export const imageOnGrid = async (
  folder: string | null,
  names: readonly string[],
  grid: Grid,
): Promise<Volume & { readonly isThere: boolean }> => {
  const voxels = new Float32Array(voxelCount(grid.shape));
  try {
    const image = folder === null ? null : await findImage(folder, names);
    return image === null
      ? { grid, voxels, isThere: false }
      : { grid, voxels: nearestOnGrid(image, grid, voxels), isThere: true };
  } catch (error) {
    if (error instanceof FailureError) return { grid, voxels, isThere: false };
    throw error;
  }
};
