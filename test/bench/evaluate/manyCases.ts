/** 5,000 cases in 440 groups and a column of measurements: time, memory and console lines of one `evaluate`. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zyx } from "../../../src/domain/axes.ts";
import { writeNifti } from "../../../src/nifti/writeNifti.ts";
import { axialGrid } from "../../support/grids.ts";
import { makeDraws } from "./draws.ts";

const CASES = 5000;
const MOST_CPU_SECONDS = 60;
const MOST_MEGABYTES = 400;

const folder = mkdtempSync(join(tmpdir(), "panseg-many-"));
const grid = axialGrid(zyx(20, 28, 24), zyx(2.5, 1, 1));
const draws = makeDraws(1);

/** A box of random place and size. */
const mask = () => {
  const voxels = new Uint8Array(20 * 28 * 24);
  const [k, j, i] = [20, 28, 24].map((length) => Math.floor((length / 3) * draws.uniform())) as [
    number,
    number,
    number,
  ];
  const size = 5 + Math.floor(6 * draws.uniform());
  for (let z = k; z < k + size; z++)
    for (let y = j; y < j + size; y++) voxels.fill(1, (z * 28 + y) * 24 + i, (z * 28 + y) * 24 + i + size);
  return writeNifti({ grid, voxels });
};

try {
  for (const side of ["ref", "pred"]) {
    mkdirSync(join(folder, side));
    for (let n = 0; n < CASES; n++) writeFileSync(join(folder, side, `case${n}.nii.gz`), mask());
  }
  const row = (n: number) =>
    `case${n},${["CT", "T1", "T2"][n % 3]},centre ${n % 107},${(40 + 30 * draws.uniform()).toFixed(3)}\n`;
  writeFileSync(
    join(folder, "groups.csv"),
    `case,modality,centre,dose\n${Array.from({ length: CASES }, (_, n) => row(n)).join("")}`,
  );
  const usage =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the child's template.
    'process.on("exit",()=>{const u=process.resourceUsage();console.error(`usage ${u.userCPUTime+u.systemCPUTime} ${u.maxRSS}`)})';
  const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...["--import", `data:text/javascript,${encodeURIComponent(usage)}`, main, "evaluate", "--quiet"],
      ...["--ref", join(folder, "ref"), "--pred", join(folder, "pred")],
      ...["--groups", join(folder, "groups.csv"), "-o", join(folder, "out")],
    ],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  const [, cpu, kilobytes] = /usage (\d+) (\d+)/.exec(stderr) ?? [];
  const [seconds, megabytes] = [Number(cpu) / 1e6, Number(kilobytes) / 1024];
  const lines = stdout.split("\n").length + stderr.split("\n").length;
  console.log(stdout, stderr);
  console.log(
    `${CASES} cases: exit code ${status}, ${seconds.toFixed(1)} CPU s, ${megabytes.toFixed(0)} MB, ${lines} lines`,
  );
  if (!(status === 0 && seconds <= MOST_CPU_SECONDS && megabytes <= MOST_MEGABYTES)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
