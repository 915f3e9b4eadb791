import { readFileSync } from "node:fs";
import { parseHeader, text } from "../dicom/file/header.ts";
import { items } from "../dicom/report/contentTree.ts";
import { isSegmentation, readSegmentation } from "../dicom/segmentation/readSegmentation.ts";
import { FailureError, failed } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";
import type { PancreasNames } from "../domain/pancreasNames.ts";
import { headOf } from "../files/firstBytes.ts";
import { dataFileOf, readVolumeFile } from "../files/readVolumeFile.ts";
import { isVolumeFile } from "../files/volumeFormats.ts";
import { caseKey } from "./caseKey.ts";
import { labelledVoxels } from "./maskLabels.ts";

/** A mask as it lies in a folder. */
export type MaskFile = {
  readonly path: string;
  /** "unread": surely meant as a mask, but not one that is read. */
  readonly kind: "volume" | "seg" | "unread";
  /** Of the case: the file's name without its ending, or its folder's where the file is called mask or seg. */
  readonly name: string;
  /** The name with the folders above it, which tells two cases of one name apart. */
  readonly place: string;
  /** The series that a SEG says it segments. */
  readonly sourceSeriesUid: string | null;
  /** The file with the voxels of which this is the header; null: it holds them itself. */
  readonly dataFile: string | null;
  /** Why it is not read; null for what is. */
  readonly refusal: FailureError | null;
};

/** Names that say what a file is and not of whom: `panseg segment` writes them into a folder of the case. */
const anonymousNames: ReadonlySet<string> = new Set(["mask", "seg", "segmentation", "label"]);

const namesOf = (relativePath: string): Pick<MaskFile, "name" | "place"> => {
  const parts = relativePath.split(/[\\/]/).map((part) => part.normalize("NFC"));
  const stem = caseKey(parts.pop() ?? "");
  const isAnonymous = parts.length > 0 && anonymousNames.has(stem.toLowerCase());
  const all = isAnonymous ? parts : [...parts, stem];
  return { name: all.at(-1) ?? "", place: all.join("/") };
};

/** Endings of masks that other programs write, and what to do about them. */
const otherMasks: readonly (readonly [ending: RegExp, words: string])[] = [
  [/\.(mgz|mgh)$/i, "a FreeSurfer volume; convert it with mri_convert to .nii.gz"],
  [/\.(nii\.(bz2|xz|zst|zip)|zip|tar|tgz|7z|rar)$/i, "packed; unpack it, or pack it with gzip as .nii.gz"],
  [/\.(npy|npz|mat|h5|hdf5)$/i, "an array without position in space; save it with its affine as .nii.gz"],
  [/\.(stl|obj|vtp|vtk|ply)$/i, "a surface; convert it to voxels of the image in 3D Slicer"],
];

const pairEnding = /\.(hdr|img)(\.gz)?$/i;

/** What half of a pair of files is; NIfTI marks its header, Analyze does not, and says nowhere where the image lies. */
const halfOf = (path: string): string => {
  const isMarked = [".hdr", ".HDR"].some((ending) => {
    const head = headOf(path.replace(pairEnding, ending), 348);
    return /^n[i+]1/.test(Buffer.from(head.subarray(344)).toString("latin1"));
  });
  return isMarked || /\.gz$/i.test(path)
    ? "one half of a pair of files; convert both with nib-convert or fslchfiletype to .nii.gz"
    : "one half of an Analyze pair, which is not read: Analyze has no place in space; convert it to NIfTI with the affine of its image";
};

/** DICOM objects that draw organs, but not voxel by voxel, by SOP Class UID (PS3.4 B.5). */
const otherObjects: Readonly<Record<string, string>> = {
  "1.2.840.10008.5.1.4.1.1.481.3": "an RT Structure Set; convert it to DICOM SEG or NIfTI in 3D Slicer",
  "1.2.840.10008.5.1.4.1.1.66.5": "a surface segmentation; convert it to DICOM SEG or NIfTI in 3D Slicer",
};

const unread = (words: string): FailureError => failed("NOT_A_MASK", `The file is ${words}.`);

/** What a file is, by its ending or its content; null for what is no mask. */
export const openMaskFile = (path: string, relativePath: string): MaskFile | null => {
  const file = { path, ...namesOf(relativePath), sourceSeriesUid: null, dataFile: null, refusal: null };
  const other = pairEnding.test(path) ? halfOf(path) : otherMasks.find(([ending]) => ending.test(path))?.[1];
  if (other !== undefined) return { ...file, kind: "unread", refusal: unread(other) };
  if (isVolumeFile(path)) return { ...file, kind: "volume", dataFile: dataFileOf(path) };
  try {
    const header = parseHeader(readFileSync(path));
    const words = otherObjects[text(header, "SOPClassUID") ?? ""];
    if (words !== undefined) return { ...file, kind: "unread", refusal: unread(words) };
    if (!isSegmentation(header)) return null;
    const [series] = items(header, "ReferencedSeriesSequence");
    return { ...file, kind: "seg", sourceSeriesUid: text(series ?? {}, "SeriesInstanceUID") };
  } catch (error) {
    if (error instanceof FailureError) return null;
    // Whatever cannot be opened and has no mask's name is named among the files that are passed over.
    if (error instanceof Error && "code" in error) return null;
    throw error;
  }
};

const bytesOf = (path: string): Uint8Array => {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw failed("NOT_A_MASK", `The file cannot be opened (${reason}).`, { reason }, error);
  }
};

/** A mask, and whether its grid is the image's; a SEG tells only where its own planes lie. */
export type ReadMask = {
  readonly mask: Mask;
  readonly isWholeImage: boolean;
  /** Positions in two of them cannot be compared; only DICOM tells one. */
  readonly frameOfReferenceUid: string | null;
  /** Every label but 0 that the file holds, ascending; null where segments have names and numbers instead. */
  readonly labels: readonly number[] | null;
};

/**
 * The mask in a file: of a volume the voxels with the label (null: all but 0), of a SEG the segment of that number (null:
 * its pancreas, by these names). Throws NOT_A_MASK, SEGMENT_NOT_FOUND and what else `readVolumeFile` and `readSegmentation` throw.
 */
export const readMaskFile = async (
  { path, kind, refusal }: MaskFile,
  label: number | null,
  names: PancreasNames,
): Promise<ReadMask> => {
  if (refusal !== null) throw refusal;
  if (kind === "seg") {
    const bytes = bytesOf(path);
    const { mask, frameOfReferenceUid } = await readSegmentation(bytes, label, names);
    return { mask, frameOfReferenceUid, isWholeImage: false, labels: null };
  }
  const { grid, voxels } = readVolumeFile(path);
  const { inside, labels } = labelledVoxels(voxels, label);
  return { mask: { grid, voxels: inside }, frameOfReferenceUid: null, isWholeImage: true, labels };
};
