import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { defaultReadOptions, type ReadOptions, readSeries } from "../../../src/dicom/series/readSeries.ts";
import { type Failure, type FailureCode, FailureError } from "../../../src/domain/failure.ts";
import type { SeriesVolume } from "../../../src/domain/series.ts";
import { asInstances, classicSeries, type SeriesSpec, type TestInstance } from "../../support/dicomSeries.ts";
import { sharedFolder } from "../../support/shared.ts";

export const read = (
  files: readonly Uint8Array[],
  options: Partial<ReadOptions> = {},
): Promise<SeriesVolume> => readSeries(asInstances(files), { ...defaultReadOptions, ...options });

export const readSpec = (spec: SeriesSpec, options: Partial<ReadOptions> = {}): Promise<SeriesVolume> =>
  read(classicSeries(spec), options);

/** The failure of a refused series, after checking its code. */
export const refusal = async (reading: Promise<SeriesVolume>, code: FailureCode): Promise<Failure> => {
  const error = await reading.then(
    () => assert.fail(`converted instead of ${code}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FailureError, String(error));
  assert.equal(error.failure.code, code, error.message);
  return error.failure;
};

export const codes = ({ warnings }: SeriesVolume): readonly string[] => warnings.map(({ code }) => code);

export const uidsOf = ({ details }: Failure): readonly string[] =>
  details["sopInstanceUids"] as readonly string[];

const fixtureFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);

/** All files of a folder as instances. */
export const instancesOf = (folder: string): readonly TestInstance[] =>
  fixtureFiles(folder).map((name) => ({ name, read: () => readFileSync(name) }));

/** The instances of a folder of the DICOM test data. */
export const fixture = (...parts: string[]): readonly TestInstance[] =>
  instancesOf(sharedFolder("fixtures", "dicom", ...parts));

export const fixtureFile = (...parts: string[]): TestInstance => {
  const name = sharedFolder("fixtures", "dicom", ...parts);
  return { name, read: () => readFileSync(name) };
};

/** A fixture, with as few slices as it has. */
export const readFixture = (instances: readonly TestInstance[]): Promise<SeriesVolume> =>
  readSeries(instances, { ...defaultReadOptions, minSlices: 1 });

/** Voxel (k,j,i). */
export const at = ({ volume }: SeriesVolume, k: number, j: number, i: number): number => {
  const [, rows, columns] = volume.grid.shape;
  return volume.voxels[(k * rows + j) * columns + i] ?? Number.NaN;
};

export const assertClose = (
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void => {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(
      Math.abs(value - (expected[i] ?? Number.NaN)) <= tolerance,
      `${actual.join()} against ${expected.join()}`,
    );
  });
};
