import { failed } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import { number, text } from "../file/header.ts";

/** How a CT image says that its values are Hounsfield units; `assumed` where it says nothing and may hold them. */
export type HounsfieldClaim = "stated" | "assumed" | "none";

/** Other types belong to images that are CT by modality alone, e.g. of the effective atomic number. */
const hounsfieldTypes = new Set(["HU", "HU_MOD", "US"]);

/** Slope and intercept with a type of Hounsfield units or none; or none of the three, and values that can be negative (P13). */
export const hounsfieldClaim = (header: Header): HounsfieldClaim => {
  const slope = number(header, "RescaleSlope");
  const intercept = number(header, "RescaleIntercept");
  const type = text(header, "RescaleType");
  if (slope === null && text(header, "RescaleSlope") === null && text(header, "RescaleIntercept") === null)
    return type === null && number(header, "PixelRepresentation") === 1 ? "assumed" : "none";
  const isHounsfield = type === null || hounsfieldTypes.has(type.toUpperCase());
  return slope !== null && slope !== 0 && intercept !== null && isHounsfield ? "stated" : "none";
};

/** HU of the air around and inside a patient, and of soft tissue with and without fat and contrast medium. */
const air = { least: -1050, most: -900 };
const softTissue = { least: -150, most: 250 };
/** Of the voxels. Any slice of a trunk shows far more of both; noise alone shows less. */
const leastShares = { air: 0.01, softTissue: 0.05 };

/** Values of stored pixels as a histogram of Hounsfield units would show them. */
export type HounsfieldEvidence = {
  /** Takes the stored values of one plane, those of padding left out. */
  readonly add: (stored: Int32Array, padding: { readonly low: number; readonly high: number } | null) => void;
  /** Throws CT_NO_RESCALE unless the values can be nothing but Hounsfield units. */
  readonly require: () => void;
};

export const collectHounsfieldEvidence = (): HounsfieldEvidence => {
  const counts = { all: 0, air: 0, softTissue: 0 };
  return {
    add: (stored, padding) => {
      const low = padding?.low ?? 1;
      const high = padding?.high ?? 0;
      for (const value of stored) {
        if (value >= low && value <= high) continue;
        counts.all++;
        if (value >= air.least && value <= air.most) counts.air++;
        else if (value >= softTissue.least && value <= softTissue.most) counts.softTissue++;
      }
    },
    require: () => {
      const share = (count: number): number => (counts.all === 0 ? 0 : count / counts.all);
      const [airShare, tissueShare] = [share(counts.air), share(counts.softTissue)];
      if (airShare >= leastShares.air && tissueShare >= leastShares.softTissue) return;
      throw failed(
        "CT_NO_RESCALE",
        `Without rescale ${(100 * airShare).toFixed(1)} % of the values are those of air and ${(100 * tissueShare).toFixed(1)} % those of soft tissue; they are no Hounsfield units.`,
        { airShare: Number(airShare.toFixed(4)), softTissueShare: Number(tissueShare.toFixed(4)) },
      );
    },
  };
};
