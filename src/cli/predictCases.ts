/** The cases of a folder under nnU-Net's names: `<case>_0000.nii.gz`, a further number for each further channel. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { failed } from "../domain/failure.ts";
import { readNiftiImage } from "../nifti/readNifti.ts";
import { isNiftiPath } from "../pacs/folder.ts";

type Image = { readonly name: string; readonly id: string; readonly channel: string };

export type FoundCase = { readonly id: string; readonly images: readonly Image[] };

export type FoundCases = {
  /** In the order of their names, none of them opened yet. */
  readonly cases: readonly FoundCase[];
  /** NIfTI files whose names bear no channel. */
  readonly passedOver: readonly string[];
};

const parseName = (name: string): Image | null => {
  const [, id, channel] = /^(.+)_(\d{4})\.nii(?:\.gz)?$/i.exec(name) ?? [];
  return id === undefined || channel === undefined ? null : { name, id, channel };
};

/** The cases directly in a folder; hidden files are none. Throws USAGE where there is no folder or no case in it. */
export const findCases = (folder: string): FoundCases => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw failed("USAGE", `There is no folder at ${folder}.`);
  const names = readdirSync(folder)
    .filter((name) => isNiftiPath(name) && !name.startsWith("."))
    .sort();
  if (names.length === 0) throw failed("USAGE", `There is no NIfTI file in ${folder}.`);
  const images = names.flatMap((name) => parseName(name) ?? []);
  if (images.length === 0)
    throw failed(
      "USAGE",
      `None of the ${names.length} NIfTI file(s) in ${folder} is named as nnU-Net does: <case>_0000.nii.gz.`,
    );
  return {
    cases: [...Map.groupBy(images, ({ id }) => id)].map(([id, ofCase]) => ({ id, images: ofCase })),
    passedOver: names.filter((name) => parseName(name) === null),
  };
};

/** The only image of a case. Throws USAGE where it has several or another channel, NIFTI_INVALID where it cannot be read. */
export const readCase = (folder: string, { images }: FoundCase): ReturnType<typeof readNiftiImage> => {
  const channels = [...new Set(images.map(({ channel }) => `_${channel}`))].join(", ");
  if (channels.includes(","))
    throw failed("USAGE", `The case has several channels (${channels}); PanSegNet knows one.`);
  if (channels !== "_0000") throw failed("USAGE", `The case has no image _0000, only ${channels}.`);
  const [image, ...others] = images;
  if (image === undefined || others.length > 0)
    throw failed(
      "USAGE",
      `Several files claim to be the image: ${images.map(({ name }) => name).join(", ")}.`,
    );
  return readNiftiImage(bytesOf(join(folder, image.name)));
};

const bytesOf = (path: string): Uint8Array => {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw failed("NIFTI_INVALID", `The file cannot be opened (${reason}).`, { reason }, error);
  }
};
