import type { CohortReport } from "../cohort/cohortReport.ts";
import type { PaperRow } from "../cohort/paperTable.ts";
import { paperCitation } from "../cohort/paperTable.ts";
import type { GroupSummary } from "../evaluate/summariseCohort.ts";
import { table } from "./output.ts";

type MeanSd = { readonly mean: number; readonly sd: number | null };

const meanSd = (value: MeanSd | null, digits: number, factor = 1): string => {
  if (value === null) return "–";
  const sd = value.sd === null ? "" : ` ± ${(factor * value.sd).toFixed(digits)}`;
  return `${(factor * value.mean).toFixed(digits)}${sd}`;
};

const fixed = (value: number | null | undefined, digits: number): string => value?.toFixed(digits) ?? "–";

const groupName = ({ where }: GroupSummary): string => {
  const values = Object.entries(where).map(([column, value]) => `${column} ${value}`);
  return values.length === 0 ? "all" : values.join(", ");
};

const groupRow = (group: GroupSummary): readonly string[] => {
  const { measures, volumes, cases } = group;
  return [
    groupName(group),
    String(cases),
    meanSd(measures.dice, 1, 100),
    meanSd(measures.hd95Mm, 1),
    meanSd(measures.assdMm, 2),
    meanSd(measures.surfaceDice, 3),
    meanSd(measures.kappa, 3),
    fixed(volumes?.correlation.pearsonR2, 3),
    meanSd(measures.volumeDifferenceMl, 1),
  ];
};

const groupHeader = ["group", "cases", "Dice %", "HD95 mm", "ASSD mm", "surf. Dice", "kappa", "R²", "Δ ml"];

/** One line a group. */
export const groupsTable = ({ groups }: CohortReport): string => table(groupHeader, groups.map(groupRow));

const paperLine = ({ modality, centre, paper, own }: PaperRow): readonly string[] => [
  centre === null ? modality : `  ${centre}`,
  paper === null ? "" : meanSd(paper.dicePercent, 1),
  own === null ? "–" : meanSd(own.dicePercent, 1),
  own === null ? "–" : meanSd(own.hd95Mm, 1),
  paper === null ? "" : fixed(paper.volumeR2, 2),
  fixed(own?.volumeR2, 2),
  paper === null ? "" : fixed(paper.interObserverKappa, 3),
  own === null ? "–" : meanSd(own.kappa, 3),
  String(own?.cases ?? 0),
];

const paperHeader = [
  "modality",
  "paper: Dice %",
  "yours: Dice %",
  "HD95 mm",
  "paper: R²",
  "yours: R²",
  "paper: kappa*",
  "yours: kappa*",
  "cases",
];

/** The publication's table beside the user's. */
export const paperTableText = (rows: readonly PaperRow[]): string =>
  [
    table(paperHeader, rows.map(paperLine)),
    "* paper: between human observers; yours: prediction against reference, voxel by voxel",
    `paper: ${paperCitation}`,
  ].join("\n");
