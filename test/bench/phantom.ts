/**
 * Demo models against phantoms that they never saw: `npm run bench:phantom [-- --seeds 20] [--models <folder>]`. The
 * folder holds installed models (`panseg model import`); without it the repository's own are measured. Ends with exit
 * code 1 where a class misses its bar.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clock, composeTeller, software } from "../../src/compose.ts";
import { importDemoModels } from "../../src/demo/models.ts";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import type { ModelClass } from "../../src/domain/plan.ts";
import { diceOf } from "../../src/evaluate/dice.ts";
import { segmentVolume } from "../../src/pipeline.ts";
import { makeLog } from "../../src/processes/log.ts";
import { settingsSchema } from "../../src/settings/settingsSchema.ts";
import { makeStep } from "../../src/story/step.ts";

/** What every class must reach, mean and worst Dice. */
const bar = { mean: 0.9, worst: 0.75 };

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "20" }, models: { type: "string" } },
});
const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1) throw new Error("--seeds is a whole number of at least 1.");
const ownFolder = mkdtempSync(join(tmpdir(), "panseg-bench-"));
const folder = values.models ?? ownFolder;
const log = makeLog("silent");
const teller = composeTeller(settingsSchema.parse({ models: { folder } }), log);
if (values.models === undefined) await importDemoModels(folder, software.version);

const segmentSeed = async (modelClass: ModelClass, seed: number): Promise<number> => {
  const { volume, label, facts } = makePhantom({ seed, modelClass });
  const step = makeStep({
    clock,
    log,
    signal: new AbortController().signal,
    fields: () => ({}),
    report: () => {},
  });
  const segmenter = await teller.models.open(`phantom-${modelClass.toLowerCase()}`);
  const { mask, measures } = await segmentVolume(volume, segmenter, teller.settings, step);
  const dice = diceOf(mask, label);
  const seconds = Object.values(step.secondsPerStep).reduce((sum, value) => sum + value, 0);
  const volumes = `${measures.volumeMl.toFixed(1)} ml of ${facts.pancreasMl.toFixed(1)} ml`;
  console.log(
    `${modelClass} seed ${seed} ${facts.phase}: Dice ${dice.toFixed(3)}, ${volumes}, ${seconds.toFixed(1)} s`,
  );
  return dice;
};

for (const modelClass of ["CT", "T1", "T2"] as const) {
  const found: number[] = [];
  // Training began at seed 1000.
  for (let seed = 1; seed <= seeds; seed++) found.push(await segmentSeed(modelClass, seed));
  const mean = found.reduce((sum, dice) => sum + dice, 0) / found.length;
  const worst = Math.min(...found);
  const reached = mean >= bar.mean && worst >= bar.worst;
  if (!reached) process.exitCode = 1;
  console.log(
    `${reached ? "✓" : "✗"} ${modelClass}: mean Dice ${mean.toFixed(3)} (bar ${bar.mean}), worst ${worst.toFixed(3)} (bar ${bar.worst}), ${found.length} phantoms`,
  );
}
await teller.models.close();
rmSync(ownFolder, { recursive: true });
