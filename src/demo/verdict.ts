import { segToMask } from "../dicom/segmentation/readSegPlanes.ts";
import type { FailureCode } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";
import type { Job } from "../domain/job.ts";
import { storedAs } from "../domain/result.ts";
import { diceOf } from "../evaluate/dice.ts";
import { measureMask } from "../measure/measureMask.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { CastSeries } from "./cast.ts";

/** What became of one series, beside what the phantom knows. */
export type Verdict = {
  readonly name: string;
  readonly seriesUid: string;
  readonly state: Job["state"];
  /** Code and sentence of a refusal or failure. */
  readonly reason: { readonly code: FailureCode; readonly sentence: string } | null;
  readonly model: string | null;
  readonly volumeMl: number | null;
  readonly trueVolumeMl: number | null;
  /** Of the stored SEG, fetched from the archive and placed in patient space, with the phantom's label. */
  readonly dice: number | null;
  readonly secondsPerStep: Readonly<Record<string, number>>;
  readonly asExpected: boolean;
};

/** What a result must reach to count as expected: the demo shows that the whole chain works, not how good a model is. */
const leastDice = 0.75;

const isOpen = ({ state }: Job): boolean => ["queued", "running", "computed"].includes(state);

/**
 * The job that tells what became of a series: its segmentation where there is one, else its examination; null: not yet.
 * While one is open a slice may have come late, and what ended before it was not the end. `jobs`: the newest first.
 */
export const finalJob = (jobs: readonly Job[], seriesUid: string): Job | null => {
  const ofSeries = jobs.filter((job) => job.seriesUid === seriesUid);
  const last = ofSeries.find(({ kind }) => kind === "segment") ?? ofSeries[0];
  if (last === undefined || ofSeries.some(isOpen)) return null;
  return last.kind === "examine" && last.state === "done" ? null : last;
};

/** Judge the end of a series; the mask is judged by what the archive now holds. */
export const judgeSeries = async (cast: CastSeries, job: Job, pacs: Pacs): Promise<Verdict> => {
  const { studyUid, seriesUid, state, failure, result } = job;
  const stored = result && storedAs(result, "seg");
  const truth = cast.phantom?.label ?? null;
  const seg =
    stored === null
      ? null
      : await pacs.retrieveInstance({
          studyUid,
          seriesUid: stored.seriesUid,
          sopInstanceUid: stored.sopInstanceUid,
        });
  const dice = seg === null || truth === null ? null : diceOf(segToMask(seg, truth.grid), truth);
  const asExpected =
    cast.expected === null
      ? state === "done" && (dice ?? 0) >= leastDice
      : state === "skipped" && failure?.code === cast.expected;
  return {
    name: cast.name,
    seriesUid,
    state,
    reason: failure && { code: failure.code, sentence: failure.sentence },
    model: result?.model.id ?? null,
    volumeMl: result?.measures.volumeMl ?? null,
    trueVolumeMl: truth && trueVolumeMl(truth),
    dice,
    secondsPerStep: result?.secondsPerStep ?? {},
    asExpected,
  };
};

const trueVolumeMl = (truth: Mask): number =>
  measureMask(truth, { grid: truth.grid, voxels: Float32Array.from(truth.voxels) }).volumeMl;
