import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Attributes, classicSeries, shuffled } from "../../support/dicomSeries.ts";
import { read, refusal, uidsOf } from "./support.ts";
import { partsOf } from "./together.ts";

const plain = ["1", "0", "0", "0", "1", "0"];
const ways: Readonly<Record<string, readonly string[]>> = {
  "by half a turn": ["-1", "0", "0", "0", "-1", "0"],
  "by a quarter": ["0", "1", "0", "-1", "0", "0"],
  "by ten degrees": ["0.98480775", "0.17364818", "0", "-0.17364818", "0.98480775", "0"],
  "as in a mirror": ["-1", "0", "0", "0", "1", "0"],
};

const turned = (
  orientation: readonly string[],
  isTurned: (k: number) => boolean,
  apartMm = 5,
  own: Attributes = {},
) =>
  classicSeries({
    slices: 16,
    distanceMm: (k) => apartMm * k,
    attributes: (k) => ({ ImageOrientationPatient: isTurned(k) ? orientation : plain, ...own }),
  });

describe("V2: slices that are stored turned in their plane are neither laid among the others nor made a volume of their own", () => {
  for (const [name, orientation] of Object.entries(ways))
    for (const [which, isTurned] of [
      ["every second slice", (k: number) => k % 2 === 1],
      ["the upper half", (k: number) => k >= 8],
      ["some slices", (k: number) => [3, 4, 9, 13].includes(k)],
      ["one slice", (k: number) => k === 6],
    ] as const)
      test(`V2: ${which} turned ${name} refuses the series once, with the numbers`, async () => {
        const files = turned(orientation, isTurned);
        const count = Array.from({ length: 16 }, (_, k) => k).filter(isTurned).length;
        for (const order of [files, files.toReversed(), shuffled(files, 5)]) {
          const failure = await refusal(read(order), "MIXED_ACQUISITIONS");
          assert.match(
            failure.sentence,
            /^The slices are one even stack, 5\.000 mm apart, but their rows and columns point in 2 ways/,
          );
          assert.deepEqual(
            [...(failure.details["slices"] as number[])].sort((a, b) => a - b),
            [count, 16 - count].sort((a, b) => a - b),
          );
          assert.equal(uidsOf(failure).length, 16);
          assert.match(failure.remedy, /rows of all images in one direction/);
        }
      });

  test("V2: two stacks that each have their slices side by side stay two volumes, though one is turned", () => {
    const parts = partsOf(turned(ways["by half a turn"] ?? [], (k) => k % 2 === 1, 2.5));
    assert.deepEqual(
      parts.map(({ id, images, failure }) => `${id} ${images.length} ${failure?.code ?? "volume"}`),
      ["Orientation=axial1 8 volume", "Orientation=axial2 8 volume"],
    );
  });
});
