import { failed } from "../domain/failure.ts";

/** More different numbers than any list of organs has are the grey values of an image. */
const MOST_VALUES = 256;

/** Parts of one organ, such as head, body, tail, duct, cyst and tumour; more labels are several organs. */
const MOST_PARTS = 8;

/** The voxels inside, and every label but 0 that the file holds, ascending. */
export type LabelledVoxels = { readonly inside: Uint8Array; readonly labels: readonly number[] };

const noMask = (words: string, details: Readonly<Record<string, unknown>>) =>
  failed("NOT_A_MASK", `The file holds ${words}; give masks, not images.`, details);

const valuesOf = (voxels: Float32Array): readonly number[] => {
  const values = new Set<number>();
  let last = Number.NaN;
  let [least, most] = [0, 0];
  for (const value of voxels) {
    if (value === last) continue;
    last = value;
    if (!Number.isInteger(value)) throw noMask(`${value}, which is no label`, { value });
    least = Math.min(least, value);
    most = Math.max(most, value);
    if (values.size <= MOST_VALUES) values.add(value);
  }
  if (values.size > MOST_VALUES)
    throw noMask(`more than ${MOST_VALUES} different values from ${least} to ${most}`, { least, most });
  return [...values].sort((a, b) => a - b);
};

/**
 * What of a file's voxels is inside: those with the label, or for null all but 0. Throws NOT_A_MASK where the values are
 * no labels but grey values (fractions, more than 256 different ones), and, where no label is named, for negative ones and
 * for more labels than one organ has parts.
 */
export const labelledVoxels = (voxels: Float32Array, label: number | null): LabelledVoxels => {
  const labels = valuesOf(voxels).filter((value) => value !== 0);
  const [least = 0, most = 0] = [labels[0], labels.at(-1)];
  if (label === null && least < 0) throw noMask(`values from ${least} to ${most}`, { least, most });
  if (label === null && labels.length > MOST_PARTS)
    throw failed(
      "NOT_A_MASK",
      `The file holds ${labels.length} labels from ${least} to ${most}: more than one organ; name the label of the pancreas.`,
      { labels },
    );
  const inside = new Uint8Array(voxels.length);
  for (let at = 0; at < voxels.length; at++) {
    const value = voxels[at] as number;
    if (label === null ? value !== 0 : value === label) inside[at] = 1;
  }
  return { inside, labels };
};
