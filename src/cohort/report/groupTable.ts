import type { GroupSummary, MeasureSummary, VolumeSummary } from "../../evaluate/summariseCohort.ts";
import type { Html } from "../../html/html.ts";
import { between, fixed, meanSd, none, orWhy, signed } from "./numbers.ts";
import { type Column, type RowGroup, renderTable, withNote } from "./table.ts";

const nameOf = ({ where }: GroupSummary): string =>
  Object.keys(where).length === 0
    ? "All cases"
    : Object.values(where)
        .map((value) => value || none)
        .join(" · ");

/** Groups of the same columns belong together: all cases, then each column, then the crossed ones. */
const byColumns = (groups: readonly GroupSummary[]): readonly RowGroup<GroupSummary>[] =>
  [...Map.groupBy(groups, ({ where }) => Object.keys(where).join(" × "))].map(([columns, rows]) => ({
    name: columns === "" ? null : `By ${columns}`,
    rows,
  }));

/** How many cases the mean rests on, where these are not all. */
const fewer = (summary: MeasureSummary, cases: number): string | null =>
  summary.n < cases ? `n = ${summary.n}` : null;

const notes = (...each: readonly (string | null)[]): string | null =>
  each.filter((note) => note !== null).join("; ") || null;

const dice = ({ measures: { dice: summary } }: GroupSummary): Html =>
  withNote(
    meanSd(summary, 1, 100),
    summary === null
      ? null
      : summary.interval === null
        ? `no interval: ${summary.why}`
        : `(${between(summary.interval, 1, 100)})`,
  );

const distance =
  (measure: "hd95Mm" | "assdMm", digits: number) =>
  (group: GroupSummary): Html => {
    const summary = group.measures[measure];
    if (summary === null) return withNote(none, "a mask is empty in each case");
    return withNote(
      meanSd(summary, digits),
      notes(`median ${fixed(summary.median, digits)}`, fewer(summary, group.cases)),
    );
  };

const needsTwo = "needs 2 cases";

const ofVolumes =
  (read: (volumes: VolumeSummary) => Html) =>
  ({ volumes }: GroupSummary): Html =>
    volumes === null ? withNote(none, needsTwo) : read(volumes);

const bias = ({ volumes }: GroupSummary): Html => {
  if (volumes === null) return withNote(none, needsTwo);
  const { blandAltman } = volumes;
  const limits = { low: blandAltman.lowerLimit.value, high: blandAltman.upperLimit.value };
  return withNote(signed(blandAltman.bias.value, 1), `(${between(limits, 1)})`);
};

const columnsWith = (toleranceMm: number): readonly Column<GroupSummary>[] => [
  { head: "Group", isText: true, cell: nameOf },
  { head: "Cases", cell: ({ cases }) => cases },
  { head: withNote("Dice, %", "(95 % interval)"), cell: dice },
  { head: "HD95, mm", cell: distance("hd95Mm", 1) },
  { head: "ASSD, mm", cell: distance("assdMm", 2) },
  {
    head: withNote("Surface Dice, %", `by area, within ${toleranceMm} mm`),
    cell: ({ measures }) => meanSd(measures.surfaceDice, 1, 100),
  },
  { head: "Kappa", cell: ({ measures }) => meanSd(measures.kappa, 3) },
  { head: withNote("Volume bias, ml", "(95 % limits)"), cell: bias },
  { head: "R²", cell: ofVolumes(({ correlation: { pearsonR2, why } }) => orWhy(fixed(pearsonR2, 3), why)) },
  {
    head: "CCC",
    cell: ofVolumes(({ correlation: { concordance, why } }) => orWhy(fixed(concordance, 3), why)),
  },
  {
    head: "ICC(2,1)",
    cell: ofVolumes(({ intraclass: { icc21, why } }) => orWhy(fixed(icc21?.value, 3), why)),
  },
];

/** Every group with its agreement, mean ± SD. */
export const renderGroups = (groups: readonly GroupSummary[], toleranceMm: number): Html =>
  renderTable(
    "Agreement by group: mean ± SD over the cases that have a value.",
    columnsWith(toleranceMm),
    byColumns(groups),
  );
