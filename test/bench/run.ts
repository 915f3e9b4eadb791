/**
 * Benchmarks, each beside a baseline in the same run: `npm run bench [-- --json]`. Ends with exit code 1 where a bar is
 * missed.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { volumeBenchmark } from "./volume.ts";

export type BenchmarkResult = {
  readonly what: string;
  readonly seconds: number;
  /** The same amount of the part that cannot be avoided. */
  readonly baselineSeconds: number;
  readonly peakMegabytes: number;
  readonly isReached: boolean;
  readonly bar: string;
};

export type Benchmark = { readonly name: string; readonly run: () => Promise<BenchmarkResult> };

const benchmarks: readonly Benchmark[] = [volumeBenchmark];

const processor = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`;
const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const results: (BenchmarkResult & { readonly name: string })[] = [];
for (const { name, run } of benchmarks) {
  process.stderr.write(`${name} …\n`);
  const result = { name, ...(await run()) };
  results.push(result);
  if (!result.isReached) process.exitCode = 1;
  if (values.json) continue;
  const { what, seconds, baselineSeconds, peakMegabytes, isReached, bar } = result;
  const ratio = (seconds / baselineSeconds).toFixed(2);
  console.log(
    `${isReached ? "✓" : "✗"} ${name}: ${what}: ${seconds.toFixed(1)} s (${ratio} × the baseline's ${baselineSeconds.toFixed(1)} s), ${peakMegabytes.toFixed(0)} MB; bar ${bar}`,
  );
}
if (values.json) console.log(JSON.stringify({ processor, results }, null, 2));
else console.log(processor);
