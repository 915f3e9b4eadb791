/** `predict` over DICOM studies: every volume of a tree of files that `segment` would take, each into a folder of its own. */

import { caseName } from "../convert/volumeNames.ts";
import { parseHeader } from "../dicom/file/header.ts";
import { uidOf } from "../dicom/file/uidOf.ts";
import { instancesDigest } from "../dicom/identity/resultKey.ts";
import { selectVolumes } from "../dicom/select/selectVolumes.ts";
import { type Failure, toFailure } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import { type ChosenVolume, identify } from "../files/chooseVolume.ts";
import type { FileSeries } from "../files/seriesOfFiles.ts";
import type { OutputFile } from "../files/writeFiles.ts";
import type { Step, Teller } from "../ports/world.ts";
import { type CaseOutcome, type CaseSource, dropCase, keepCase, type Prediction } from "./predictFolder.ts";
import type { CaseRow } from "./predictImages.ts";
import { resultFiles } from "./resultFiles.ts";
import { segmentChosen } from "./segmentFiles.ts";

/** A series or volume that is not for us; no text of its header. */
export type RefusedSeries = Pick<Failure, "code" | "sentence"> & {
  readonly seriesUid: string;
  readonly seriesNumber: number | null;
  readonly part: string;
};

export type StudiesEnded = {
  readonly rows: readonly CaseRow[];
  readonly refused: readonly RefusedSeries[];
  readonly isStopped: boolean;
};

type Case = { readonly id: string; readonly source: CaseSource; readonly volume: ChosenVolume };

type World = {
  readonly folder: string;
  readonly teller: Teller;
  readonly force: ModelClass | null;
  readonly stepOf: (about: string) => Step;
};

/** One series after the other, until all have their end or someone stops us; none stops another. */
export const predictStudies = async (
  series: readonly FileSeries[],
  begun: Prediction,
  world: World,
): Promise<StudiesEnded> => {
  const rows: CaseRow[] = [];
  const refused: RefusedSeries[] = [];
  let prediction = begun;
  for (const [n, one] of series.entries()) {
    const step = world.stepOf(`series ${n + 1} of ${series.length}`);
    const judged = await judge(one, world, step);
    if (judged === "stopped") return { rows, refused, isStopped: true };
    refused.push(...judged.refused);
    for (const found of judged.cases) {
      const known = begun.cases.find((each) => each.case === found.id);
      if (known?.source?.instancesDigest === found.source.instancesDigest) {
        rows.push({ ...known, doneBefore: true });
        continue;
      }
      if (known !== undefined) prediction = dropCase(world.folder, prediction, found.id);
      const made = await predictVolume(found, world, step);
      if (made === "stopped") return { rows, refused, isStopped: true };
      if ("refused" in made) {
        refused.push({ ...aboutOf(one, found.volume.part), ...made.refused });
        continue;
      }
      prediction = keepCase(world.folder, prediction, made.outcome, made.files);
      rows.push({ ...made.outcome, doneBefore: false });
    }
  }
  return { rows, refused, isStopped: false };
};

const aboutOf = ({ seriesUid, seriesNumber }: FileSeries, part: string) => ({
  seriesUid,
  seriesNumber,
  part,
});

type Judged = { readonly cases: readonly Case[]; readonly refused: readonly RefusedSeries[] };

/** The volumes of a series that are to be segmented, and why the others are not. */
const judge = async (one: FileSeries, { teller, force }: World, step: Step): Promise<Judged | "stopped"> => {
  try {
    return await step("headers", (progress) => judgeHeaders(one, teller, force, progress));
  } catch (error) {
    const { code, sentence } = toFailure(error);
    return code === "INTERRUPTED"
      ? "stopped"
      : { cases: [], refused: [{ ...aboutOf(one, ""), code, sentence }] };
  }
};

const judgeHeaders = (
  one: FileSeries,
  { settings }: Teller,
  force: ModelClass | null,
  progress: (share: number) => void,
): Judged => {
  const { instances } = one;
  const headers = instances.map((instance, n) => {
    progress(n / instances.length);
    return parseHeader(instance.read());
  });
  const cases: Case[] = [];
  const refused: RefusedSeries[] = [];
  for (const choice of selectVolumes(headers, { ...settings, ...(force !== null && { force }) })) {
    const { part } = choice;
    if (choice.kind === "refused") {
      const { code, sentence } = choice.failure;
      refused.push({ ...aboutOf(one, part), code, sentence });
      continue;
    }
    const { series, warnings } = identify(headers);
    const { modelClass } = choice;
    cases.push({
      id: caseName(one.seriesNumber, series.seriesUid, part),
      source: {
        ...series,
        part,
        instancesDigest: instancesDigest(headers.map((header) => uidOf(header, "SOPInstanceUID"))),
      },
      volume: { series, instances, headers, modelClass, part, warnings: [...choice.warnings, ...warnings] },
    });
  }
  return { cases, refused };
};

type Made =
  | { readonly outcome: CaseOutcome; readonly files: readonly OutputFile[] | null }
  | { readonly refused: Pick<Failure, "code" | "sentence"> };

const predictVolume = async (
  { id, source, volume }: Case,
  { teller }: World,
  step: Step,
): Promise<Made | "stopped"> => {
  const startedAtMs = teller.clock.nowMs();
  const about = () => ({
    case: id,
    source,
    seconds: Math.round(teller.clock.nowMs() - startedAtMs) / 1000,
  });
  try {
    const results = await segmentChosen(volume, teller, step);
    const { outcome, measures, warnings, executionProvider, software } = results.result;
    const { volumeMl } = measures;
    return {
      outcome: {
        ...about(),
        outcome,
        volumeMl,
        warnings,
        executionProvider,
        softwareVersion: software.version,
      },
      files: resultFiles(results),
    };
  } catch (error) {
    const failure = toFailure(error);
    const { code, sentence } = failure;
    if (code === "INTERRUPTED") return "stopped";
    // No fault of the series. What its pixels alone tell is one: its headers promised a volume.
    if (code === "NO_MODEL" || code === "PHANTOM_MODEL") return { refused: { code, sentence } };
    return { outcome: { ...about(), outcome: "failed", ...failure }, files: null };
  }
};
