/**
 * Time and memory of the surface distances of two pancreas-like masks on 512×512×300 voxels, and of the worst case, whose
 * box is the whole grid: `node test/bench/evaluate/surfaces.ts [near|whole]`.
 */
import { zyx } from "../../../src/domain/axes.ts";
import type { Mask } from "../../../src/domain/grid.ts";
import { overlapOf } from "../../../src/evaluate/overlap.ts";
import { surfaceDistances } from "../../../src/evaluate/surfaceDistances.ts";
import { surfelAgreement } from "../../../src/evaluate/surfelAgreement.ts";
import { axialGrid } from "../../support/grids.ts";

const shape = zyx(300, 512, 512);
const spacingMm = zyx(1, 0.75, 0.75);
const isWhole = process.argv[2] === "whole";

/** A bent tube of about 90 ml; the shift tells two readers apart. */
const makeMask = (shiftMm: number): Mask => {
  const voxels = new Uint8Array(shape[0] * shape[1] * shape[2]);
  for (let step = 0; step <= 160; step++) {
    const t = step / 160;
    const [z, y, x] = [120 + 45 * t, 200 + 30 * Math.sin(5 * t), 110 + 150 * t].map((mm) => mm + shiftMm) as [
      number,
      number,
      number,
    ];
    const radius = 13 - 5 * t + 1.5 * Math.sin(25 * t + shiftMm);
    for (let k = Math.ceil(z - radius); k <= z + radius; k++)
      for (let j = Math.ceil((y - radius) / 0.75); j <= (y + radius) / 0.75; j++)
        for (let i = Math.ceil((x - radius) / 0.75); i <= (x + radius) / 0.75; i++)
          if ((k - z) ** 2 + (j * 0.75 - y) ** 2 + (i * 0.75 - x) ** 2 <= radius ** 2)
            voxels[(k * shape[1] + j) * shape[2] + i] = 1;
  }
  if (isWhole) voxels[shiftMm === 0 ? 0 : voxels.length - 1] = 1;
  return { grid: axialGrid(shape, spacingMm), voxels };
};

const measure = <T>(name: string, run: () => T): T => {
  const start = performance.now();
  const result = run();
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${name}: ${((performance.now() - start) / 1000).toFixed(2)} s, peak so far ${peakMb.toFixed(0)} MB`,
    result,
  );
  return result;
};

const [first, second] = [makeMask(0), makeMask(1.2)];
measure("masks", () => null);
measure("surface distances", () => surfaceDistances(first, second));
measure("overlap", () => overlapOf(first, second));
measure("surfels", () => surfelAgreement(first, second, 2));
