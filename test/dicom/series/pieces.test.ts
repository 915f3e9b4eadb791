import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Attributes, classicSeries, shuffled, uid } from "../../support/dicomSeries.ts";
import { read, refusal, uidsOf } from "./support.ts";
import { partsOf } from "./together.ts";

type Spec = Parameters<typeof classicSeries>[0];
type Piece = { readonly modality?: "CT" | "MR"; readonly own: Attributes; readonly spec?: Spec };

/** Forty slices of 3 mm, of which those in the second piece differ. */
const inPieces = (isSecond: (k: number) => boolean, { modality = "CT", own, spec = {} }: Piece) =>
  Array.from({ length: 40 }, (_, k) => k).flatMap((k) =>
    classicSeries({
      modality,
      slices: 1,
      distanceMm: () => 3 * k,
      ...(isSecond(k) && spec),
      attributes: () => ({
        SOPInstanceUID: uid(70, k + 1),
        InstanceNumber: k + 1,
        SliceThickness: "3",
        ...(modality === "MR" && { ImageType: ["ORIGINAL", "PRIMARY", "M", "ND"] }),
        ...(isSecond(k) && own),
      }),
    }),
  );

const outcome = (files: readonly Uint8Array[]): readonly string[] =>
  partsOf(files).map(({ id, images, failure }) => `${id} ${images.length} ${failure?.code ?? "volume"}`);

describe("V2: one stack in pieces that differ in what parts images is refused once, and loses no end", () => {
  const pieces: Readonly<Record<string, Piece>> = {
    "Rows or Columns": { own: {}, spec: { rows: 7 } },
    PixelSpacing: { own: { PixelSpacing: ["0.75", "0.75"] } },
    FrameOfReferenceUID: { own: { FrameOfReferenceUID: uid(71, 1) } },
    ImageOrientationPatient: {
      own: { ImageOrientationPatient: ["0.99999", "0.004", "0", "-0.004", "0.99999", "0"] },
    },
    ImageType: { modality: "MR", own: { ImageType: ["ORIGINAL", "PRIMARY", "M", "ND", "NORM"] } },
  };
  for (const [attribute, piece] of Object.entries(pieces))
    for (const [which, isSecond] of [
      ["the end", (k: number) => k >= 27],
      ["the first three slices", (k: number) => k < 3],
      ["every second slice", (k: number) => k % 2 === 1],
      ["a stretch", (k: number) => k >= 10 && k < 15],
    ] as const)
      test(`V2: ${attribute} differs in ${which}`, async () => {
        const files = inPieces(isSecond, piece);
        for (const order of [files, shuffled(files, 3)]) {
          const failure = await refusal(read(order), "MIXED_ACQUISITIONS");
          assert.match(
            failure.sentence,
            /^The slices are one even stack, 3\.000 mm apart, in 2 pieces that differ in /,
          );
          assert.ok(failure.sentence.includes(`differ in ${attribute} (`), failure.sentence);
          assert.equal(uidsOf(failure).length, 40);
        }
        assert.deepEqual(outcome(files), [" 40 MIXED_ACQUISITIONS"]);
      });

  test("V2: a frame of reference for each image is one refusal", async () => {
    const files = classicSeries({
      slices: 30,
      attributes: (k) => ({ FrameOfReferenceUID: uid(72, k + 1) }),
    });
    assert.deepEqual(outcome(files), [" 30 MIXED_ACQUISITIONS"]);
    assert.match(
      (await refusal(read(files), "MIXED_ACQUISITIONS")).sentence,
      /in 30 pieces that differ in FrameOfReferenceUID \(1 to 1 images each\)/,
    );
  });

  test("V2: pieces of several time points are pieces", () => {
    const times = [1, 2].flatMap((time) =>
      Array.from({ length: 40 }, (_, k) =>
        classicSeries({
          modality: "MR",
          slices: 1,
          distanceMm: () => 3 * k,
          attributes: () => ({
            SOPInstanceUID: uid(72 + time, k + 1),
            TemporalPositionIdentifier: time,
            ...(k >= 27 && { FrameOfReferenceUID: uid(71, 1) }),
          }),
        }),
      ),
    );
    assert.deepEqual(outcome(times.flat()), [" 80 MIXED_ACQUISITIONS"]);
  });
});

describe("V2: what is no piece of another stack stays as it was", () => {
  test("V2: pixel spacings that were rounded are one", async () => {
    for (const isSecond of [(k: number) => k >= 27, (k: number) => k % 2 === 1])
      assert.deepEqual(outcome(inPieces(isSecond, { own: { PixelSpacing: ["0.7004", "0.7004"] } })), [
        " 40 volume",
      ]);
  });

  test("V2: kinds that cover the same places, and stacks that leave a gap, are volumes", () => {
    const stack = (n: number, fromMm: number, attributes: Attributes) =>
      classicSeries({
        modality: "MR",
        slices: 12,
        distanceMm: (k) => fromMm + 3 * k,
        attributes: (k) => ({ SOPInstanceUID: uid(75 + n, k + 1), ...attributes }),
      });
    const kind = (name: string): Attributes => ({ ImageType: ["DERIVED", "PRIMARY", "DIXON", name] });
    assert.deepEqual(outcome([...stack(1, 0, kind("WATER")), ...stack(2, 0, kind("FAT"))]), [
      "ImageType=WATER 12 volume",
      "ImageType=FAT 12 volume",
    ]);
    const apart = outcome([...stack(1, 0, {}), ...stack(2, 50, { FrameOfReferenceUID: uid(71, 1) })]);
    assert.deepEqual(
      apart.map((part) => part.replace(/^\S* /, "")),
      ["12 volume", "12 volume"],
    );
  });
});
