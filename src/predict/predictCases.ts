/** The cases of a folder of volumes: under nnU-Net's names, `<case>_0000.nii.gz` with a further number for each further channel, or as `convert` wrote them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { convertedIn } from "../convert/convertEarlier.ts";
import { failed } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import { readImageFile } from "../files/readVolumeFile.ts";
import { isVolumePath, withoutEnding } from "../files/volumeFormats.ts";

type Image = { readonly name: string; readonly id: string; readonly channel: string };

export type FoundCase = {
  readonly id: string;
  readonly images: readonly Image[];
  /** As what the service would segment it, where `convert` judged it; null: as nothing. */
  readonly convertedAs?: ModelClass | null;
};

export type FoundCases = {
  /** In the order of their names, none of them opened yet. */
  readonly cases: readonly FoundCase[];
  /** Volumes whose names bear no channel, and that `convert` did not write. */
  readonly passedOver: readonly string[];
};

const parseName = (name: string): Image | null => {
  const [, id, channel] = /^(.+)_(\d{4})$/.exec(withoutEnding(name) ?? "") ?? [];
  return id === undefined || channel === undefined ? null : { name, id, channel };
};

/** The cases directly in a folder; hidden files are none. Null where there is no volume, USAGE where none is a case. */
export const findCases = (folder: string): FoundCases | null => {
  const names = readdirSync(folder)
    .filter((name) => isVolumePath(name) && !name.startsWith("."))
    .sort();
  if (names.length === 0) return null;
  const converted = convertedIn(folder);
  const images = names.flatMap((name) => (converted.has(name) ? [] : (parseName(name) ?? [])));
  const judged = names.flatMap((name): FoundCase[] => {
    const convertedAs = converted.get(name);
    if (convertedAs === undefined) return [];
    const id = name.slice(0, -".nii.gz".length);
    return [{ id, images: [{ name, id, channel: "0000" }], convertedAs }];
  });
  if (images.length + judged.length === 0)
    throw failed(
      "USAGE",
      `None of the ${names.length} file(s) with a volume in ${folder} is named as nnU-Net does: <case>_0000.nii.gz.`,
    );
  return {
    cases: [
      ...[...Map.groupBy(images, ({ id }) => id)].map(([id, ofCase]) => ({ id, images: ofCase })),
      ...judged,
    ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    passedOver: names.filter((name) => !converted.has(name) && parseName(name) === null),
  };
};

/** Those that a model of this class may see: what `convert` judged to be of another, or of none, is passed over. */
export const casesFor = (
  cases: readonly FoundCase[],
  modelClass: ModelClass,
): { readonly fit: readonly FoundCase[]; readonly unfit: readonly string[] } => {
  const isFit = ({ convertedAs = modelClass }: FoundCase): boolean => convertedAs === modelClass;
  const unfit = cases.filter((each) => !isFit(each)).flatMap(({ images }) => images.map(({ name }) => name));
  return { fit: cases.filter(isFit), unfit };
};

/** The only image of a case. Throws USAGE where it has several or another channel, and what `readImageFile` throws. */
export const readCase = (folder: string, { images }: FoundCase): ReturnType<typeof readImageFile> => {
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
  return readImageFile(join(folder, image.name));
};
