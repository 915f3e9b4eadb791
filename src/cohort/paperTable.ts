import type { Correlation } from "../evaluate/correlation.ts";
import type { GroupSummary } from "../evaluate/summariseCohort.ts";

/**
 * What the authors report: Zhang et al., Large-scale multi-center CT and MRI segmentation of pancreas with deep learning,
 * Medical Image Analysis 99 (2025) 103382, https://doi.org/10.1016/j.media.2024.103382, abstract.
 */
const published = [
  { modality: "CT", dicePercent: { mean: 88.3, sd: 7.2 }, volumeR2: 0.91, interObserverKappa: null },
  { modality: "T1", dicePercent: { mean: 85.0, sd: 7.9 }, volumeR2: 0.84, interObserverKappa: 0.624 },
  { modality: "T2", dicePercent: { mean: 86.3, sd: 6.4 }, volumeR2: 0.85, interObserverKappa: 0.638 },
] as const;

export const paperCitation =
  "Zhang et al., Medical Image Analysis 99 (2025) 103382, doi:10.1016/j.media.2024.103382";

type MeanSd = { readonly mean: number; readonly sd: number | null };

/** One line of the publication's table, and the same of the user's cases. */
export type PaperRow = {
  readonly modality: string;
  /** Null: all centres. The publication's numbers hold for all of its own. */
  readonly centre: string | null;
  readonly paper: (typeof published)[number] | null;
  /** Null where the user has no such cases. */
  readonly own: {
    readonly cases: number;
    readonly dicePercent: MeanSd | null;
    readonly hd95Mm: MeanSd | null;
    /** As `Correlation.pearsonR2`; null for fewer than 2 cases. */
    readonly volumeR2: Correlation["pearsonR2"];
    /** Voxel-wise, prediction against reference; the publication's is between human observers. */
    readonly kappa: MeanSd | null;
  } | null;
};

const meanSd = (summary: MeanSd | null, factor = 1): MeanSd | null =>
  summary === null
    ? null
    : { mean: factor * summary.mean, sd: summary.sd === null ? null : factor * summary.sd };

const ownNumbers = ({ cases, measures, volumes }: GroupSummary): NonNullable<PaperRow["own"]> => ({
  cases,
  dicePercent: meanSd(measures.dice, 100),
  hd95Mm: meanSd(measures.hd95Mm),
  volumeR2: volumes?.correlation.pearsonR2 ?? null,
  kappa: meanSd(measures.kappa),
});

const isWhere = ({ where }: GroupSummary, columns: readonly string[]): boolean =>
  Object.keys(where).join() === columns.join();

/**
 * The publication's table beside the user's: by modality (columns `modality` = CT, T1, T2 of the groups; others follow),
 * each followed by its centres. Dice in percent, mean ± SD at case level; HD95 in mm; R² of predicted against reference
 * volumes as the squared correlation.
 */
export const paperTable = (groups: readonly GroupSummary[]): readonly PaperRow[] => {
  const own = groups.filter((group) => isWhere(group, ["modality"]));
  const modalities = [
    ...new Set([
      ...published.map(({ modality }) => modality),
      ...own.map(({ where }) => where["modality"] ?? ""),
    ]),
  ];
  return modalities.flatMap((modality): readonly PaperRow[] => {
    const all = own.find(({ where }) => where["modality"] === modality);
    const centres = groups.filter(
      (group) => isWhere(group, ["modality", "centre"]) && group.where["modality"] === modality,
    );
    return [
      {
        modality,
        centre: null,
        paper: published.find((row) => row.modality === modality) ?? null,
        own: all === undefined ? null : ownNumbers(all),
      },
      ...centres.map((group) => ({
        modality,
        centre: group.where["centre"] ?? null,
        paper: null,
        own: ownNumbers(group),
      })),
    ];
  });
};
