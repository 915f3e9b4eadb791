import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Zyx, zyx } from "../../src/domain/axes.ts";
import type { Mask } from "../../src/domain/grid.ts";
import { countVoxels } from "../../src/evaluate/countVoxels.ts";
import { overlapOf } from "../../src/evaluate/overlap.ts";
import { surfaceDistances } from "../../src/evaluate/surfaceDistances.ts";
import { surfelAgreement } from "../../src/evaluate/surfelAgreement.ts";
import { surfelAreasMm2 } from "../../src/evaluate/surfelAreas.ts";
import { maskPair } from "./maskPairs.ts";

type Pair = readonly [readonly [number, number, number], readonly (number | null)[] | null];

const reference = JSON.parse(readFileSync(new URL("reference/masks.json", import.meta.url), "utf8")) as {
  readonly toleranceMm: number;
  readonly areaSpacingMm: readonly [number, number, number];
  readonly areasMm2: readonly number[];
  readonly pairs: readonly Pair[];
};

const pairs = reference.pairs.map(([counts, numbers], at) => ({
  seed: at + 1,
  masks: maskPair(at + 1),
  counts,
  numbers,
}));

const filled = pairs.flatMap(({ seed, masks, numbers }) =>
  numbers === null ? [] : { seed, masks, numbers },
);

/** Largest difference over all pairs whose masks both hold a voxel. */
const worst = (from: number, of: (first: Mask, second: Mask) => readonly (number | null)[]): number =>
  Math.max(
    ...filled.flatMap(({ seed, masks, numbers }) =>
      of(...masks).map((value, i) => {
        const expected = numbers[from + i];
        assert.ok(
          typeof value === "number" && typeof expected === "number",
          `pair ${seed}, number ${from + i}`,
        );
        return Math.abs(value - expected);
      }),
    ),
  );

test("the pairs are those of the reference and hold what is rare", () => {
  assert.ok(filled.length >= 200, `${filled.length} pairs`);
  for (const { seed, masks, counts } of pairs) {
    const { both, onlyFirst, onlySecond } = countVoxels(...masks);
    assert.deepEqual([both + onlyFirst, both + onlySecond, both], counts, `pair ${seed}`);
  }
  const isFilled = (mask: Mask): boolean => mask.voxels.includes(1);
  assert.ok(pairs.some(({ masks }) => !masks.some(isFilled)));
  assert.ok(pairs.some(({ masks }) => isFilled(masks[0]) && !isFilled(masks[1])));
  assert.ok(pairs.some(({ counts }) => counts[0] === 1 && counts[1] === 1));
  const touching = filled.filter(({ masks: [{ grid, voxels }] }) =>
    voxels.subarray(0, grid.shape[1] * grid.shape[2]).includes(1),
  );
  assert.ok(touching.length > 50);
});

test("Dice, Jaccard, precision, recall and kappa are scikit-learn's", () => {
  const difference = worst(0, (first, second) => {
    const { dice, jaccard, precision, recall, kappa } = overlapOf(first, second);
    return [dice, jaccard, precision, recall, kappa];
  });
  assert.ok(difference <= 1e-15, `${difference}`);
});

test("Hausdorff, its 95th percentile and the mean distance are those of scipy's erosion and distance transform", () => {
  const difference = worst(5, (first, second) => {
    const { hausdorffMm, hd95Mm, assdMm } = surfaceDistances(first, second);
    return [hausdorffMm, hd95Mm, assdMm];
  });
  assert.ok(difference <= 1e-12, `${difference} mm`);
});

test("robust Hausdorff and surface Dice are DeepMind's", () => {
  const difference = worst(8, (first, second) => {
    const { robustHd95Mm, surfaceDice } = surfelAgreement(first, second, reference.toleranceMm);
    return [robustHd95Mm, surfaceDice];
  });
  assert.ok(difference <= 1e-12, `${difference}`);
});

test("the area of every neighbour code is DeepMind's on an anisotropic grid", () => {
  const [z, y, x] = reference.areaSpacingMm;
  const areas = surfelAreasMm2(zyx(z, y, x));
  for (const [code, expected] of reference.areasMm2.entries())
    assert.ok(Math.abs((areas[code] ?? -1) - expected) <= 1e-12, `code ${code}`);
});

test("surfaces are symmetric in the two masks", () => {
  for (const { masks } of pairs.slice(0, 60)) {
    const [first, second] = masks;
    const [there, back] = [surfaceDistances(first, second), surfaceDistances(second, first)];
    assert.deepEqual([there.hausdorffMm, there.hd95Mm], [back.hausdorffMm, back.hd95Mm]);
    const surfels = [surfelAgreement(first, second, 2), surfelAgreement(second, first, 2)];
    assert.equal(surfels[0]?.robustHd95Mm, surfels[1]?.robustHd95Mm);
  }
});

/** The mask on a larger grid, background all around. */
const surrounded = ({ grid, voxels }: Mask, by: number): Mask => {
  const [depth, height, width] = grid.shape;
  const shape: Zyx<number> = zyx(depth + 2 * by, height + 2 * by, width + 2 * by);
  const wider = new Uint8Array(shape[0] * shape[1] * shape[2]);
  for (const [at, value] of voxels.entries()) {
    const [z, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    wider[((z + by) * shape[1] + y + by) * shape[2] + x + by] = value;
  }
  return { grid: { ...grid, shape }, voxels: wider };
};

test("beyond the array lies background: more of it changes no surface", () => {
  for (const { masks } of pairs.slice(0, 60)) {
    const [a, b] = [surrounded(masks[0], 3), surrounded(masks[1], 3)];
    assert.deepEqual(surfaceDistances(...masks), surfaceDistances(a, b));
    assert.deepEqual(surfelAgreement(...masks, 1.6), surfelAgreement(a, b, 1.6));
  }
});
