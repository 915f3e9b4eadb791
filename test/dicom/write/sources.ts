import { readdirSync, readFileSync } from "node:fs";
import { readSeries } from "../../../src/dicom/series/readSeries.ts";
import type { WriteContext } from "../../../src/dicom/write/context.ts";
import { type Lps, lps, voxelCount, zyx } from "../../../src/domain/axes.ts";
import type { Grid, Mask } from "../../../src/domain/grid.ts";
import type { Header, SourceSeries } from "../../../src/domain/series.ts";
import { cross, voxelToLps } from "../../../src/geometry/vector.ts";
import { asInstances } from "../../support/dicomSeries.ts";
import { sharedFolder } from "../../support/shared.ts";

const root = "1.2.826.0.1.3680043.10.998";
export const sopClasses = { CT: "1.2.840.10008.5.1.4.1.1.2", MR: "1.2.840.10008.5.1.4.1.1.4" } as const;

const enhancedClasses = { CT: "1.2.840.10008.5.1.4.1.1.2.1", MR: "1.2.840.10008.5.1.4.1.1.4.1" } as const;

export type SourceSpec = {
  readonly modality?: "CT" | "MR";
  /** Slices, rows, columns. */
  readonly shape?: readonly [number, number, number];
  /** Between slices, rows, columns. */
  readonly spacingMm?: readonly [number, number, number];
  readonly alongRow?: Lps;
  readonly alongColumn?: Lps;
  readonly origin?: Lps;
  /** Where image z really lies, beside the grid's plane. */
  readonly driftMm?: (z: number) => Lps;
  readonly header?: Header;
  readonly frameNumbers?: boolean;
  /** Of image z; in the order of the positions unless given. */
  readonly instanceNumber?: (z: number) => number | null;
};

/** A classic series as the reader hands it over, with any geometry and header. */
export const makeSource = (spec: SourceSpec = {}): SourceSeries => {
  const modality = spec.modality ?? "CT";
  const alongRow = spec.alongRow ?? lps(1, 0, 0);
  const alongColumn = spec.alongColumn ?? lps(0, 1, 0);
  const grid: Grid = {
    shape: zyx(...(spec.shape ?? ([6, 5, 7] as const))),
    spacingMm: zyx(...(spec.spacingMm ?? ([2.5, 0.75, 0.75] as const))),
    originLps: spec.origin ?? lps(-120.5, -98.25, 41.3),
    axes: zyx(cross(alongRow, alongColumn), alongColumn, alongRow),
  };
  const drift = spec.driftMm ?? (() => lps(0, 0, 0));
  const frames = Array.from({ length: grid.shape[0] }, (_, z) => {
    const straight = voxelToLps(grid, z, 0, 0);
    const beside = drift(z);
    return {
      sopClassUid: spec.frameNumbers === true ? enhancedClasses[modality] : sopClasses[modality],
      sopInstanceUid: spec.frameNumbers === true ? `${root}.3.1` : `${root}.3.${z + 1}`,
      frameNumber: spec.frameNumbers === true ? z + 1 : null,
      instanceNumber: spec.instanceNumber === undefined ? z + 1 : spec.instanceNumber(z),
      positionLps: lps(straight[0] + beside[0], straight[1] + beside[1], straight[2] + beside[2]),
    };
  });
  const header: Header = {
    PatientName: { Alphabetic: "Test^Pancreas" },
    PatientID: "P-1",
    PatientBirthDate: "19500101",
    PatientSex: "F",
    StudyDate: "20240131",
    StudyTime: "101530.25",
    AccessionNumber: "A1",
    ReferringPhysicianName: { Alphabetic: "Ref^Erring" },
    StudyID: "S1",
    StudyDescription: "Abdomen",
    SeriesNumber: 4,
    Modality: modality,
    Manufacturer: "Scanner Works",
    ManufacturerModelName: "Ring 3",
    SliceThickness: 3,
    ImageOrientationPatient: [...alongRow, ...alongColumn],
    PixelSpacing: [grid.spacingMm[1], grid.spacingMm[2]],
    TimezoneOffsetFromUTC: "+0130",
    ...spec.header,
  };
  return {
    studyUid: `${root}.1`,
    seriesUid: `${root}.2`,
    modality,
    frameOfReferenceUid: `${root}.4`,
    header,
    frames,
    grid,
  };
};

export const makeContext = (
  source: SourceSeries,
  overrides: Partial<Omit<WriteContext, "settings">> & { settings?: Partial<WriteContext["settings"]> } = {},
): WriteContext => ({
  source,
  model: {
    id: "panseg-ct",
    modelClass: source.modality === "CT" ? "CT" : "T1",
    trainer: "nnTransUNetTrainerV2",
    weightsSha256: "0123456789abcdef".repeat(4),
    planSha256: "fedcba9876543210".repeat(4),
    isPhantomModel: false,
  },
  software: { name: "panseg", version: "0.1.0" },
  resultKey: "5e".repeat(32),
  orderedAtMs: Date.UTC(2025, 2, 4, 23, 5, 6),
  algorithmParameters: ["tile stride 0.5", "mirrors 8"],
  settingsDigest: "9f8e7d6c5b4a3210".repeat(4),
  warnings: [],
  part: "",
  predecessors: [],
  trend: null,
  ...overrides,
  settings: {
    dates: "now",
    seriesDescriptionSuffix: "(research)",
    seriesNumberBase: 9000,
    segmentationType: "BINARY",
    srClass: "comprehensive3d",
    volumeInLabel: false,
    volumeInDescription: false,
    manufacturer: "panseg (research software)",
    ...overrides.settings,
  },
});

/** Marked voxels as [z, y, x]. */
export const maskOf = (grid: Grid, marked: readonly (readonly [number, number, number])[]): Mask => {
  const voxels = new Uint8Array(voxelCount(grid.shape));
  for (const [z, y, x] of marked) voxels[(z * grid.shape[1] + y) * grid.shape[2] + x] = 1;
  return { grid, voxels };
};

/** A body that no mirroring, turning or shifting maps onto itself, away from the edges; needs at least 5×5×5 voxels. */
export const asymmetricMask = (grid: Grid): Mask =>
  maskOf(grid, [
    [1, 1, 1],
    [1, 1, 2],
    [1, 1, 3],
    [1, 2, 1],
    [2, 1, 1],
    [2, 3, 2],
    [3, 3, 3],
  ]);

/** The same body moved by whole voxels. */
export const shifted = (mask: Mask, [dz, dy, dx]: readonly [number, number, number]): Mask => {
  const [slices, rows, columns] = mask.grid.shape;
  const voxels = new Uint8Array(mask.voxels.length);
  mask.voxels.forEach((voxel, i) => {
    if (voxel === 0) return;
    const z = Math.floor(i / (rows * columns)) + dz;
    const y = (Math.floor(i / columns) % rows) + dy;
    const x = (i % columns) + dx;
    if (z >= 0 && z < slices && y >= 0 && y < rows && x >= 0 && x < columns)
      voxels[(z * rows + y) * columns + x] = 1;
  });
  return { grid: mask.grid, voxels };
};

const [tilt, turn] = [0.0873, 0.44];

/** A slanted plane, with the noise that scanners write instead of zero. */
export const oblique: SourceSpec = {
  modality: "MR",
  alongRow: lps(Math.cos(tilt), 1e-17, -Math.sin(tilt)),
  alongColumn: lps(Math.sin(tilt) * Math.sin(turn), Math.cos(turn), Math.cos(tilt) * Math.sin(turn)),
  origin: lps(-131.23456789, 6.123233995736766e-17, 17.000000123),
  spacingMm: [3.3, 0.78125, 0.78125],
};

/** A series as the reader hands it over, from its files in any order. */
export const readFiles = async (files: readonly Uint8Array[]): Promise<SourceSeries> => {
  const { source } = await readSeries(asInstances(files), { minSlices: 1, maxVoxels: 1e8 });
  return source;
};

/** The files of a real series. */
export const realSeries = (name: string): readonly Uint8Array[] => {
  const folder = sharedFolder("fixtures", "dicom", name);
  return readdirSync(folder).map((file) => new Uint8Array(readFileSync(`${folder}/${file}`)));
};
