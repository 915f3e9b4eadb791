import assert from "node:assert/strict";
import { test } from "node:test";
import { makePhantom, type Phantom } from "../../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../../src/demo/phantom/writeSeries.ts";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { segToMask } from "../../../src/dicom/segmentation/readSegPlanes.ts";
import { selectVolumes } from "../../../src/dicom/select/selectVolumes.ts";
import { defaultReadOptions, listParts, readSeries } from "../../../src/dicom/series/readSeries.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import type { Dataset } from "../../../src/dicom/write/dataset.ts";
import { zyx } from "../../../src/domain/axes.ts";
import { seriesStack } from "../../../src/geometry/stack.ts";
import { readSeriesRules } from "../../../src/settings/seriesRules.ts";
import { asInstances, shuffled, uid } from "../../support/dicomSeries.ts";
import { makeContext } from "../write/sources.ts";

const phantoms = (["native", "late arterial", "portal venous", "delayed"] as const).map((phase) =>
  makePhantom({
    seed: 23,
    modelClass: "T1",
    shape: zyx(16, 64, 64),
    spacingMm: zyx(12, 6.3, 6.3),
    vendor: "Siemens",
    phase,
  }),
);

/** The same phantom with nothing on its first and last planes, as where a reconstruction reaches beyond the data. */
const withEmptyEnds = (phantom: Phantom): Phantom => {
  const { grid } = phantom.volume;
  const perPlane = grid.shape[1] * grid.shape[2];
  const voxels = phantom.volume.voxels.slice();
  voxels.fill(0, 0, perPlane);
  voxels.fill(0, voxels.length - perPlane);
  return { ...phantom, volume: { grid, voxels } };
};

const keys: Readonly<Record<string, (n: number) => Dataset>> = {
  TemporalPositionIdentifier: (n) => ({ TemporalPositionIdentifier: String(n + 1) }),
  TriggerTime: (n) => ({ TriggerTime: String(1000 * n) }),
  AcquisitionNumber: (n) => ({ AcquisitionNumber: String(n + 1) }),
  AcquisitionTime: (n) => ({ AcquisitionTime: `1021${10 + 12 * n}` }),
};

/** Without anything else by which the phases differ. */
const silent: Dataset = { AcquisitionTime: "102100", ContentTime: "102100", AcquisitionNumber: "1" };

const seriesOf = (phases: readonly Phantom[], key: string): readonly Uint8Array[] =>
  phases.flatMap((phantom, n) =>
    writeSeries(phantom, {
      series: `dynamic ${key}`,
      change: (k) => ({ ...silent, ...keys[key]?.(n), SOPInstanceUID: uid(50 + n, k + 1) }),
    }).map(({ bytes }) => bytes),
  );

/** What a part is of its key: values in order, or ranks. */
const partsOf = (key: string): readonly string[] =>
  phantoms.map((_, n) => `${key}=${key === "TriggerTime" ? 1000 * n : n + 1}`);

for (const key of Object.keys(keys))
  for (const [ends, phases] of [
    ["", phantoms],
    [" with empty end slices", phantoms.map(withEmptyEnds)],
  ] as const)
    test(`O4, G11, 1c ${key}: every phase of a dynamic series${ends} is read by its name, and its truth comes back through a SEG`, async () => {
      const files = seriesOf(phases, key);
      const parts = partsOf(key);
      const chosen = selectVolumes(files.map(parseHeader), {
        minSlices: 5,
        rules: readSeriesRules(null),
        choose: "all",
      });
      assert.deepEqual(
        chosen.map(({ part, kind }) => [part, kind]),
        parts.map((part) => [part, "accepted"]),
      );
      for (const seed of [1, 2]) {
        const instances = asInstances(shuffled(files, seed));
        assert.deepEqual(await listParts(instances, { minSlices: 5 }), parts);
        for (const [n, part] of parts.entries()) {
          const { source, volume, warnings } = await readSeries(instances, { ...defaultReadOptions, part });
          const { label, volume: truth } = phases[n] ?? assert.fail();
          assert.deepEqual(volume.voxels, truth.voxels);
          assert.ok(!warnings.some(({ code }) => code === "DUPLICATE_DROPPED"));
          const { bytes } = buildSeg({ grid: source.grid, voxels: label.voxels }, makeContext(source));
          assert.deepEqual(segToMask(bytes, source.grid, seriesStack(source).planesLps).voxels, label.voxels);
          assert.deepEqual(segToMask(bytes, label.grid).voxels, label.voxels);
        }
      }
    });
