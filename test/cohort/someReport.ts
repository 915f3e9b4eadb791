import type { CohortReport, LeftOut } from "../../src/cohort/cohortReport.ts";
import { compareMethods } from "../../src/cohort/compareMethods.ts";
import { paperTable } from "../../src/cohort/paperTable.ts";
import { makeFailure } from "../../src/domain/failure.ts";
import type { CaseAgreement } from "../../src/evaluate/assessCase.ts";
import { type CohortCase, type Groups, summariseCohort } from "../../src/evaluate/summariseCohort.ts";
import { blankImage } from "../../src/picture/image.ts";
import { encodePng } from "../../src/picture/png.ts";

/** Evenly spread over 0…1, the same every time. */
const spread = (i: number, step: number): number => (i * step) % 1;

/** Agreement of two masks that would have these volumes; distances grow as Dice falls. */
export const agreementOf = (dice: number, referenceMl: number, differenceMl: number): CaseAgreement => ({
  dice,
  jaccard: dice / (2 - dice),
  precision: Math.min(1, dice + 0.02),
  recall: Math.max(0, dice - 0.02),
  kappa: Math.max(0, dice - 0.004),
  volumeMl: referenceMl + differenceMl,
  referenceMl,
  volumeDifferenceMl: differenceMl,
  relativeVolumeDifference: referenceMl === 0 ? null : differenceMl / referenceMl,
  hausdorffMm: 2 + 90 * (1 - dice),
  hd95Mm: 1 + 40 * (1 - dice),
  assdMm: 0.3 + 8 * (1 - dice),
  robustHd95Mm: 1.2 + 38 * (1 - dice),
  surfaceDice: Math.sqrt(dice),
  toleranceMm: 2,
  emptyMask: "none",
});

/** The prediction found nothing. */
const missed: CaseAgreement = {
  ...agreementOf(0, 60, -60),
  precision: null,
  recall: 0,
  hausdorffMm: null,
  hd95Mm: null,
  assdMm: null,
  robustHd95Mm: null,
  surfaceDice: 0,
  emptyMask: "first",
};

/** Cases of three modalities and centres, of plausible numbers; in every 40th nothing was found. */
export const someCases = (count: number, better = 0): readonly CohortCase[] =>
  Array.from({ length: count }, (_, i) => {
    const [a, b, c] = [spread(i + 1, 0.618), spread(i + 1, 0.4142), spread(i + 1, 0.732)];
    const dice = 0.97 - 0.06 * a - 0.3 * b ** 6 + better * c * (1 - b);
    return {
      name: `pancreas_${String(i + 1).padStart(4, "0")}`,
      groups: {
        modality: ["CT", "T1", "T2"][i % 3] ?? "",
        centre: ["Ankara", "Mayo", "Northwestern", "Nottingham"][Math.floor(i / 3) % 4] ?? "",
      },
      agreement:
        i % 40 === 39 ? missed : agreementOf(dice, 35 + 95 * c, 26 * (a - 0.45) + 30 * (c - 0.5) * b),
    };
  });

export const leftOutCase = (name: string, groups: Groups = {}): LeftOut => ({
  name,
  groups,
  failure: makeFailure("USAGE", "The masks lie on 24×256×256 and 24×512×512 voxels."),
});

/** A report of these cases as an evaluation makes it, with what is not derived from them as given. */
export const reportOf = (cases: readonly CohortCase[], more: Partial<CohortReport> = {}): CohortReport => ({
  madeAt: "2026-03-01T14:05:09.000Z",
  software: { name: "panseg", version: "1.2.3" },
  referenceName: "labelsTs",
  predictionName: "predictions",
  toleranceMm: 2,
  cases,
  leftOut: [],
  groups: more.groups ?? summariseCohort(cases),
  remarks: [],
  groupsTable: null,
  comparison: null,
  paper: null,
  gallery: [],
  ...more,
});

const worst = (cases: readonly CohortCase[]): CohortReport["gallery"] =>
  cases
    .toSorted((a, b) => a.agreement.dice - b.agreement.dice)
    .slice(0, 4)
    .map(({ name }) => ({ name, png: encodePng(blankImage(1046, 330, [40, 48, 56])) }));

/** A report with every section; the intervals of its groups take seconds. */
export const fullReport = (count: number): CohortReport => {
  const cases = someCases(count);
  const groups = summariseCohort(cases);
  return reportOf(cases, {
    groups,
    leftOut: [leftOutCase("pancreas_9001", { modality: "CT", centre: "Mayo" })],
    comparison: compareMethods(
      { name: "predictions", cases },
      { name: "earlier-model", cases: someCases(count, -0.02) },
    ),
    paper: paperTable(groups),
    gallery: worst(cases),
  });
};
