/** What of a stored volume may be used, and as what. */
import type { Volume } from "../domain/grid.ts";
import type { Warning } from "../domain/warning.ts";
import { gridFault } from "../geometry/gridFault.ts";
import { replaceNan, requireFinite } from "./numbers.ts";
import type { Refuse } from "./refuse.ts";

/** An image for the network, and what people should know of it. */
export type PatientImage = { readonly volume: Volume; readonly warnings: readonly Warning[] };

/** The volume itself. Throws for a value that is not finite. */
export const finite = (volume: Volume, refuse: Refuse): Volume => {
  requireFinite(volume.voxels, refuse);
  return volume;
};

/**
 * The volume as an image for the network, in which NaN becomes 0 with a warning, as the authors have it. An infinity is
 * refused: they leave it, and their spline makes whole lines of it NaN. Refused as well: a grid that no patient fills.
 */
export const patientImage = (volume: Volume, refuse: Refuse): PatientImage => {
  const fault = gridFault(volume.grid);
  if (fault !== null) throw refuse(fault.sentence, fault.details);
  const voxels = replaceNan(volume.voxels);
  requireFinite(volume.voxels, refuse);
  const sentence = `${voxels} of ${volume.voxels.length} voxels are no numbers (NaN); they were set to 0.`;
  return { volume, warnings: voxels === 0 ? [] : [{ code: "NAN_REPLACED", sentence, details: { voxels } }] };
};
