import { setImmediate } from "node:timers/promises";
import { type Failure, failed, toFailure } from "../domain/failure.ts";
import { compareReaders, type ReaderAgreement } from "../evaluate/readers.ts";
import type { Groups } from "../evaluate/summariseCohort.ts";
import { alignAll } from "./alignAll.ts";
import type { LeftOut } from "./cohortReport.ts";
import type { GroupsTable } from "./groupsTable.ts";
import { listMasks } from "./listMasks.ts";
import { type MaskFile, type ReadMask, readMaskFile } from "./maskFile.ts";
import { type ReaderGroup, type ReadPair, summariseReaders } from "./readerAgreement.ts";

/** One reader's masks of the cases; a reader who read them again has several. */
export type Reading = { readonly reader: string; readonly folder: string };

export type ReaderStudy = {
  readonly readings: readonly { readonly reader: string; readonly label: string }[];
  readonly pairs: readonly ReadPair[];
  readonly groups: readonly ReaderGroup[];
  readonly leftOut: readonly LeftOut[];
};

export type ReaderStudyOptions = {
  readonly readings: readonly Reading[];
  /** Label of a NIfTI, number of a segment; null: all but 0, the pancreas. */
  readonly label: number | null;
  readonly groups: GroupsTable;
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

/** Every two readings of a case. Throws USAGE for one reading alone, and what reading and aligning throw. */
const readCase = async (
  { name, files }: ReadCase,
  groups: Groups,
  { readings, label, resample }: ReaderStudyOptions,
): Promise<readonly ReadPair[]> => {
  const there = files.flatMap((file, reading) => (file === undefined ? [] : [{ file, reading }]));
  const read: ReadMask[] = [];
  for (const { file } of there) read.push(await readMaskFile(file, label));
  const [first, ...others] = read;
  if (first === undefined || others.length === 0)
    throw failed("NOT_PAIRED", `Only ${readings[there[0]?.reading ?? 0]?.reader} has read this case.`);
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
 * cannot be compared is left out with its reason. Throws USAGE for fewer than two readings or no comparable case.
 */
export const studyReaders = async (options: ReaderStudyOptions): Promise<ReaderStudy> => {
  const { readings, groups, onProgress } = options;
  if (readings.length < 2) throw failed("USAGE", `${readings.length} readings leave nothing to compare.`);
  const cases = casesOf(readings.map(({ folder }) => listMasks(folder)));
  const pairs: ReadPair[] = [];
  const leftOut: LeftOut[] = [];
  for (const [n, one] of cases.entries()) {
    onProgress(`comparing ${one.name}`, n / cases.length);
    await setImmediate();
    const own = groups.get(one.name) ?? {};
    try {
      pairs.push(...(await readCase(one, own, options)));
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
  return {
    readings: labelsOf(readings),
    pairs,
    groups: summariseReaders(pairs, readings.length),
    leftOut,
  };
};
