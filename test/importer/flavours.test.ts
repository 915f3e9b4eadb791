import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Plan } from "../../src/domain/plan.ts";
import { importModel } from "../../src/importer/importModel.ts";
import { takenNotes } from "../../src/importer/takenNotes.ts";
import { readModel, verifyModel } from "../../src/inference/modelFolder.ts";
import { failsWith } from "./failing.ts";
import { flavours, weights } from "./flavours.ts";
import { runOnnx } from "./onnx.ts";
import { tinyNetwork, writeResultsFolder } from "./syntheticModel.ts";

const root = mkdtempSync(join(tmpdir(), "panseg-flavours-"));
after(() => rmSync(root, { recursive: true }));

let places = 0;
const place = (): string => {
  const path = join(root, String(places++));
  mkdirSync(path);
  return path;
};

/** What the network answers to one patch of noise: two checkpoints that differ answer differently. */
const answerOf = async (modelFolder: string): Promise<Float32Array> => {
  const patch = Float32Array.from({ length: 4 * 8 * 8 }, (_, i) => Math.sin(i * 1.7));
  const path = join(modelFolder, "model.onnx");
  return (await runOnnx(path, patch, tinyNetwork.patchSize, "probability")).values;
};

/** Answers of the networks with each factor of the weights, imported the plainest way. */
const answers = new Map<number, Float32Array>();

before(async () => {
  for (const factor of [1, 2]) {
    const source = writeResultsFolder(place(), { members: weights(factor) });
    const modelsFolder = place();
    const { id } = await importModel({ source, modelsFolder, modelClass: "T1", softwareVersion: "1" });
    answers.set(factor, await answerOf(join(modelsFolder, id)));
  }
  assert.notDeepEqual(answers.get(1), answers.get(2));
});

test("the table has all 31 flavours, in order", () => {
  const numbers = flavours.map(([title]) => Number(/^I[1-5]: (\d+)/.exec(title)?.[1]));
  assert.deepEqual(
    [...new Set(numbers)],
    Array.from({ length: 31 }, (_, i) => i + 1),
  );
});

for (const [title, make, outcome] of flavours) {
  test(title, async () => {
    const made = make(place());
    const named = typeof made === "string" ? { source: made } : made;
    const modelsFolder = join(place(), "models");
    const request = { modelsFolder, modelClass: "T1", softwareVersion: "1", ...named } as const;
    const left = (): string[] => (existsSync(modelsFolder) ? readdirSync(modelsFolder) : []);
    if ("code" in outcome) {
      const { sentence, details } = await failsWith(outcome.code, () => importModel(request));
      assert.match(sentence, outcome.sentence);
      const commands = (details["problems"] ?? []) as readonly string[];
      assert.equal(commands.length, outcome.commands?.length ?? 0);
      for (const [i, command] of (outcome.commands ?? []).entries())
        assert.match(commands[i] as string, command);
      assert.deepEqual(left(), []);
      return;
    }
    const manifest = await importModel(request);
    assert.deepEqual(left(), [manifest.id]);
    assert.equal(manifest.fold, outcome.fold);
    assert.deepEqual({ ...manifest.taken, ...outcome.taken }, manifest.taken);
    const model = readModel(modelsFolder, manifest.id);
    await verifyModel(model);
    const plan = JSON.parse(readFileSync(join(model.folder, "plan.json"), "utf8")) as Plan;
    assert.deepEqual(plan.targetSpacingMm, manifest.taken.targetSpacingMm);
    assert.equal(plan.postprocessing.keepLargestComponent, outcome.keepLargestComponent ?? false);
    if (outcome.notes !== undefined) assert.match(takenNotes(manifest).join("\n"), outcome.notes);
    assert.deepEqual(await answerOf(model.folder), answers.get(outcome.weights));
  });
}
