import assert from "node:assert/strict";
import { test } from "node:test";
import type { OddSeries } from "../../../src/demo/phantom/odd/odd.ts";
import { oddSeries } from "../../../src/demo/phantom/oddSeries.ts";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { isPhantomHeader } from "../../../src/dicom/select/phantomMark.ts";
import { selectVolumes } from "../../../src/dicom/select/selectVolumes.ts";
import { refusalOf } from "../../../src/dicom/select/volumeChoice.ts";
import { defaultReadOptions, readSeries } from "../../../src/dicom/series/readSeries.ts";
import { toFailure } from "../../../src/domain/failure.ts";
import { readSeriesRules } from "../../../src/settings/seriesRules.ts";
import { needsTool } from "../../support/shared.ts";
import { assertSamePatient, converted } from "./dcm2niix.ts";
import { asInstances, assertSameGrid } from "./support.ts";

const all = oddSeries(3);

const options = { minSlices: 5, rules: readSeriesRules(null), choose: "best" } as const;

const headersOf = ({ files }: OddSeries) => files.map(({ bytes }) => parseHeader(bytes));

/** The first refusal in the order in which a series passes through the service. */
const refusal = async (series: OddSeries): Promise<string | null> => {
  const choices = selectVolumes(headersOf(series), options);
  const chosen = choices.find(({ kind }) => kind === "accepted");
  if (chosen === undefined) return refusalOf(choices).code;
  assert.equal(chosen.part, series.part);
  try {
    await readSeries(asInstances(series.files), { ...defaultReadOptions, part: chosen.part });
    return null;
  } catch (error) {
    return toFailure(error).code;
  }
};

for (const series of all) {
  const fate = series.expected === null ? "is a volume like any other" : `is refused with ${series.expected}`;
  test(`odd series: ${series.name} ${fate}`, async () => {
    assert.equal(await refusal(series), series.expected);
    assert.ok(headersOf(series).every(isPhantomHeader));
  });
}

test("odd series that are volumes give back their phantom's voxels on its grid", async () => {
  const volumes = all.filter(({ expected }) => expected === null);
  assert.ok(volumes.length >= 6);
  for (const { name, files, phantom, part } of volumes) {
    assert.ok(phantom !== null, name);
    const { volume } = await readSeries(asInstances(files), { ...defaultReadOptions, part });
    assert.deepEqual(volume.voxels, phantom.volume.voxels, name);
    assertSameGrid(volume.grid, phantom.label.grid);
  }
});

test("odd series of a seed have the same bytes twice, and no two series share a UID", () => {
  const again = oddSeries(3);
  assert.deepEqual(
    again.map(({ files }) => files),
    all.map(({ files }) => files),
  );
  const apart = all.filter(({ name }) => !/missing|four|shuffled|reversed|duplicate/.test(name));
  const uids = apart.map((series) => headersOf(series)[0]?.["SeriesInstanceUID"]);
  assert.equal(new Set(uids).size, apart.length);
});

test("named odd series are made alone, with the bytes that they have among all", () => {
  const names = ["signed 12 bits", "Dixon fat"];
  const [fat, signed, ...others] = oddSeries(3, names);
  assert.deepEqual([fat?.name, signed?.name, others], ["Dixon fat", "signed 12 bits", []]);
  for (const series of [fat, signed])
    assert.deepEqual(series?.files, all.find(({ name }) => name === series?.name)?.files);
  assert.deepEqual(oddSeries(3, []), []);
});

/**
 * Regular volumes, and what dcm2niix's values mean: it leaves padding as it is stored, where ours becomes air, and takes
 * the sign of twelve bits for their highest one.
 */
const regular: Readonly<Record<string, (value: number) => number>> = {
  "coronal T2": (value) => value,
  "double oblique T1": (value) => value,
  "Dixon water": (value) => value,
  "missing end slice": (value) => value,
  "MR concatenations": (value) => value,
  shuffled: (value) => value,
  "padding outside the field of view": (value) => Math.max(-1024, value),
  "signed 12 bits": (value) => (value > 2047 ? value - 4096 : value),
  "Enhanced CT": (value) => value,
  "Enhanced MR": (value) => value,
  "Legacy Converted Enhanced CT": (value) => value,
};

for (const [name, read] of Object.entries(regular))
  test(`dcm2niix puts ${name} at the same place of the patient, voxel by voxel`, {
    skip: needsTool("dcm2niix"),
  }, () => {
    const series = all.find((each) => each.name === name);
    assert.ok(series?.phantom);
    const { grid, voxels } = converted(series.files);
    assertSamePatient({ grid, voxels: voxels.map(read) }, series.phantom.volume, name);
  });
