import assert from "node:assert/strict";
import { test } from "node:test";
import { zyx } from "../../src/domain/axes.ts";
import { FailureError } from "../../src/domain/failure.ts";
import type { Mask } from "../../src/domain/grid.ts";
import { assessCase } from "../../src/evaluate/assessCase.ts";
import { type CohortCase, summariseCohort } from "../../src/evaluate/summariseCohort.ts";
import { axialGrid } from "../support/grids.ts";

/** A bar of so many voxels of 2.5×2×1 mm along x. */
const bar = (start: number, length: number): Mask => ({
  grid: axialGrid(zyx(3, 3, 40), zyx(2.5, 2, 1)),
  voxels: Uint8Array.from({ length: 360 }, (_, at) => Number(at % 40 >= start && at % 40 < start + length)),
});

const empty = bar(0, 0);

test("one case is measured in ml and mm on an anisotropic grid", () => {
  const found = assessCase(bar(10, 10), bar(13, 10), 1);
  assert.equal(found.dice, 0.7);
  assert.equal(found.jaccard, 7 / 13);
  assert.equal(found.volumeMl, 0.45);
  assert.equal(found.referenceMl, 0.45);
  assert.equal(found.hausdorffMm, 3);
  assert.equal(found.robustHd95Mm, 3);
  assert.equal(found.emptyMask, "none");
});

test("a distance along z counts the spacing of z", () => {
  const top: Mask = { ...empty, voxels: empty.voxels.map((_, at) => Number(at === 0)) };
  const bottom: Mask = { ...empty, voxels: empty.voxels.map((_, at) => Number(at === 2 * 120 + 40)) };
  const { hausdorffMm, hd95Mm, assdMm } = assessCase(top, bottom, 1);
  const expected = Math.sqrt(5 ** 2 + 2 ** 2);
  assert.deepEqual([hausdorffMm, hd95Mm, assdMm], [expected, expected, expected]);
});

test("an empty prediction has no distance and says so", () => {
  const found = assessCase(empty, bar(3, 4), 1);
  assert.deepEqual(
    [found.hausdorffMm, found.hd95Mm, found.assdMm, found.robustHd95Mm, found.emptyMask],
    [null, null, null, null, "first"],
  );
  assert.deepEqual([found.dice, found.surfaceDice, found.precision, found.recall], [0, 0, null, 0]);
  assert.equal(found.relativeVolumeDifference, -1);
});

test("an empty reference has no relative difference and no recall", () => {
  const found = assessCase(bar(3, 4), empty, 1);
  assert.equal(found.emptyMask, "second");
  assert.deepEqual([found.precision, found.recall, found.relativeVolumeDifference], [0, null, null]);
});

test("two empty masks agree in everything", () => {
  const found = assessCase(empty, empty, 1);
  assert.deepEqual([found.dice, found.jaccard, found.kappa, found.precision, found.recall], [1, 1, 1, 1, 1]);
  assert.deepEqual([found.hausdorffMm, found.hd95Mm, found.assdMm, found.robustHd95Mm], [0, 0, 0, 0]);
  assert.deepEqual([found.surfaceDice, found.relativeVolumeDifference, found.emptyMask], [1, 0, "both"]);
});

test("grids that do not lie voxel on voxel are refused, rounded headers are not", () => {
  const mask = bar(3, 4);
  const moved = (changes: Partial<Mask["grid"]>): Mask => ({ ...mask, grid: { ...mask.grid, ...changes } });
  const { originLps, axes } = mask.grid;
  const refused = [
    moved({ spacingMm: zyx(2.5, 2, 1.01) }),
    moved({ originLps: [originLps[0], originLps[1], 0.2] as unknown as typeof originLps }),
    moved({ axes: zyx(axes[0], axes[2], axes[1]) }),
    { ...mask, voxels: mask.voxels.subarray(1) },
  ];
  for (const other of refused)
    assert.throws(
      () => assessCase(mask, other, 1),
      (error) => error instanceof FailureError && error.failure.code === "USAGE",
    );
  assert.equal(assessCase(mask, moved({ spacingMm: zyx(2.5001, 2, 0.99999) }), 1).dice, 1);
  assert.throws(() => assessCase(mask, mask, -1), FailureError);
});

const at = (modality: string, centre: string, shift: number, length: number): CohortCase => ({
  name: `${modality}-${centre}-${shift}-${length}`,
  groups: { modality, centre },
  agreement: assessCase(bar(5 + shift, length), bar(5, 10), 1),
});

const cohort = [
  at("CT", "B", 0, 10),
  at("CT", "A", 1, 10),
  at("T2", "A", 2, 8),
  at("T2", "A", 0, 0),
  at("T2", "A", 1, 12),
];

test("a cohort is summarised as a whole, by modality, by centre and by both", () => {
  const groups = summariseCohort(cohort);
  assert.deepEqual(
    groups.map(({ where, cases }) => [where, cases]),
    [
      [{}, 5],
      [{ modality: "CT" }, 2],
      [{ modality: "T2" }, 3],
      [{ centre: "A" }, 4],
      [{ centre: "B" }, 1],
      [{ modality: "CT", centre: "A" }, 1],
      [{ modality: "CT", centre: "B" }, 1],
      [{ modality: "T2", centre: "A" }, 3],
    ],
  );
  const ct = groups[1];
  assert.equal(ct?.measures.dice?.mean, 0.95);
  assert.equal(ct?.measures.hd95Mm?.max, 1);
  assert.equal(groups[4]?.volumes, null);
});

test("cases without a distance are counted, not scored", () => {
  const t2 = summariseCohort(cohort)[2];
  assert.deepEqual([t2?.cases, t2?.measures.hd95Mm?.n, t2?.measures.dice?.n], [3, 2, 3]);
  assert.equal(t2?.measures.dice?.min, 0);
  assert.ok(Math.abs((t2?.volumes?.blandAltman.bias.value ?? 0) - -0.15) < 1e-12);
});

test("the mean has an interval around it, the same every time, and one value has none", () => {
  const larger = [
    ...cohort,
    at("CT", "A", 3, 9),
    at("CT", "A", 2, 7),
    at("CT", "A", 5, 9),
    at("CT", "A", 4, 9),
  ];
  const [all] = summariseCohort(larger);
  const alone = summariseCohort(cohort)[4];
  const { mean = 0, interval } = all?.measures.dice ?? {};
  assert.ok(interval && interval.low < mean && mean < interval.high);
  assert.deepEqual(summariseCohort(larger)[0], all);
  assert.equal(alone?.measures.dice?.interval, null);
});

test("a case without a value of a column is in no group of it", () => {
  const [first, ...others] = cohort as [CohortCase, ...CohortCase[]];
  const groups = summariseCohort([{ ...first, groups: { modality: "CT", scanner: "S" } }, ...others]);
  assert.deepEqual(
    groups.filter(({ where }) => "scanner" in where).map(({ where, cases }) => [where, cases]),
    [
      [{ scanner: "S" }, 1],
      [{ modality: "CT", scanner: "S" }, 1],
    ],
  );
});

test("no case makes no group", () => assert.deepEqual(summariseCohort([]), []));
