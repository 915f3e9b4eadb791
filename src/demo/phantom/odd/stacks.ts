import type { Dataset } from "../../../dicom/write/dataset.ts";
import { formatDs } from "../../../dicom/write/formatDs.ts";
import { type Lps, lps, zyx } from "../../../domain/axes.ts";
import type { Grid } from "../../../domain/grid.ts";
import { add, scale, voxelToLps } from "../../../geometry/vector.ts";
import { makePhantom, type Phantom, type PhantomOptions } from "../makePhantom.ts";
import { shuffled } from "../shuffle.ts";
import { decimals, type SeriesFile, writeSeries } from "../writeSeries.ts";
import { coronalAxes } from "./derived.ts";
import { lazily, type OddRecipe, refusedAs, small, volumeAs } from "./odd.ts";

/** Turned by 0.2 (half-angle tangent) about the patient's long axis and by 0.1 about the transverse one. */
const [c1, s1, c2, s2] = [0.96 / 1.04, 0.4 / 1.04, 0.99 / 1.01, 0.2 / 1.01];
const obliqueAxes = zyx(lps(s1 * s2, -c1 * s2, c2), lps(-s1 * c2, c1 * c2, s2), lps(c1, s1, 0));

/** The place of slice k, moved. */
export const positioned = (grid: Grid, k: number, shift: Lps): Dataset => {
  const position = add(voxelToLps(grid, k, 0, 0), shift);
  return { ImagePositionPatient: decimals(position), SliceLocation: formatDs(position[2]) };
};

const tilted = (phantom: Phantom): readonly SeriesFile[] =>
  writeSeries(phantom, {
    series: "tilt",
    // The tangent of 15 degrees.
    change: (k) => ({
      ...positioned(phantom.volume.grid, k, scale(lps(0, 0.26795, 0), k * phantom.volume.grid.spacingMm[0])),
      GantryDetectorTilt: "15",
    }),
  });

/** Every slice, then, from the tenth on, slices that lie closer together. */
const uneven = (phantom: Phantom): readonly SeriesFile[] => {
  const { grid } = phantom.volume;
  const [gapMm] = grid.spacingMm;
  return writeSeries(phantom, {
    series: "uneven",
    change: (k) => positioned(grid, k, scale(grid.axes[0], k > 9 ? -0.3 * gapMm * (k - 9) : 0)),
  });
};

/** The phantom without its last planes, and the files that are left of it. */
const withoutEnd = (phantom: Phantom, missing: number) => {
  const { grid, voxels } = phantom.volume;
  const slices = grid.shape[0] - missing;
  const size = grid.shape[1] * grid.shape[2];
  const shorter = { ...grid, shape: zyx(slices, grid.shape[1], grid.shape[2]) };
  const left = {
    ...phantom,
    volume: { grid: shorter, voxels: voxels.subarray(0, slices * size) },
    label: { grid: shorter, voxels: phantom.label.voxels.subarray(0, slices * size) },
  };
  return { phantom: left, files: writeSeries(phantom, { series: "short" }).slice(0, slices) };
};

/** Inner slices left out. */
const withHole = (files: readonly SeriesFile[]): readonly SeriesFile[] =>
  files.filter((_, k) => k !== 9 && k !== 10);

/** Stacks in every order and direction, and those that are no stack. */
export const stackSeries = (seed: number, ct: () => Phantom): readonly OddRecipe[] => {
  const plain = lazily(() => writeSeries(ct()));
  const tall = { shape: zyx(30, 64, 96), spacingMm: zyx(7, 4, 4.2) };
  return [
    refusedAs("missing slices", "MISSING_SLICES", () => withHole(plain())),
    refusedAs("gantry tilt", "GANTRY_TILT", () => tilted(ct())),
    refusedAs("uneven spacing", "NON_UNIFORM_SPACING", () => uneven(ct())),
    refusedAs("four slices", "TOO_FEW_SLICES", () => plain().slice(8, 12)),
    volumeAs("missing end slice", () => withoutEnd(ct(), 3)),
    volumeAs("shuffled", () => ({ phantom: ct(), files: shuffled(plain(), seed) })),
    volumeAs("reversed", () => ({ phantom: ct(), files: [...plain()].reverse() })),
    volumeAs("coronal T2", () =>
      asSeries("cor", { seed, modelClass: "T2", ...tall, axes: coronalAxes, vendor: "Philips" }),
    ),
    volumeAs("double oblique T1", () =>
      asSeries("oblique", { seed, modelClass: "T1", ...small, axes: obliqueAxes, vendor: "GE" }),
    ),
    volumeAs("duplicate instance", () => ({ phantom: ct(), files: [...plain(), ...plain().slice(3, 4)] })),
  ];
};

const asSeries = (series: string, options: PhantomOptions) => {
  const phantom = makePhantom(options);
  return { phantom, files: writeSeries(phantom, { series }) };
};
