import { lps, zyx } from "../../../domain/axes.ts";
import { makePhantom, type Phantom } from "../makePhantom.ts";
import { phantomUid } from "../uids.ts";
import { type SeriesFile, writeSeries } from "../writeSeries.ts";
import { type OddRecipe, refusedAs, volumeAs } from "./odd.ts";

export const coronalAxes = zyx(lps(0, 1, 0), lps(0, 0, -1), lps(1, 0, 0));

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

/** What scanners and people make of a volume: scouts, projections, reformats, and a scout kept with its volume. */
export const derivedSeries = (seed: number, ct: () => Phantom): readonly OddRecipe[] => [
  refusedAs("localizer", "LOCALIZER", () => localizer(ct())),
  refusedAs("mip", "DERIVED_NOT_VOLUME", () => mip(ct())),
  refusedAs("coronal CT reformat", "DERIVED_NOT_VOLUME", () => reformat(seed)),
  volumeAs("localizer and volume in one series", () => ({
    phantom: ct(),
    files: [...scoutOf(ct(), "with scout"), ...writeSeries(ct(), { series: "with scout" })],
  })),
];

const reformat = (seed: number): readonly SeriesFile[] => {
  const coronal = makePhantom({
    seed,
    modelClass: "CT",
    shape: zyx(30, 64, 96),
    spacingMm: zyx(7, 4, 4.2),
    axes: coronalAxes,
    vendor: "Siemens",
  });
  return writeSeries(coronal, {
    series: "cor",
    change: () => ({ ImageType: ["DERIVED", "SECONDARY", "MPR"] }),
  });
};

/** A sagittal scout in the series of a volume. */
const scoutOf = (ct: Phantom, series: string): readonly SeriesFile[] =>
  writeSeries(ct, {
    series,
    change: () => ({
      ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"],
      SOPInstanceUID: phantomUid(`scout|${series}|${ct.facts.seed}`),
      ImageOrientationPatient: ["0", "1", "0", "0", "0", "-1"],
    }),
  })
    .slice(0, 1)
    .map(({ bytes }) => ({ name: "SCOUT.dcm", bytes }));
