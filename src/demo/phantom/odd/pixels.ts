import type { Volume } from "../../../domain/grid.ts";
import { makePhantom, type Phantom } from "../makePhantom.ts";
import { enhancedCt } from "../multiFrame/enhancedCt.ts";
import { enhancedMr } from "../multiFrame/enhancedMr.ts";
import { legacyCt } from "../multiFrame/legacyCt.ts";
import { type SeriesFile, writeSeries } from "../writeSeries.ts";
import { lazily, type OddRecipe, refusedAs, small, volumeAs } from "./odd.ts";

type Written = { readonly phantom: Phantom; readonly files: readonly SeriesFile[] };

/** Stored value of pixels outside the round field of view, and what a reader makes of them. */
const padding = { stored: -2000, airHu: -1024 };

/** A CT whose scanner pads what lies outside its round field of view with a value below air. */
const padded = (ct: Phantom): Written => {
  const { grid, voxels } = ct.volume;
  const [, rows, columns] = grid.shape;
  const isOutside = (at: number): boolean => {
    const [j, i] = [Math.floor(at / columns) % rows, at % columns];
    return Math.hypot(j - (rows - 1) / 2, i - (columns - 1) / 2) > rows / 2;
  };
  const encoding = { ...ct.encoding, isSigned: true, bitsStored: 16, intercept: 0 } as const;
  const filled = (hu: number): Volume => ({
    grid,
    voxels: voxels.map((value, at) => (isOutside(at) ? hu : value)),
  });
  const written = { ...ct, encoding, volume: filled(padding.stored) };
  const files = writeSeries(written, {
    series: "padded",
    change: () => ({ PixelPaddingValue: padding.stored }),
  });
  return { phantom: { ...ct, volume: filled(padding.airHu) }, files };
};

/** Twelve bits with a sign, as they come from some scanners. */
const signed12 = (ct: Phantom): Written => {
  const voxels = ct.volume.voxels.map((value) => Math.min(2047, value));
  const phantom = {
    ...ct,
    volume: { ...ct.volume, voxels },
    encoding: { ...ct.encoding, isSigned: true, bitsStored: 12, intercept: 0 } as const,
  };
  return { phantom, files: writeSeries(phantom, { series: "signed12" }) };
};

/** Pixels stored in uncommon ways, and objects of many frames. */
export const pixelSeries = (seed: number, ct: () => Phantom): readonly OddRecipe[] => {
  const mr = lazily(() => makePhantom({ seed, modelClass: "T1", ...small, vendor: "Philips" }));
  return [
    volumeAs("padding outside the field of view", () => padded(ct())),
    volumeAs("signed 12 bits", () => signed12(ct())),
    volumeAs("Enhanced CT", () => ({ phantom: ct(), files: enhancedCt(ct(), "enhanced") })),
    volumeAs("Enhanced MR", () => ({ phantom: mr(), files: enhancedMr(mr(), "enhanced") })),
    volumeAs("Legacy Converted Enhanced CT", () => ({ phantom: ct(), files: legacyCt(ct(), "legacy") })),
    refusedAs("diffusion", "WRONG_CONTRAST", () => diffusion(seed)),
  ];
};

const diffusion = (seed: number): readonly SeriesFile[] =>
  writeSeries(makePhantom({ seed, modelClass: "T2", ...small, vendor: "GE" }), {
    series: "diffusion",
    change: () => ({ ScanningSequence: "EP", SeriesDescription: "ep2d_diff_b50_400_800_tra_TRACEW" }),
  });
