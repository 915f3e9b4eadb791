import type { Dataset } from "../dicom/write/dataset.ts";
import { formatDs } from "../dicom/write/formatDs.ts";
import { type Lps, lps, zyx } from "../domain/axes.ts";
import type { FailureCode } from "../domain/failure.ts";
import type { Grid } from "../domain/grid.ts";
import { add, scale, voxelToLps } from "../geometry/vector.ts";
import { legacyMultiFrame } from "./legacyMultiFrame.ts";
import { makePhantom, type Phantom } from "./makePhantom.ts";
import { makeRandom } from "./random.ts";
import type { Phase } from "./tissues.ts";
import { phantomUid } from "./uids.ts";
import { decimals, type SeriesFile, writeSeries } from "./writeSeries.ts";

export type OddSeries = {
  readonly name: string;
  readonly files: readonly SeriesFile[];
  /** The code with which selection or, after it, reading refuses the series; null where it is a volume like any other. */
  readonly expected: FailureCode | null;
  /** Which volume of the series is meant, by its name among the parts; "" where it is the only one. */
  readonly part: string;
  /** Where the volume is, for series that give one. */
  readonly phantom: Phantom | null;
};

const coronalAxes = zyx(lps(0, 1, 0), lps(0, 0, -1), lps(1, 0, 0));
/** Turned by 0.2 (half-angle tangent) about the patient's long axis and by 0.1 about the transverse one. */
const [c1, s1, c2, s2] = [0.96 / 1.04, 0.4 / 1.04, 0.99 / 1.01, 0.2 / 1.01];
const obliqueAxes = zyx(lps(s1 * s2, -c1 * s2, c2), lps(-s1 * c2, c1 * c2, s2), lps(c1, s1, 0));

const small = { shape: zyx(24, 96, 96), spacingMm: zyx(8, 4.2, 4.2) } as const;

const positioned = (grid: Grid, k: number, shift: Lps): Dataset => {
  const position = add(voxelToLps(grid, k, 0, 0), shift);
  return { ImagePositionPatient: decimals(position), SliceLocation: formatDs(position[2]) };
};

const localizer = (phantom: Phantom): readonly SeriesFile[] => {
  const planes = [
    ["1", "0", "0", "0", "1", "0"],
    ["1", "0", "0", "0", "0", "-1"],
    ["0", "1", "0", "0", "0", "-1"],
  ];
  return writeSeries(phantom, {
    series: "localizer",
    seriesNumber: 1,
    change: (k) => ({
      ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"],
      SeriesDescription: "localizer",
      ImageOrientationPatient: planes[k % 3] ?? [],
    }),
  }).slice(10, 13);
};

/** Each slice replaced by the greatest value of it and its neighbours. */
const projected = (phantom: Phantom): Phantom => {
  const { grid, voxels } = phantom.volume;
  const size = grid.shape[1] * grid.shape[2];
  const greatest = voxels.map((value, at) =>
    Math.max(value, voxels[at - size] ?? value, voxels[at + size] ?? value),
  );
  return { ...phantom, volume: { grid, voxels: greatest } };
};

const mip = (phantom: Phantom): readonly SeriesFile[] =>
  writeSeries(projected(phantom), {
    series: "mip",
    seriesNumber: 101,
    change: () => ({
      ImageType: ["DERIVED", "SECONDARY", "AXIAL", "CT_SOM5 MIP"],
      SeriesDescription: "Abdomen MIP",
    }),
  });

const tilted = (phantom: Phantom): readonly SeriesFile[] =>
  writeSeries(phantom, {
    series: "tilt",
    // The tangent of 15 degrees.
    change: (k) => ({
      ...positioned(phantom.volume.grid, k, scale(lps(0, 0.26795, 0), k * phantom.volume.grid.spacingMm[0])),
      GantryDetectorTilt: "15",
    }),
  });

/** All parts, which share their positions, in one series. */
const together = (
  series: string,
  parts: readonly Phantom[],
  change: (n: number) => Dataset,
): readonly SeriesFile[] =>
  parts.flatMap((phantom, n) =>
    writeSeries(phantom, {
      series,
      change: (k) => ({
        ...change(n),
        SOPInstanceUID: phantomUid(`${series}|${phantom.facts.seed}|${n}|${k}`),
      }),
    }).map(({ name, bytes }) => ({ name: `${n}${name}`, bytes })),
  );

const dynamicPhases: readonly Phase[] = ["native", "late arterial", "portal venous", "delayed"];

const dynamic = (seed: number): readonly SeriesFile[] => {
  const parts = dynamicPhases.map((phase) =>
    makePhantom({ seed, modelClass: "T1", ...small, phase, vendor: "Siemens" }),
  );
  return together("dynamic", parts, (n) => ({
    SeriesDescription: "t1_vibe_fs_dyn",
    TemporalPositionIdentifier: String(n + 1),
    NumberOfTemporalPositions: "4",
    AcquisitionNumber: String(n + 1),
    AcquisitionTime: `1021${10 + 12 * n}`,
  }));
};

type DixonContrast = { readonly term: string; readonly echoMs: string; readonly gain: number };

const dixonContrasts = {
  inPhase: { term: "IN_PHASE", echoMs: "2.4", gain: 1 },
  opposedPhase: { term: "OPP_PHASE", echoMs: "1.2", gain: 0.9 },
  water: { term: "WATER", echoMs: "1.2", gain: 1 },
  fat: { term: "FAT", echoMs: "1.2", gain: 0.2 },
} as const satisfies Record<string, DixonContrast>;

const dixonAttributes = ({ term, echoMs }: DixonContrast): Dataset => ({
  ImageType: ["DERIVED", "PRIMARY", "M", term],
  EchoTime: echoMs,
  SeriesDescription: "t1_vibe_dixon_tra_bh",
});

const dimmed = (phantom: Phantom, gain: number): Phantom => ({
  ...phantom,
  volume: { ...phantom.volume, voxels: phantom.volume.voxels.map((value) => Math.round(value * gain)) },
});

const dixon = (phantom: Phantom, name: keyof typeof dixonContrasts): readonly SeriesFile[] =>
  writeSeries(dimmed(phantom, dixonContrasts[name].gain), {
    series: name,
    change: () => dixonAttributes(dixonContrasts[name]),
  });

const dixonTogether = (phantom: Phantom): readonly SeriesFile[] => {
  const contrasts: readonly DixonContrast[] = Object.values(dixonContrasts);
  return together(
    "dixon",
    contrasts.map(({ gain }) => dimmed(phantom, gain)),
    (n) => dixonAttributes(contrasts[n] ?? dixonContrasts.water),
  );
};

const diffusion = (phantom: Phantom): readonly SeriesFile[] =>
  writeSeries(phantom, {
    series: "diffusion",
    change: () => ({ ScanningSequence: "EP", SeriesDescription: "ep2d_diff_b50_400_800_tra_TRACEW" }),
  });

const shuffled = (files: readonly SeriesFile[], seed: number): readonly SeriesFile[] => {
  const random = makeRandom(seed, "order");
  return files
    .map((file) => [random.next(), file] as const)
    .sort(([a], [b]) => a - b)
    .map(([, file]) => file);
};

/** Inner slices left out. */
const withHole = (files: readonly SeriesFile[]): readonly SeriesFile[] =>
  files.filter((_, k) => k !== 9 && k !== 10);

const odd = (
  name: string,
  expected: FailureCode | null,
  files: readonly SeriesFile[],
  phantom: Phantom | null = null,
  part = "",
): OddSeries => ({
  name,
  files,
  expected,
  phantom,
  part,
});

/**
 * Series as archives really hold them beside the plain ones, with what becomes of each: from the same seed the same
 * bytes. Small matrices; the CT ones share a study, as do the T1 and the T2 ones.
 */
export const oddSeries = (seed: number): readonly OddSeries[] => {
  const ct = makePhantom({ seed, modelClass: "CT", ...small, vendor: "Siemens" });
  const t1 = makePhantom({ seed, modelClass: "T1", ...small, vendor: "Siemens" });
  const t2 = makePhantom({ seed, modelClass: "T2", ...small, vendor: "GE" });
  const tall = { shape: zyx(30, 64, 96), spacingMm: zyx(7, 4, 4.2) };
  const coronalCt = makePhantom({ seed, modelClass: "CT", ...tall, axes: coronalAxes, vendor: "Siemens" });
  const coronalT2 = makePhantom({ seed, modelClass: "T2", ...tall, axes: coronalAxes, vendor: "Philips" });
  const oblique = makePhantom({ seed, modelClass: "T1", ...small, axes: obliqueAxes, vendor: "GE" });
  const plain = writeSeries(ct);
  const reformat = { ImageType: ["DERIVED", "SECONDARY", "MPR"] };
  return [
    odd("localizer", "LOCALIZER", localizer(ct)),
    odd("mip", "DERIVED_NOT_VOLUME", mip(ct)),
    odd(
      "coronal CT reformat",
      "DERIVED_NOT_VOLUME",
      writeSeries(coronalCt, { series: "cor", change: () => reformat }),
    ),
    odd("missing slices", "MISSING_SLICES", withHole(plain)),
    odd("gantry tilt", "GANTRY_TILT", tilted(ct)),
    odd("four slices", "TOO_FEW_SLICES", plain.slice(8, 12)),
    odd("multi-frame", null, legacyMultiFrame(ct), ct),
    odd("dynamic phases in one series", "AMBIGUOUS_SERIES", dynamic(seed)),
    odd("Dixon contrasts in one series", null, dixonTogether(t1), t1, "ImageType=WATER"),
    odd("Dixon fat", "WRONG_CONTRAST", dixon(t1, "fat")),
    odd("diffusion", "WRONG_CONTRAST", diffusion(t2)),
    odd("Dixon opposed phase", "WRONG_CONTRAST", dixon(t1, "opposedPhase")),
    odd("Dixon water", null, dixon(t1, "water"), t1),
    odd("shuffled", null, shuffled(plain, seed), ct),
    odd("reversed", null, [...plain].reverse(), ct),
    odd("coronal T2", null, writeSeries(coronalT2, { series: "cor" }), coronalT2),
    odd("double oblique T1", null, writeSeries(oblique, { series: "oblique" }), oblique),
    odd("duplicate instance", null, [...plain, ...plain.slice(3, 4)], ct),
  ];
};
