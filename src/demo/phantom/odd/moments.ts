import type { Dataset } from "../../../dicom/write/dataset.ts";
import { scale } from "../../../geometry/vector.ts";
import { makePhantom, type Phantom } from "../makePhantom.ts";
import { phantomUid } from "../uids.ts";
import { type SeriesFile, writeSeries } from "../writeSeries.ts";
import { type OddRecipe, refusedAs, small, volumeAs } from "./odd.ts";
import { positioned } from "./stacks.ts";

/** A moment or acquisition of one series: some of the phantom's slices, moved along the patient. */
type Take = {
  readonly slices: readonly [number, number];
  readonly shiftMm?: number;
  readonly attributes: (k: number) => Dataset;
};

const take = (phantom: Phantom, series: string, n: number, { slices, shiftMm = 0, attributes }: Take) =>
  writeSeries(phantom, {
    series,
    change: (k) => ({
      ...positioned(phantom.volume.grid, k, scale(phantom.volume.grid.axes[0], shiftMm)),
      SOPInstanceUID: phantomUid(`${series}|${phantom.facts.seed}|${n}|${k}`),
      ...attributes(k),
    }),
  })
    .slice(...slices)
    .map(({ name, bytes }) => ({ name: `${n}${name}`, bytes }));

const together = (phantom: Phantom, series: string, takes: readonly Take[]): readonly SeriesFile[] =>
  takes.flatMap((each, n) => take(phantom, series, n, each));

const all: Take["slices"] = [0, Number.POSITIVE_INFINITY];

/** Two acquisitions of which the second lies half a slice higher: no two images share a position. */
const interleaved = (ct: Phantom): readonly SeriesFile[] =>
  together(
    ct,
    "interleaved",
    [0, 1].map((n) => ({
      slices: all,
      shiftMm: (n * ct.volume.grid.spacingMm[0]) / 2,
      attributes: () => ({ AcquisitionNumber: String(n + 1), AcquisitionTime: `102${n}00` }),
    })),
  );

/** Two spirals that overlap by three slices. */
const overlapping = (ct: Phantom): readonly SeriesFile[] =>
  together(ct, "overlapping", [
    { slices: [0, 14], attributes: () => ({ AcquisitionNumber: "1", AcquisitionTime: "102100" }) },
    { slices: [11, 24], attributes: () => ({ AcquisitionNumber: "2", AcquisitionTime: "102140" }) },
  ]);

/** The same slice again and again, until the contrast agent comes. */
const monitor = (ct: Phantom): readonly SeriesFile[] =>
  together(
    ct,
    "monitor",
    Array.from({ length: 24 }, (_, n) => ({
      slices: [12, 13],
      attributes: () => ({
        AcquisitionNumber: String(n + 1),
        AcquisitionTime: String(102100 + n),
        InstanceNumber: String(n + 1),
      }),
    })),
  );

/** Odd slices in one breath, even ones in the next, each numbered as an acquisition: one volume. */
const concatenations = (mr: Phantom): readonly SeriesFile[] =>
  writeSeries(mr, {
    series: "concatenations",
    change: (k) => ({ AcquisitionNumber: String(1 + (k % 2)), AcquisitionTime: `1021${k % 2}5` }),
  });

/** What one series may hold beside one stack at one moment. */
export const momentSeries = (seed: number, ct: () => Phantom): readonly OddRecipe[] => [
  refusedAs("moments between each other", "AMBIGUOUS_SERIES", () => interleaved(ct())),
  refusedAs("overlapping acquisitions", "AMBIGUOUS_SERIES", () => overlapping(ct())),
  refusedAs("bolus monitor", "ONE_POSITION", () => monitor(ct())),
  volumeAs("MR concatenations", () => {
    const phantom = makePhantom({ seed, modelClass: "T2", ...small, vendor: "Siemens" });
    return { phantom, files: concatenations(phantom) };
  }),
];
