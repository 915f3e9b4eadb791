import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Manifest } from "../../src/importer/manifest.ts";
import { writeResultsFolder } from "../importer/syntheticModel.ts";
import { panseg } from "../support/panseg.ts";

const root = mkdtempSync(join(tmpdir(), "panseg-model-"));
after(() => rmSync(root, { recursive: true }));

const models = join(root, "models");

const importing = (source: string, ...more: readonly string[]) =>
  panseg(["model", "import", source, "--modality", "T1", ...more], { PANSEG__MODELS__FOLDER: models });

const both = ["model_best.model", "model_final_checkpoint.model"];

test("I1: model import says which checkpoint and fold it took, and which it did not", async () => {
  const results = writeResultsFolder(join(root, "both"), { checkpointNames: both });
  writeResultsFolder(join(root, "both"), { fold: 1 });
  const { code, stdout, stderr } = await importing(results);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /pansegnet-t1 \(T1, nnTransUNetTrainerV2\) is in/);
  assert.match(stderr, /reading the plan 0%/);
  assert.match(
    stderr,
    /taken: fold_0\/model_final_checkpoint\.model; 3d_fullres, spacing 3 x 1\.5 x 1\.5 mm; plan from plans\.pkl/,
  );
  assert.match(stderr, /not taken: model_best\.model/);
  assert.match(stderr, /not read: fold 1;/);

  const json = await importing(results, "--id", "best", "--checkpoint", "best", "--json");
  assert.equal(json.code, 0, json.stderr);
  const { taken } = JSON.parse(json.stdout) as Manifest;
  assert.equal(taken.checkpoint, "fold_0/model_best.model");
  assert.deepEqual(taken.otherFolds, [1]);

  const list = await panseg(["model", "list", "--json"], { PANSEG__MODELS__FOLDER: models });
  const [best] = JSON.parse(list.stdout) as readonly Manifest[];
  assert.equal(best?.taken.checkpoint, "fold_0/model_best.model");
});

test("I4: of two tasks below one root each is offered with the command that takes it", async () => {
  const parent = join(root, "two tasks");
  const trainer = "nnTransUNetTrainerV2__nnUNetPlansv2.1";
  for (const task of ["Task110_PancreasT1MRI", "Task111_PancreasT2MRI"])
    writeResultsFolder(parent, { path: `${task}/${trainer}` });
  const { code, stderr } = await importing(parent);
  assert.equal(code, 5);
  assert.match(stderr, /CHECKPOINT_NOT_FOUND/);
  const offered = [...stderr.matchAll(/panseg model import '([^']+)' --modality (T\d)/g)];
  assert.deepEqual(
    offered.map(([, path, modelClass]) => [path, modelClass]),
    [
      [join(parent, "Task110_PancreasT1MRI", trainer), "T1"],
      [join(parent, "Task111_PancreasT2MRI", trainer), "T2"],
    ],
  );
  const taken = await importing(offered[0]?.[1] as string, "--id", "of-two");
  assert.equal(taken.code, 0, taken.stderr);
});

test("I5: a web page in place of the checkpoint is called one, and a wrong --fold is refused before anything is read", async () => {
  const page = join(root, "page");
  mkdirSync(page);
  writeFileSync(join(page, "model_best.model"), "<!DOCTYPE html><html><title>Sign in</title></html>");
  const { code, stderr } = await importing(join(page, "model_best.model"), "--id", "page");
  assert.equal(code, 5);
  assert.match(stderr, /a web page: the web drive's page was saved instead of the file/);
  assert.doesNotMatch(stderr, /^\s+at /m);
  for (const fold of ["first", "1.5"]) {
    const wrong = await importing(join(root, "absent"), "--fold", fold);
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.match(wrong.stderr, /--fold is a whole number/);
  }
  assert.equal(existsSync(join(models, "page")), false);
});
