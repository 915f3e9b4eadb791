/** `predict` over volumes in files of their own: one model for all, a mask for each case. */
import { toFailure } from "../domain/failure.ts";
import { writeNifti } from "../nifti/writeNifti.ts";
import { segmentVolume } from "../pipeline.ts";
import type { Segmenter } from "../ports/models.ts";
import type { Step, Teller } from "../ports/world.ts";
import { type FoundCase, readCase } from "./predictCases.ts";
import { type CaseOutcome, keepCase, type Prediction } from "./predictFolder.ts";

export type CaseRow = CaseOutcome & { readonly doneBefore: boolean };

export type ImagesEnded = { readonly rows: readonly CaseRow[]; readonly isStopped: boolean };

type World = {
  readonly input: string;
  readonly output: string;
  readonly segmenter: Segmenter;
  readonly teller: Teller;
  readonly stepOf: (about: string) => Step;
};

/** One case after the other, until all have their outcome or someone stops us. */
export const predictImages = async (
  cases: readonly FoundCase[],
  begun: Prediction,
  { input, output, segmenter, teller, stepOf }: World,
): Promise<ImagesEnded> => {
  const before = new Map(begun.cases.map((known) => [known.case, known]));
  const rows: CaseRow[] = [];
  let prediction = begun;
  for (const [n, found] of cases.entries()) {
    const known = before.get(found.id);
    if (known !== undefined) {
      rows.push({ ...known, doneBefore: true });
      continue;
    }
    const step = stepOf(`case ${n + 1} of ${cases.length} ${found.id}`);
    const made = await predictCase(input, found, segmenter, teller, step);
    if (made === "stopped") return { rows, isStopped: true };
    prediction = keepCase(output, prediction, made.outcome, made.mask);
    rows.push({ ...made.outcome, doneBefore: false });
  }
  return { rows, isStopped: false };
};

type Made = { readonly outcome: CaseOutcome; readonly mask: Uint8Array | null };

const predictCase = async (
  folder: string,
  found: FoundCase,
  segmenter: Segmenter,
  { settings, software, clock }: Teller,
  step: Step,
): Promise<Made | "stopped"> => {
  const startedAtMs = clock.nowMs();
  const seconds = (): number => Math.round(clock.nowMs() - startedAtMs) / 1000;
  try {
    const { volume, ...read } = await step("volume", () => readCase(folder, found));
    const { mask, measures, ...judged } = await segmentVolume(volume, segmenter, settings, step);
    const bytes = await step("write", () => writeNifti(mask));
    const outcome = {
      case: found.id,
      outcome: measures.voxels === 0 ? "no-pancreas-found" : "segmented",
      volumeMl: measures.volumeMl,
      warnings: [...read.warnings, ...judged.warnings],
      seconds: seconds(),
      executionProvider: segmenter.executionProvider,
      softwareVersion: software.version,
    } as const;
    return { outcome, mask: bytes };
  } catch (error) {
    const failure = toFailure(error);
    if (failure.code === "INTERRUPTED") return "stopped";
    return {
      outcome: { case: found.id, outcome: "failed", seconds: seconds(), ...failure },
      mask: null,
    };
  }
};
