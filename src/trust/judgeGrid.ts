import type { Grid } from "../domain/grid.ts";
import type { Plan } from "../domain/plan.ts";
import type { Warning } from "../domain/warning.ts";
import { planOrientation } from "../geometry/orient.ts";

/** O3: a sagittal or coronal stack is turned for the network, whose training stacks were axial. */
export const judgeGrid = (grid: Grid, { orientation }: Plan): readonly Warning[] =>
  planOrientation(grid, orientation).isAxial
    ? []
    : [{ code: "NON_AXIAL", sentence: "The stack is not axial; the model was trained on axial stacks." }];
