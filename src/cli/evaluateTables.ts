import type { CohortReport } from "../cohort/cohortReport.ts";
import type { ComparedMeasure, MethodComparison } from "../cohort/compareMethods.ts";
import { nameSome } from "../cohort/nameSome.ts";
import type { PaperRow } from "../cohort/paperTable.ts";
import { paperCitation } from "../cohort/paperTable.ts";
import type { GroupSummary } from "../evaluate/summariseCohort.ts";
import { table } from "./output.ts";

type MeanSd = { readonly mean: number; readonly sd: number | null };

/** No sign on what rounds to zero. */
const fixed = (value: number | null | undefined, digits: number): string =>
  value?.toFixed(digits).replace(/^-(0\.?0*)$/, "$1") ?? "–";

const meanSd = (value: MeanSd | null, digits: number, factor = 1): string => {
  if (value === null) return "–";
  const sd = value.sd === null ? "" : ` ± ${(factor * value.sd).toFixed(digits)}`;
  return `${fixed(factor * value.mean, digits)}${sd}`;
};

const groupName = ({ where }: GroupSummary): string => {
  const values = Object.entries(where).map(([column, value]) => `${column} ${value}`);
  return values.length === 0 ? "all" : values.join(", ");
};

/** The same with the number of cases that have the value, where some have not. */
const withCount = (value: (MeanSd & { readonly n: number }) | null, cases: number, text: string): string =>
  value === null || value.n === cases ? text : `${text} (n ${value.n})`;

const groupRow = (group: GroupSummary): readonly string[] => {
  const { measures, volumes, cases } = group;
  const cell = (name: keyof typeof measures, digits: number, factor = 1): string =>
    withCount(measures[name], cases, meanSd(measures[name], digits, factor));
  return [
    groupName(group),
    String(cases),
    cell("dice", 1, 100),
    cell("hd95Mm", 1),
    cell("assdMm", 2),
    cell("surfaceDice", 3),
    cell("kappa", 3),
    fixed(volumes?.correlation.pearsonR2, 3),
    cell("volumeDifferenceMl", 1),
  ];
};

const groupHeader = ["group", "cases", "Dice %", "HD95 mm", "ASSD mm", "surf. Dice*", "kappa", "R²", "Δ ml"];

/** More lines than two screens are no table to read. */
const MOST_ROWS = 60;

const columnsOf = ({ where }: GroupSummary): string => Object.keys(where).join(" × ");

/** Whole blocks of groups of the same columns, as long as they fit. */
const shownGroups = (groups: readonly GroupSummary[]) => {
  const shown: GroupSummary[] = [];
  const unshown: string[] = [];
  for (const [columns, block] of Map.groupBy(groups, columnsOf))
    if (shown.length + block.length <= MOST_ROWS) shown.push(...block);
    else unshown.push(`${block.length} groups by ${columns}`);
  return { shown, unshown };
};

/** Why a dash stands in a table, once for each reason and with the groups that have it. */
const dashes = (groups: readonly GroupSummary[]): readonly string[] => {
  const reasons = groups.flatMap((group) => {
    const { measures, volumes } = group;
    return [
      ...(measures.hd95Mm === null
        ? [["no case has two masks to measure a distance between", group] as const]
        : []),
      ...(volumes === null
        ? [["R² needs 2 cases", group] as const]
        : volumes.correlation.pearsonR2 === null
          ? [[`no R²: ${volumes.correlation.why}`, group] as const]
          : []),
    ];
  });
  return [...Map.groupBy(reasons, ([reason]) => reason)].map(
    ([reason, some]) =>
      `– ${reason}: ${nameSome(
        some.map(([, group]) => `"${groupName(group)}"`),
        5,
      )}`,
  );
};

/** One line a group, as many as one can read; below it why numbers are missing and which groups are not shown. */
export const groupsTable = ({ groups, toleranceMm }: CohortReport): string => {
  const { shown, unshown } = shownGroups(groups);
  return [
    table(groupHeader, shown.map(groupRow)),
    "mean ± SD over the cases; (n …): so many of them have the value",
    `* by surface area, within ${toleranceMm} mm; surface Dice (NSD) by counts of voxels gives other numbers`,
    ...dashes(shown),
    ...unshown.map((words) => `not shown: ${words}, all in summary.json and report.html`),
  ].join("\n");
};

const comparedShown = [
  ["dice", "Dice %", 100],
  ["hd95Mm", "HD95 mm", 1],
  ["assdMm", "ASSD mm", 1],
  ["volumeMl", "volume ml", 1],
] as const satisfies readonly (readonly [ComparedMeasure, string, number])[];

const comparedRow = (
  { measures, withoutValue, cases }: MethodComparison,
  [measure, words, factor]: (typeof comparedShown)[number],
): readonly string[] => {
  const tests = measures[measure];
  const n = cases - withoutValue[measure].length;
  if (tests === null) return [words, String(n), "–", "–", "–"];
  const { pairedT, wilcoxon } = tests;
  return [
    words,
    String(n),
    (factor * pairedT.meanDifference).toFixed(2),
    pairedT.p?.toPrecision(2) ?? "–",
    wilcoxon.p.toPrecision(2),
  ];
};

/** Two methods case by case: over how many cases each line is, and which are not in it. */
export const comparisonTable = (comparison: MethodComparison): string => {
  const { firstName, secondName, cases, withoutValue, measures } = comparison;
  const reasons = comparedShown.flatMap(([measure, words]) => {
    const [without, tests] = [withoutValue[measure], measures[measure]];
    return [
      ...(without.length > 0 ? [`${words} is not of ${nameSome(without)}: a mask is empty`] : []),
      ...(tests === null ? [`– ${words}: fewer than 2 cases`] : []),
      ...(tests?.pairedT.why == null ? [] : [`– p (t) of ${words}: ${tests.pairedT.why}`]),
    ];
  });
  return [
    `${firstName} − ${secondName}, the ${cases} cases that both have`,
    table(
      ["measure", "n", "difference", "p (t)", "p (Wilcoxon)"],
      comparedShown.map((line) => comparedRow(comparison, line)),
    ),
    ...reasons,
  ].join("\n");
};

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
    ...(rows.every(({ own }) => own === null)
      ? [
          "– yours: no case has a modality; name it with --modality, or in a column modality (CT, T1, T2) of --groups",
        ]
      : []),
  ].join("\n");
