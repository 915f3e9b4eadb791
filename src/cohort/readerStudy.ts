import { setImmediate } from "node:timers/promises";
import { type Failure, FailureError, failed, toFailure } from "../domain/failure.ts";
import type { PancreasNames } from "../domain/pancreasNames.ts";
import { compareReaders, type ReaderAgreement } from "../evaluate/readers.ts";
import type { Groups } from "../evaluate/summariseCohort.ts";
import { alignAll } from "./alignAll.ts";
import type { GroupsNote, LeftOut } from "./cohortReport.ts";
import type { GroupsTable } from "./groupsTable.ts";
import { listMasks, nameAlike } from "./listMasks.ts";
import { type MaskFile, type ReadMask, readMaskFile } from "./maskFile.ts";
import { groupsNote, matchGroups } from "./matchGroups.ts";
import { type ReaderGroup, type ReadPair, summariseReaders } from "./readerAgreement.ts";
import { makeRemarks, type Remark, type Remarks } from "./remarks.ts";

/** One reader's masks of the cases; a reader who read them again has several. */
export type Reading = { readonly reader: string; readonly folder: string };

export type ReaderStudy = {
  readonly readings: readonly { readonly reader: string; readonly label: string }[];
  readonly pairs: readonly ReadPair[];
  readonly groups: readonly ReaderGroup[];
  readonly leftOut: readonly LeftOut[];
  readonly remarks: readonly Remark[];
  /** Null where no table was given. */
  readonly groupsTable: GroupsNote | null;
};

export type ReaderStudyOptions = {
  readonly readings: readonly Reading[];
  /** Label of a volume, number of a segment; null: all but 0, the pancreas. */
  readonly label: number | null;
  /** By what a segment is the pancreas. */
  readonly names: PancreasNames;
  /** Null: none was given. */
  readonly groups: GroupsTable | null;
  readonly resample: boolean;
  readonly onProgress: (what: string, share: number) => void;
};

type ReadCase = { readonly name: string; readonly files: readonly (MaskFile | undefined)[] };

/** "alice", or "alice 2" where there are several. */
const labelsOf = (readings: readonly Reading[]): ReaderStudy["readings"] =>
  readings.map(({ reader }, n) => {
    const repeats = readings.filter((other) => other.reader === reader).length;
    const repeat = readings.slice(0, n + 1).filter((other) => other.reader === reader).length;
    return { reader, label: repeats === 1 ? reader : `${reader} ${repeat}` };
  });

const casesOf = (folders: readonly (readonly MaskFile[])[]): readonly ReadCase[] => {
  const names = [...new Set(folders.flat().map(({ name }) => name))].sort();
  return names.map((name) => ({
    name,
    files: folders.map((files) => files.find((file) => file.name === name)),
  }));
};

const entry = (matrix: ReaderAgreement["dice"], i: number, j: number): number => matrix[i]?.[j] ?? Number.NaN;

/** The mask of one reading, whose failures say whose it is. */
const readOne = async (
  file: MaskFile,
  of: string,
  { label, names }: ReaderStudyOptions,
): Promise<ReadMask> => {
  try {
    return await readMaskFile(file, label, names);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const { code, sentence, details } = error.failure;
    throw failed(code, `${of}: ${sentence}`, details, error);
  }
};

/** Every two readings of a case. Throws NOT_PAIRED for one reading alone, and what reading and aligning throw. */
const readCase = async (
  { name, files }: ReadCase,
  groups: Groups,
  options: ReaderStudyOptions,
  remarks: Remarks,
): Promise<readonly ReadPair[]> => {
  const { readings, label, resample } = options;
  const labels = labelsOf(readings).map((reading) => reading.label);
  const there = files.flatMap((file, reading) => (file === undefined ? [] : [{ file, reading }]));
  if (there.length === 1)
    throw failed("NOT_PAIRED", `Only ${readings[there[0]?.reading ?? 0]?.reader} has read this case.`);
  const read: ReadMask[] = [];
  for (const { file, reading } of there) {
    const of = labels[reading] ?? "";
    const mask = await readOne(file, of, options);
    remarks.addLabels(name, `mask of ${of}`, mask, label);
    read.push(mask);
  }
  const [first, ...others] = read;
  if (first === undefined) return [];
  for (const [reading, file] of files.entries())
    if (file === undefined)
      remarks.add(`${labels[reading]} has no mask; the others are compared`, name, true);
  const masks = alignAll([first, ...others], { resample });
  const { dice, kappa } = compareReaders(masks);
  const ml = masks.map(({ voxels, grid: { spacingMm } }) => {
    const count = voxels.reduce((sum, voxel) => sum + (voxel === 0 ? 0 : 1), 0);
    return (count * spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
  });
  return there.flatMap((a, i) =>
    there.slice(i + 1).map((b, n) => ({
      name,
      groups,
      first: a.reading,
      second: b.reading,
      isWithin: readings[a.reading]?.reader === readings[b.reading]?.reader,
      dice: entry(dice, i, i + 1 + n),
      kappa: entry(kappa, i, i + 1 + n),
      firstMl: ml[i] ?? Number.NaN,
      secondMl: ml[i + 1 + n] ?? Number.NaN,
    })),
  );
};

/**
 * Agreement of several readings of the same cases, by name: matrices of mean Dice and mean voxel-wise Cohen's kappa, and
 * what readers agree with themselves (within) and with each other (between), over all cases and in each group. A case that
 * cannot be compared is left out with its reason. Throws USAGE for fewer than two readings, no
 * comparable case, a label that no mask of a reading holds, or a table of groups that names none of the cases.
 */
export const studyReaders = async (options: ReaderStudyOptions): Promise<ReaderStudy> => {
  const { readings, groups, onProgress } = options;
  if (readings.length < 2) throw failed("USAGE", `${readings.length} readings leave nothing to compare.`);
  const lists = readings.map(({ folder }) => listMasks(folder));
  const cases = casesOf(nameAlike(lists));
  const remarks = makeRemarks();
  for (const [reading, { passedOver }] of lists.entries())
    for (const name of passedOver)
      remarks.add(`no masks, passed over among those of ${labelsOf(readings)[reading]?.label}`, name, false);
  const matched = matchGroups(
    groups,
    cases.map(({ name }) => [name]),
  );
  const pairs: ReadPair[] = [];
  const leftOut: LeftOut[] = [];
  for (const [n, one] of cases.entries()) {
    onProgress(`comparing ${one.name}`, n / cases.length);
    await setImmediate();
    const own = matched.groupsOf([one.name]) ?? {};
    try {
      pairs.push(...(await readCase(one, own, options, remarks)));
    } catch (error) {
      const failure: Failure = toFailure(error);
      leftOut.push({ name: one.name, groups: own, failure });
    }
  }
  if (pairs.length === 0)
    throw failed(
      "USAGE",
      `None of ${cases.length} cases can be compared: ${leftOut[0]?.failure.sentence ?? "none"}`,
    );
  remarks.refuseAbsentLabels();
  return {
    readings: labelsOf(readings),
    pairs,
    groups: summariseReaders(
      pairs,
      readings.map(({ reader }) => reader),
    ),
    leftOut,
    remarks: remarks.list(),
    groupsTable: groupsNote(groups, matched),
  };
};
