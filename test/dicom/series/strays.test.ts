import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headerFromJson, parseHeader } from "../../../src/dicom/file/header.ts";
import { selectVolumes } from "../../../src/dicom/select/selectVolumes.ts";
import { imagesOf } from "../../../src/dicom/series/describe.ts";
import { readSeriesRules } from "../../../src/settings/seriesRules.ts";
import {
  type Attributes,
  classicSeries,
  dicomFile,
  encapsulated,
  jpeg2000Lossless,
  sliceAttributes,
  uid,
} from "../../support/dicomSeries.ts";
import { codes, read, refusal, uidsOf } from "./support.ts";

const strayUid = uid(9, 1);
const nowhere: Attributes = { ImagePositionPatient: undefined, ImageOrientationPatient: undefined };
const bare = (attributes: Attributes): Uint8Array =>
  dicomFile({ ...sliceAttributes({}, 2), SOPInstanceUID: strayUid, ...attributes }, null);
const image = (attributes: Attributes, spec = {}): Uint8Array =>
  classicSeries({ ...spec, slices: 1, attributes: () => ({ SOPInstanceUID: strayUid, ...attributes }) })[0] ??
  new Uint8Array();

describe("V3: one object that can be no slice of the stack is left out and named", () => {
  const strays: Readonly<Record<string, () => Uint8Array>> = {
    "without position, orientation and pixels": () => bare(nowhere),
    "without position, with pixel data that are empty": () =>
      dicomFile({ ...sliceAttributes({}, 2), SOPInstanceUID: strayUid, ...nowhere }, new Uint8Array()),
    "without position and with a matrix of its own": () => image(nowhere, { rows: 20, columns: 30 }),
    "without pixels, at the place of a slice": () => bare({}),
    "of zero frames": () => bare({ ...nowhere, NumberOfFrames: 0 }),
    "of zero frames, enhanced": () =>
      bare({ ...nowhere, NumberOfFrames: 0, SOPClassUID: "1.2.840.10008.5.1.4.1.1.2.1" }),
    "that is a report": () =>
      bare({ ...nowhere, Modality: "SR", SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.33", Rows: undefined }),
    "that is a report and calls itself CT": () =>
      bare({ ...nowhere, SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.33", Rows: undefined }),
    "that is a presentation state": () =>
      bare({ ...nowhere, Modality: "PR", SOPClassUID: "1.2.840.10008.5.1.4.1.1.11.1", Rows: undefined }),
    "of raw data": () => bare({ ...nowhere, SOPClassUID: "1.2.840.10008.5.1.4.1.1.66", Rows: undefined }),
    "that is a waveform": () =>
      bare({ ...nowhere, Modality: "ECG", SOPClassUID: "1.2.840.10008.5.1.4.1.1.9.1.1", Rows: undefined }),
    "that is a localizer without position": () =>
      image({ ...nowhere, ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"] }),
  };
  for (const [name, make] of Object.entries(strays))
    test(`V3: one ${name}`, async () => {
      const plain = await read(classicSeries());
      for (const files of [
        [...classicSeries(), make()],
        [make(), ...classicSeries()],
      ]) {
        const series = await read(files);
        assert.deepEqual(series.volume.voxels, plain.volume.voxels);
        assert.deepEqual(series.source, plain.source);
        assert.deepEqual(codes(series), ["NON_IMAGE_DROPPED"]);
        const [warning] = series.warnings;
        assert.equal(
          warning?.sentence,
          `1 of 7 objects is no slice of the volume and was left out: ${strayUid}.`,
        );
        assert.deepEqual(warning.details?.["sopInstanceUids"], [strayUid]);
      }
      const [choice, ...others] = selectVolumes([...classicSeries({ slices: 6 }), make()].map(parseHeader), {
        minSlices: 5,
        rules: readSeriesRules(null),
        choose: "best",
      });
      assert.deepEqual([choice?.kind, others], ["accepted", []]);
    });
});

describe("V3: a slice of the stack that lost something still refuses the series", () => {
  test("V3: its position, its orientation or both, first, within or last", async () => {
    for (const lost of [nowhere, { ImagePositionPatient: null }, { ImageOrientationPatient: ["1", "0"] }])
      for (const at of [0, 3, 5]) {
        const files = classicSeries({ attributes: (k) => (k === at ? lost : {}) });
        assert.deepEqual(uidsOf(await refusal(read(files), "NO_GEOMETRY")), [uid(7, at + 1)]);
      }
  });

  test("V3: its pixels, although its position is there", async () => {
    const files = classicSeries().toSpliced(5, 1, dicomFile(sliceAttributes({}, 5), null));
    assert.deepEqual(uidsOf(await refusal(read(files), "PIXEL_DATA_TRUNCATED")), [uid(7, 6)]);
  });

  test("V3: all of them their position", async () => {
    const failure = await refusal(read(classicSeries({ attributes: () => nowhere })), "NO_GEOMETRY");
    assert.equal(uidsOf(failure).length, 6);
    await refusal(
      read([0, 1, 2, 3, 4, 5].map((k) => bare({ ...nowhere, SOPInstanceUID: uid(7, k) }))),
      "NO_GEOMETRY",
    );
  });

  test("V3: a file that ends within its header", async () => {
    const [first = new Uint8Array(), ...others] = classicSeries();
    await refusal(read([first.subarray(0, 700), ...others]), "NOT_DICOM");
  });
});

test("V3: compressed pixels are pixels, and two of one slice stay ambiguous", async () => {
  const compressed = (n: number): Uint8Array =>
    dicomFile(
      { ...sliceAttributes({}, 2), SOPInstanceUID: uid(9, n) },
      encapsulated([Buffer.from([n, 2, 3, 4])]),
      jpeg2000Lossless,
    );
  const failure = await refusal(
    read([...classicSeries(), compressed(1), compressed(2)]),
    "AMBIGUOUS_POSITIONS",
  );
  assert.equal(uidsOf(failure).length, 3);
});

test("V3: what stands for a UID in a damaged header is not repeated", async () => {
  const series = await read([...classicSeries(), bare({ ...nowhere, SOPInstanceUID: "DOE JOHN" })]);
  assert.match(series.warnings[0]?.sentence ?? "", /left out: one without a valid UID\.$/);
});

test("V3: metadata leave out an object without position unless they name its pixels; where they name none, the reader judges", () => {
  const json = (k: number, place: boolean, pixels: unknown) => ({
    "00080016": { vr: "UI", Value: ["1.2.840.10008.5.1.4.1.1.2"] },
    "00080018": { vr: "UI", Value: [uid(7, k)] },
    "00080060": { vr: "CS", Value: ["CT"] },
    "00280010": { vr: "US", Value: [8] },
    "00280011": { vr: "US", Value: [10] },
    "00280030": { vr: "DS", Value: [0.7, 0.7] },
    "00281052": { vr: "DS", Value: [-1024] },
    "00281053": { vr: "DS", Value: [1] },
    ...(place && {
      "00200032": { vr: "DS", Value: [0, 0, 20 * k] },
      "00200037": { vr: "DS", Value: [1, 0, 0, 0, 1, 0] },
    }),
    ...(pixels !== undefined && { "7FE00010": pixels }),
  });
  const select = (linked: unknown, stray: unknown) =>
    selectVolumes(
      [
        ...[1, 2, 3, 4, 5, 6].map((k) => headerFromJson(json(k, true, linked))),
        headerFromJson(json(9, false, stray)),
      ],
      { minSlices: 5, rules: readSeriesRules(null), choose: "best" },
    ).map((choice) => (choice.kind === "refused" ? choice.failure.code : choice.kind));
  const link = { vr: "OW", BulkDataURI: "../bulk/7fe00010" };
  assert.deepEqual(select(link, undefined), ["accepted"]);
  assert.deepEqual(select(link, { vr: "OW" }), ["accepted"]);
  assert.deepEqual(select(link, link), ["NO_GEOMETRY"]);
  assert.deepEqual(select(undefined, undefined), ["accepted"]);
  const [named] = imagesOf([headerFromJson(json(1, true, link))]);
  assert.deepEqual([named?.hasPixels, named?.matrix], [true, [8, 10]]);
});

test("V3: what is labelled no slice, and lies on the grid of the slices where they lack one or end, refuses the series", async () => {
  const labels: readonly Attributes[] = [
    { ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"] },
    { SOPClassUID: "1.2.840.10008.5.1.4.1.1.7" },
    { Modality: "OT" },
  ];
  for (const own of labels)
    for (const isLabelled of [
      (k: number) => k >= 13,
      (k: number) => k % 2 === 1,
      (k: number) => k === 0,
      (k: number) => k === 19,
    ]) {
      const files = classicSeries({ slices: 20, attributes: (k) => (isLabelled(k) ? own : {}) });
      const labelled = [...files.keys()].filter(isLabelled);
      const failure = await refusal(read(files), "MIXED_ACQUISITIONS");
      assert.match(
        failure.sentence,
        /labelled as no slices .*, but are one even stack with the others, 20\.000 mm/,
      );
      assert.equal(uidsOf(failure).length, labelled.length);
    }
});

test("V3: what is labelled no slice and lies off their grid, or where slices are, is left out as before", async () => {
  for (const [fromMm, count] of [
    [0, 3],
    [33, 1],
    [500, 2],
  ] as const) {
    const scouts = classicSeries({
      slices: count,
      distanceMm: (k) => fromMm + 20 * k,
      attributes: (k) => ({
        SOPInstanceUID: uid(9, k + 1),
        ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"],
      }),
    });
    assert.deepEqual(codes(await read([...classicSeries(), ...scouts])), ["NON_IMAGE_DROPPED"]);
  }
});
