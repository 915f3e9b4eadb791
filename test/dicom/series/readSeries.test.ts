import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { defaultReadOptions, readSeries } from "../../../src/dicom/series/readSeries.ts";
import { type Attributes, asInstances, classicSeries, shuffled, uid } from "../../support/dicomSeries.ts";
import { at, codes, read, readSpec, refusal, uidsOf } from "./support.ts";

const stray = (attributes: Attributes): readonly Uint8Array[] =>
  classicSeries({ slices: 1, attributes: () => ({ SOPInstanceUID: uid(9), ...attributes }) });

test("G10: secondary captures and reports beside the slices are dropped with a warning", async () => {
  const series = await read([
    ...classicSeries(),
    ...stray({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.7" }),
    ...stray({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.67", Modality: "SR", Rows: undefined }),
  ]);
  assert.equal(series.source.frames.length, 6);
  assert.deepEqual(codes(series), ["NON_IMAGE_DROPPED"]);
  assert.deepEqual(series.warnings[0]?.details?.["kinds"], ["other-modality", "secondary-capture"]);
});

test("X2: a localizer image inside a volume series is dropped with a warning", async () => {
  const scout = stray({
    ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"],
    ImageOrientationPatient: ["0", "1", "0", "0", "0", "-1"],
  });
  const series = await read([...scout, ...classicSeries()]);
  assert.equal(series.source.frames.length, 6);
  assert.deepEqual(codes(series), ["NON_IMAGE_DROPPED"]);
});

test("X1, X3, X8, X9, M1: a series without a classic slice is refused for what it holds instead", async () => {
  const whole = (attributes: Attributes) => readSpec({ attributes: () => attributes });
  await refusal(whole({ ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"] }), "LOCALIZER");
  await refusal(whole({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.7" }), "DERIVED_NOT_VOLUME");
  await refusal(whole({ PhotometricInterpretation: "RGB", SamplesPerPixel: 3 }), "COLOUR_IMAGE");
  await refusal(whole({ PhotometricInterpretation: "PALETTE COLOR" }), "COLOUR_IMAGE");
  await refusal(whole({ Modality: "PT", SOPClassUID: "1.2.840.10008.5.1.4.1.1.128" }), "MODALITY");
  await refusal(
    whole({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.2.1", NumberOfFrames: 6 }),
    "PIXEL_DATA_TRUNCATED",
  );
  await refusal(read([]), "NO_IMAGES");
});

test("X6: mosaics are refused, and dropped with a warning beside the slices of a volume", async () => {
  const mosaic = { ImageType: ["ORIGINAL", "PRIMARY", "M", "ND", "mosaic"] };
  const failure = await refusal(readSpec({ modality: "MR", attributes: () => mosaic }), "MOSAIC");
  assert.equal(uidsOf(failure).length, 6);
  const series = await read([...classicSeries(), ...stray(mosaic)]);
  assert.equal(series.source.frames.length, 6);
  assert.deepEqual(codes(series), ["NON_IMAGE_DROPPED"]);
});

test("S4, X2: images that are no slices count among those that the scanner announces", async () => {
  const announced = (slices: number) =>
    classicSeries({ slices, attributes: () => ({ ImagesInAcquisition: "7" }) });
  const scout = stray({ ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"] });
  assert.equal((await read([...announced(6), ...scout])).source.frames.length, 6);
  const { details } = await refusal(read(announced(6)), "INCOMPLETE_RETRIEVAL");
  assert.deepEqual(details, { announced: 7, present: 6 });
});

test("S4: two echoes of one acquisition are complete together, and scanners may number every slice as its own", async () => {
  const echo = (n: number, slices: number) =>
    classicSeries({
      slices,
      attributes: (k) => ({
        SOPInstanceUID: uid(70 + n, k + 1),
        EchoTime: `${n}`,
        ImagesInAcquisition: "12",
        AcquisitionNumber: "1",
      }),
    });
  const complete = await read([...echo(1, 6), ...echo(2, 6)], { part: "EchoTime=1" });
  assert.deepEqual(codes(complete), []);
  await refusal(read([...echo(1, 5), ...echo(2, 5)], { part: "EchoTime=1" }), "INCOMPLETE_RETRIEVAL");
  const stepped = await readSpec({
    attributes: (k) => ({ ImagesInAcquisition: "6", AcquisitionNumber: `${k}` }),
  });
  assert.deepEqual(codes(stepped), []);
});

test("M7: NumberOfFrames 1 is a classic image, more frames or garbage are refused", async () => {
  assert.equal((await readSpec({ attributes: () => ({ NumberOfFrames: "1" }) })).source.frames.length, 6);
  await refusal(readSpec({ attributes: () => ({ NumberOfFrames: "2" }) }), "MULTI_FRAME");
  await refusal(readSpec({ attributes: () => ({ NumberOfFrames: "1A" }) }), "MULTI_FRAME");
});

test("a multi-frame image beside slices is refused, because it may belong to the volume", async () => {
  const frames = stray({ NumberOfFrames: "4" });
  await refusal(read([...classicSeries(), ...frames]), "MULTI_FRAME");
});

test("G11: an instance sent twice and a copy with identical pixels are dropped with a warning, in any order", async () => {
  const files = classicSeries();
  const copies = classicSeries({ attributes: (k) => ({ SOPInstanceUID: uid(70, k + 1) }) });
  const all = [...files, ...files.slice(1, 2), ...copies.slice(3, 4)];
  const first = await read(all);
  assert.equal(first.source.frames.length, 6);
  assert.deepEqual(codes(first), ["DUPLICATE_DROPPED"]);
  assert.deepEqual(first.warnings[0]?.details?.["sopInstanceUids"], [uid(70, 4), uid(7, 2)].sort());
  for (const seed of [1, 2, 3]) assert.deepEqual((await read(shuffled(all, seed))).source, first.source);
});

test("G11: of one instance sent twice in different bytes the same one is kept in any order", async () => {
  const recoded = classicSeries({ stored: () => 5, slices: 3 });
  const all = [...classicSeries(), ...recoded.slice(2)];
  const first = await read(all);
  for (const seed of [1, 2, 3, 4]) {
    assert.deepEqual((await read(shuffled(all, seed))).volume.voxels, first.volume.voxels);
  }
});

test("G12: different pixels at one position are refused, naming every contested image", async () => {
  const second = classicSeries({
    attributes: (k) => ({ SOPInstanceUID: uid(70, k + 1) }),
    stored: () => 7,
  });
  const failure = await refusal(read([...classicSeries(), ...second.slice(0, 2)]), "AMBIGUOUS_POSITIONS");
  assert.deepEqual(uidsOf(failure), [uid(70, 1), uid(70, 2), uid(7, 1), uid(7, 2)].sort());
});

test("G12: one SOPInstanceUID at two positions is refused", async () => {
  await refusal(
    readSpec({ attributes: (k) => (k === 5 ? { SOPInstanceUID: uid(7, 1) } : {}) }),
    "AMBIGUOUS_POSITIONS",
  );
});

test("G12: two stacks side by side at equal heights are refused, not interleaved", async () => {
  const beside = classicSeries({
    origin: [100, -120, 40],
    attributes: (k) => ({ SOPInstanceUID: uid(70, k + 1) }),
  });
  await refusal(read([...classicSeries(), ...beside]), "AMBIGUOUS_POSITIONS");
});

test("files of two series are refused", async () => {
  const other = stray({ SeriesInstanceUID: uid(66) });
  await refusal(read([...classicSeries(), ...other]), "SEVERAL_SERIES");
});

test("P18: a volume beyond the voxel limit is refused before it is allocated", async () => {
  const failure = await refusal(readSpec({}, { maxVoxels: 479 }), "TOO_LARGE");
  assert.deepEqual(failure.details, { voxels: 480, maxVoxels: 479 });
  assert.equal((await readSpec({}, { maxVoxels: 480 })).volume.voxels.length, 480);
});

test("P18: each file is read twice and let go, progress rises to 1", async () => {
  const reads = new Map<string, number>();
  const shares: number[] = [];
  const counted = asInstances(classicSeries()).map(({ name, read: bytes }) => ({
    name,
    read: () => {
      reads.set(name, (reads.get(name) ?? 0) + 1);
      return bytes();
    },
  }));
  await readSeries(counted, { ...defaultReadOptions, onProgress: (share) => shares.push(share) });
  assert.deepEqual([...reads.values()], Array(6).fill(2));
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  );
  assert.equal(shares.at(-1), 1);
});

test("PIT-9: a file in the middle of a pooled buffer is read from its own first byte", async () => {
  const pooled = classicSeries().map((file) => {
    const pool = Buffer.alloc(file.length + 999, 0xaa);
    pool.set(file, 333);
    return pool.subarray(333, 333 + file.length);
  });
  const series = await read(pooled);
  assert.equal(at(series, 0, 0, 0), 1000 - 1024);
  assert.equal(parseHeader(pooled[0] ?? new Uint8Array())["PatientID"], "T1");
});

test("a UID with characters that none may have is refused, not tidied into another", async () => {
  const files = classicSeries().map((file) => {
    const bytes = Buffer.from(file);
    const at = bytes.indexOf(Buffer.from(uid(7, 3)), 300);
    if (at > 0) bytes.write("/", at + 3);
    return bytes;
  });
  await refusal(read(files), "UID_INVALID");
});
