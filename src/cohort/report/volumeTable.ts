import type { GroupSummary, VolumeSummary } from "../../evaluate/summariseCohort.ts";
import type { Html } from "../../html/html.ts";
import { between, fixed, none, orWhy, pValue, signed } from "./numbers.ts";
import { type Column, renderTable, withNote } from "./table.ts";

type Row = { readonly name: string; readonly volumes: VolumeSummary };
type Coefficient = VolumeSummary["intraclass"]["icc21"];

const coefficient = (found: Coefficient, why: string | null): Html =>
  found === null
    ? withNote(none, why)
    : withNote(
        fixed(found.value, 3),
        found.interval === null ? `no interval: ${found.why}` : `(${between(found.interval, 3)})`,
      );

const columns: readonly Column<Row>[] = [
  { head: "Group", isText: true, cell: ({ name }) => name },
  { head: "Cases", cell: ({ volumes }) => volumes.correlation.n },
  {
    head: withNote("Bias, ml", "(95 % interval)"),
    cell: ({ volumes: { blandAltman } }) =>
      withNote(signed(blandAltman.bias.value, 1), `(${between(blandAltman.bias.interval, 1)})`),
  },
  {
    head: withNote("Paired t", "degrees of freedom"),
    cell: ({ volumes: { pairedT } }) => withNote(fixed(pairedT.t, 2), `${pairedT.degreesOfFreedom}`),
  },
  { head: "p (t)", cell: ({ volumes: { pairedT } }) => orWhy(pValue(pairedT.p), pairedT.why) },
  { head: "p (Wilcoxon)", cell: ({ volumes }) => pValue(volumes.wilcoxon.p) },
  {
    head: withNote("R²", "any line"),
    cell: ({ volumes: { correlation } }) => orWhy(fixed(correlation.pearsonR2, 3), correlation.why),
  },
  {
    head: withNote("R²", "identity"),
    cell: ({ volumes: { correlation } }) => orWhy(fixed(correlation.identityR2, 3), correlation.why),
  },
  {
    head: "CCC",
    cell: ({ volumes: { correlation } }) => orWhy(fixed(correlation.concordance, 3), correlation.why),
  },
  {
    head: withNote("ICC(2,1)", "(95 % interval)"),
    cell: ({ volumes }) => coefficient(volumes.intraclass.icc21, volumes.intraclass.why),
  },
  {
    head: withNote("ICC(3,1)", "(95 % interval)"),
    cell: ({ volumes }) => coefficient(volumes.intraclass.icc31, volumes.intraclass.why),
  },
];

/** Predicted against reference volumes, of all cases and of each modality; null where no group has two cases. */
export const renderVolumes = (groups: readonly GroupSummary[]): Html | null => {
  const rows = groups.flatMap(({ where, volumes }): readonly Row[] => {
    const names = Object.keys(where);
    if (volumes === null || names.some((column) => column !== "modality")) return [];
    return [{ name: where["modality"] ?? "All cases", volumes }];
  });
  return rows.length === 0
    ? null
    : renderTable("Predicted against reference volumes; differences are prediction − reference.", columns, [
        { name: null, rows },
      ]);
};
