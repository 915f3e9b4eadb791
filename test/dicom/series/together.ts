import assert from "node:assert/strict";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { imagesOf } from "../../../src/dicom/series/describe.ts";
import { keepSlices } from "../../../src/dicom/series/keepSlices.ts";
import { requireGeometry } from "../../../src/dicom/series/slice.ts";
import { splitSeries } from "../../../src/dicom/series/splitSeries.ts";
import { noRepairs } from "../../../src/domain/series.ts";
import { type Attributes, classicSeries, type SeriesSpec, shuffled, uid } from "../../support/dicomSeries.ts";
import { read, refusal } from "./support.ts";

export const slices = 6;

type Volume = { readonly spec?: SeriesSpec; readonly attributes: (k: number) => Attributes };

/** Files of several volumes in one series; every volume has voxels of its own. */
export const together = (volumes: readonly Volume[]): readonly Uint8Array[] =>
  volumes.flatMap(({ spec, attributes }, n) =>
    classicSeries({
      modality: "MR",
      slices,
      ...spec,
      stored: (k, row, column) => 100 * n + 10 * k + row + column,
      attributes: (k) => ({
        SOPInstanceUID: uid(60 + n, k + 1),
        InstanceNumber: 1,
        ...attributes(k),
      }),
    }),
  );

/** The parts as metadata alone tell them. */
export const partsOf = (files: readonly Uint8Array[]) => {
  const images = requireGeometry(keepSlices(imagesOf(files.map(parseHeader))).slices);
  return splitSeries(images, { minSlices: 5, repairs: noRepairs, digestOf: null }).parts;
};

export const ids = (files: readonly Uint8Array[]): readonly string[] => partsOf(files).map(({ id }) => id);

/** Each part is read by its name to its own voxels, whatever the order of the files. */
export const assertSplit = async (
  files: readonly Uint8Array[],
  expected: readonly string[],
): Promise<void> => {
  assert.deepEqual(ids(files), expected);
  for (const seed of [1, 2, 3, 4, 5]) assert.deepEqual(ids(shuffled(files, seed)), expected);
  const failure = await refusal(read(files), "SEVERAL_VOLUMES");
  assert.equal((failure.details["problems"] as readonly string[]).length, expected.length);
  for (const [n, part] of expected.entries()) {
    const volume = await read(files, { part });
    const again = await read(shuffled(files, 9), { part });
    assert.equal(volume.source.frames.length, slices);
    assert.ok(
      volume.source.frames.every(({ sopInstanceUid }) =>
        sopInstanceUid.startsWith(uid(60 + n, 1).slice(0, -1)),
      ),
    );
    assert.deepEqual(again.volume.voxels, volume.volume.voxels);
    assert.equal(volume.volume.voxels[0], 100 * n);
  }
};

export const two = (first: Attributes, second: Attributes): readonly Uint8Array[] =>
  together([{ attributes: () => first }, { attributes: () => second }]);
