import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Signal } from "../../../src/demo/phantom/dixon.ts";
import { makePhantom, type Phantom, type PhantomOptions } from "../../../src/demo/phantom/makePhantom.ts";
import { lps, zyx } from "../../../src/domain/axes.ts";
import type { ModelClass } from "../../../src/domain/plan.ts";
import { labelComponents } from "../../../src/geometry/components.ts";
import { lpsToVoxel, voxelToLps } from "../../../src/geometry/vector.ts";

const modelClasses: readonly ModelClass[] = ["CT", "T1", "T2"];
const coarse = { shape: zyx(28, 96, 96), spacingMm: zyx(7, 4.2, 4.2) } as const;

const digest = ({ volume, label }: Phantom): string =>
  createHash("sha256").update(new Uint8Array(volume.voxels.buffer)).update(label.voxels).digest("hex");

/** Lies straight, so that a patient coordinate is an anatomical one (the stack's middle is 6 mm above the pancreas). */
const straight = (modelClass: ModelClass, more: Partial<PhantomOptions> = {}): Phantom =>
  makePhantom({
    seed: 11,
    modelClass,
    phase: "portal venous",
    vendor: "Siemens",
    shape: zyx(60, 160, 160),
    spacingMm: zyx(3.2, 2.4, 2.4),
    pose: { scale: lps(1, 1, 1), turn: lps(0, 0, 0), middleLps: lps(0, 0, 6) },
    ...more,
  });

/** Mean of the cube of 27 voxels around a point of the anatomy. */
const meanAt = ({ volume: { grid, voxels } }: Phantom, x: number, y: number, z: number): number => {
  const at = lpsToVoxel(grid, lps(x, y, z)).map(Math.round);
  let sum = 0;
  for (const k of [-1, 0, 1])
    for (const j of [-1, 0, 1])
      for (const i of [-1, 0, 1]) {
        const row = ((at[0] ?? 0) + k) * grid.shape[1] + (at[1] ?? 0) + j;
        sum += voxels[row * grid.shape[2] + (at[2] ?? 0) + i] ?? Number.NaN;
      }
  return sum / 27;
};

const meanInside = ({ volume, label }: Phantom): number => {
  const inside = volume.voxels.filter((_, at) => label.voxels[at] === 1);
  return inside.reduce((sum, value) => sum + value, 0) / inside.length;
};

const between = (value: number, least: number, most: number, what: string): void =>
  assert.ok(value >= least && value <= most, `${what}: ${value} is not within ${least} to ${most}`);

test("a seed gives the same bytes twice, and another seed gives others", () => {
  for (const modelClass of modelClasses) {
    const [first, again, other] = [5, 5, 6].map((seed) =>
      digest(makePhantom({ seed, modelClass, ...coarse })),
    );
    assert.equal(first, again);
    assert.notEqual(first, other);
  }
});

const goldens: Readonly<Record<ModelClass, string>> = {
  CT: "bf95f46cc80ef39af3104d831bb439e6890591b824c6f5a2550cbf3e1fbeada8",
  T1: "f562248b2933cfb2763527dbd88dc41b3f0f1baa88d68b8ec67be73632e12a74",
  T2: "c02d2ce2be72257c69a24216949409816509d112dcc9967475640524a25bcecd",
};

test("a seed's bytes never change: the demo models were trained on them", () => {
  for (const modelClass of modelClasses) {
    assert.equal(digest(makePhantom({ seed: 1, modelClass })), goldens[modelClass], modelClass);
  }
});

test("fixing one choice leaves the drawn anatomy alone", () => {
  const drawn = makePhantom({ seed: 8, modelClass: "CT", ...coarse });
  const louder = makePhantom({
    seed: 8,
    modelClass: "CT",
    ...coarse,
    noiseSd: 40,
    phase: "native",
    vendor: "GE",
  });
  assert.deepEqual(louder.label, drawn.label);
  assert.notDeepEqual(louder.volume.voxels, drawn.volume.voxels);
});

test("the pancreas of many seeds is one piece of 30 to 120 ml that does not touch the edge of the stack", () => {
  const volumes = Array.from({ length: 12 }, (_, seed) => {
    const { label, facts } = makePhantom({
      seed,
      modelClass: modelClasses[seed % 3] ?? "CT",
      shape: zyx(48, 128, 128),
      spacingMm: zyx(4, 3.2, 3.2),
    });
    assert.equal(labelComponents(label.voxels, label.grid.shape).sizes.length, 2, `seed ${seed}: pieces`);
    between(facts.pancreasMl, 30, 120, `seed ${seed}: ml`);
    const size = 128 * 128;
    assert.ok(!label.voxels.subarray(0, size).includes(1) && !label.voxels.subarray(-size).includes(1));
    return facts.pancreasMl;
  });
  assert.ok(Math.max(...volumes) - Math.min(...volumes) > 20, "the sizes hardly vary");
});

test("the volume asked for is the volume that the label has", () => {
  for (const pancreasMl of [35, 70, 115]) {
    const { facts } = straight("CT", { pancreasMl });
    between(facts.pancreasMl, 0.93 * pancreasMl, 1.07 * pancreasMl, "ml");
  }
});

test("the pancreas lies where it belongs: before the spine, head to the right and below, tail to the left and above", () => {
  const { label } = straight("CT");
  const points = [...label.voxels.keys()]
    .filter((at) => label.voxels[at] === 1)
    .map((at) => voxelToLps(label.grid, Math.floor(at / 25600), Math.floor(at / 160) % 160, at % 160));
  const ofSide = (left: boolean) => points.filter(([x]) => (left ? x > 55 : x < -30));
  const mean = (list: typeof points, axis: 0 | 1 | 2) =>
    list.reduce((sum, p) => sum + p[axis], 0) / list.length;
  assert.ok(ofSide(true).length > 100 && ofSide(false).length > 100);
  assert.ok(mean(ofSide(true), 2) > mean(ofSide(false), 2) + 20, "the tail lies higher than the head");
  assert.ok(
    points.every(([x, y]) => Math.abs(x) > 20 || y < 20),
    "nothing of it lies in the spine",
  );
});

test("CT organs have their Hounsfield units, by contrast phase", () => {
  const portal = straight("CT");
  between(meanAt(portal, -90, 5, 20), 95, 130, "liver");
  between(meanAt(portal, 40, 46, -80), 45, 80, "psoas");
  between(meanAt(portal, 10, 15, -10), 130, 170, "aorta");
  between(meanAt(portal, -22, 15, -30), 120, 165, "cava");
  between(meanAt(portal, 0, 71, 0), 5, 50, "canal");
  between(meanAt(portal, 0, -185, 0), -1024, -960, "air");
  between(meanInside(portal), 80, 115, "pancreas");
  const native = straight("CT", { phase: "native" });
  between(meanAt(native, 10, 15, -10), 30, 55, "aorta without contrast medium");
  const arterial = straight("CT", { phase: "late arterial" });
  between(meanAt(arterial, 10, 15, -10), 260, 340, "aorta, late arterial");
  assert.ok(meanInside(arterial) > meanInside(native) + 50);
});

test("fat-suppressed T1 shows the native pancreas bright, T2 shows fluid brightest and vessels dark", () => {
  const t1 = straight("T1", { phase: "native" });
  const fat = meanAt(t1, 0, -102, 0);
  assert.ok(meanInside(t1) > meanAt(t1, -90, 5, 20), "brighter than liver");
  assert.ok(meanInside(t1) > 2 * meanAt(t1, 10, 15, -10), "brighter than blood");
  assert.ok(fat < meanInside(t1), "fat is suppressed");
  const withoutContrast = straight("T2");
  assert.equal(withoutContrast.facts.phase, "native");
  assert.ok(meanAt(withoutContrast, 0, 71, -40) > 2 * meanInside(withoutContrast), "CSF against pancreas");
  assert.ok(meanAt(withoutContrast, 10, 15, -10) < 0.4 * meanInside(withoutContrast), "flow void");
});

/** Native T1 without noise, as Dixon's method takes it apart. */
const dixonOf = (signal: Signal): Phantom => straight("T1", { phase: "native", noiseSd: 0, signal });
const dixon: Readonly<Record<Signal, Phantom>> = {
  water: dixonOf("water"),
  fat: dixonOf("fat"),
  "in-phase": dixonOf("in-phase"),
  "opposed-phase": dixonOf("opposed-phase"),
};

test("in phase water and fat add up, in opposed phase they cancel, voxel by voxel", () => {
  assert.deepEqual(dixon.water.volume.voxels, straight("T1", { phase: "native", noiseSd: 0 }).volume.voxels);
  for (const at of dixon.water.volume.voxels.keys()) {
    const intensity = (signal: Signal): number => dixon[signal].volume.voxels[at] ?? Number.NaN;
    const [water, fat] = [intensity("water"), intensity("fat")];
    assert.ok(Math.abs(intensity("in-phase") - (water + fat)) <= 1.5, `voxel ${at} in phase`);
    assert.ok(Math.abs(intensity("opposed-phase") - Math.abs(water - fat)) <= 1.5, `voxel ${at} opposed`);
  }
});

test("the fat image shows fat alone, and every signal has the same pancreas", () => {
  const { water, fat } = dixon;
  for (const { label } of Object.values(dixon)) assert.deepEqual(label, water.label);
  const subcutaneous = meanAt(fat, 0, -102, 0);
  assert.ok(subcutaneous > 700, `subcutaneous fat ${subcutaneous}`);
  assert.ok(meanAt(fat, -90, 5, 20) < 0.1 * subcutaneous, "liver");
  assert.ok(meanInside(fat) < 0.25 * meanInside(water), "pancreas");
});

test("the opposed phase draws the border between kidney and its fat in black", () => {
  /** From the middle of the left kidney outwards. */
  const along = (signal: Signal): readonly number[] => {
    const { volume } = dixon[signal];
    const [k, j, i] = lpsToVoxel(volume.grid, lps(62, 45, -12)).map(Math.round);
    const row = ((k ?? 0) * volume.grid.shape[1] + (j ?? 0)) * volume.grid.shape[2];
    return [...volume.voxels.subarray(row + (i ?? 0), row + (i ?? 0) + 20)];
  };
  const [inPhase, opposed] = [along("in-phase"), along("opposed-phase")];
  assert.ok(Math.min(...inPhase) > 250, `in phase ${Math.min(...inPhase)}`);
  assert.ok(Math.min(...opposed) < 100, `opposed phase ${Math.min(...opposed)}`);
});

test("the noise asked for is the noise in the image", () => {
  const sdInAir = (noiseSd: number): number => {
    const { volume } = straight("CT", { noiseSd });
    // A block of liver would carry texture; differences of two noise levels of one seed carry noise alone.
    const reference = straight("CT", { noiseSd: 0 });
    const at = [...reference.label.voxels.keys()].filter((n) => reference.label.voxels[n] === 1);
    const squares = at.map((n) => ((volume.voxels[n] ?? 0) - (reference.volume.voxels[n] ?? 0)) ** 2);
    return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
  };
  between(sdInAir(12), 10.8, 13.2, "standard deviation, HU");
});

test("coronal planes show the same patient", () => {
  const axes = zyx(lps(0, 1, 0), lps(0, 0, -1), lps(1, 0, 0));
  const axial = straight("CT", { noiseSd: 0 });
  const coronal = straight("CT", {
    noiseSd: 0,
    axes,
    shape: zyx(80, 80, 160),
    spacingMm: zyx(2.4, 2.4, 2.4),
  });
  for (const [x, y, z] of [
    [-90, 5, 20],
    [10, 15, -10],
    [40, 46, -80],
  ] as const) {
    const difference = meanAt(axial, x, y, z) - meanAt(coronal, x, y, z);
    assert.ok(Math.abs(difference) < 25, `${x},${y},${z}: ${difference} HU apart`);
  }
  between(coronal.facts.pancreasMl / axial.facts.pancreasMl, 0.95, 1.05, "ratio of ml");
});
