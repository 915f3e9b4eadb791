/**
 * Broken DICOM files against the reader: `npm run fuzz:dicom -- [--count 100000] [--seed 1] [--from -25] [--out <folder>]`.
 * Each must become a volume or a failure with a code. Ends with exit code 1, and the offending files in a folder, where
 * one crashes the process that reads it, keeps it busy for 5 s, makes it take more than 1.5 GB, or is an unknown error.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeCase } from "./cases.ts";
import { type FuzzFinding, runFuzz } from "./runFuzz.ts";
import { makeSeeds } from "./seeds.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    from: { type: "string" },
    out: { type: "string", default: "fuzz-findings" },
  },
});
const seed = Number(values.seed);
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

const result = await runFuzz({
  seed,
  count: Number(values.count),
  ...(values.from !== undefined && { from: Number(values.from) }),
  hangMs: 5000,
  maxRssBytes: 1.5 * 2 ** 30,
  onProgress: (done, all) => process.stderr.write(`\r${done} of ${all}`),
});

const keep = async (findings: readonly FuzzFinding[]): Promise<void> => {
  const seeds = await makeSeeds();
  for (const { index, what } of findings) {
    const { name, files } = makeCase(seeds, seed, index);
    const folder = join(values.out, `${seed}_${index}`);
    mkdirSync(folder, { recursive: true });
    for (const [n, bytes] of files.entries()) writeFileSync(join(folder, `${n}.dcm`), bytes);
    writeFileSync(join(folder, "finding.txt"), `seed ${seed}, mutant ${name}\n${what}\n`);
    console.log(`✗ ${index} (${name}): ${what.split("\n").slice(0, 3).join(" ")}`);
  }
};

if (result.findings.length > 0) await keep(result.findings);
const { files, seconds, slowestMs, slowestIndex, peakRssBytes, outcomes, findings } = result;
process.stderr.write("\r");
for (const [name, times] of Object.entries(outcomes).sort(([, a], [, b]) => b - a))
  console.log(`${String(times).padStart(8)}  ${name}`);
console.log(
  `${files} files in ${seconds.toFixed(0)} s (${(files / seconds).toFixed(0)} per second), slowest ${slowestMs.toFixed(0)} ms (${slowestIndex}), at most ${megabytes(peakRssBytes)}`,
);
console.log(findings.length === 0 ? "✓ nothing found" : `✗ ${findings.length} findings in ${values.out}`);
if (findings.length > 0) process.exitCode = 1;
