import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { type ImportRequest, importModel } from "../../src/importer/importModel.ts";
import { withScratchFolder } from "../../src/importer/source/scratchFolder.ts";
import { requireSpace } from "../../src/importer/source/space.ts";
import { failsWith } from "./failing.ts";
import { checkpointMembers, writeResultsFolder } from "./syntheticModel.ts";
import { packFolder, writeZip } from "./torchZip.ts";

const root = mkdtempSync(join(tmpdir(), "panseg-scratch-"));
after(() => rmSync(root, { recursive: true }));

let places = 0;
const place = (): string => {
  const path = join(root, String(places++));
  mkdirSync(path);
  return path;
};

/** A zip with one model, and the models folder to be. */
const zipRequest = (members = checkpointMembers()): ImportRequest => {
  const folder = place();
  writeResultsFolder(join(folder, "inside"), { members });
  const source = join(folder, "models.zip");
  writeZip(source, packFolder(join(folder, "inside"), "models/"));
  rmSync(join(folder, "inside"), { recursive: true });
  return { source, modelsFolder: join(folder, "models"), modelClass: "T1", softwareVersion: "1" };
};

test("I4: an archive is unpacked beside the models, its digest is in the manifest, and nothing of it stays", async () => {
  const request = zipRequest();
  const seen = new Set<string>();
  const shares: number[] = [];
  const manifest = await importModel({
    ...request,
    onProgress: (share, what) => {
      shares.push(share);
      if (what === "unpacking the checkpoint")
        for (const name of readdirSync(request.modelsFolder)) seen.add(name);
    },
  });
  assert.ok([...seen].some((name) => name.startsWith("unpacked.tmp-")));
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  );
  assert.deepEqual(readdirSync(request.modelsFolder), [manifest.id]);
  const zip = manifest.sources.find(({ name }) => name === "models.zip");
  assert.equal(zip?.bytes, statSync(request.source).size);
});

test("I4: a task that only the archive's name says is read from it, without what the web drive adds", async () => {
  const { source, ...request } = zipRequest();
  const inside = join(writeResultsFolder(place()), "..");
  const named = join(source, "..", "Task110_PancreasT1MRI-20260901T101500Z-1-001.zip");
  writeZip(named, packFolder(inside, ""));
  const manifest = await importModel({ ...request, source: named });
  assert.equal(manifest.taskName, "Task110_PancreasT1MRI");
  assert.equal(manifest.id, "pansegnet-t1");
});

test("I4: a damaged file in an archive is named as damage, and nothing stays", async () => {
  const request = zipRequest();
  const folder = place();
  writeResultsFolder(folder);
  const members = packFolder(folder, "models/").map((member) =>
    member.name.endsWith(".model") ? { ...member, claimedCrc: 1 } : member,
  );
  writeZip(request.source, members);
  await failsWith("CHECKPOINT_TRUNCATED", () => importModel(request));
  assert.deepEqual(readdirSync(request.modelsFolder), []);
});

test("I4: a name that is taken is said before the checkpoint is unpacked", async () => {
  const request = zipRequest();
  mkdirSync(join(request.modelsFolder, "pansegnet-t1"), { recursive: true });
  const done = new Set<string>();
  const onProgress = (_: number, what: string): void => void done.add(what);
  await failsWith("MODEL_EXISTS", () => importModel({ ...request, onProgress }));
  assert.deepEqual([...done], ["reading the plan"]);
  await failsWith("MODEL_EXISTS", () => importModel({ ...request, id: "pansegnet-t1", source: "absent" }));
});

test("I4: space that is not there is said in numbers, for a folder that may not exist yet", async () => {
  const folder = join(place(), "not", "yet", "made");
  await requireSpace(folder, 0);
  const { sentence, details } = await failsWith("MODEL_NO_SPACE", () => requireSpace(folder, 2 ** 60));
  assert.match(sentence, /^\d+ MB are needed in the models folder, and \d+ MB are free\.$/);
  assert.ok((details["neededBytes"] as number) > 2 ** 60);
});

test("what a killed import left more than a day ago is removed by the next, and nothing else", async () => {
  const models = place();
  for (const name of ["unpacked.tmp-old", "pansegnet-t1.tmp-old", "pansegnet-t1.tmp-new", "pansegnet-t1"]) {
    mkdirSync(join(models, name));
    writeFileSync(join(models, name, "model.onnx"), "x");
  }
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  for (const name of ["unpacked.tmp-old", "pansegnet-t1.tmp-old", "pansegnet-t1"])
    utimesSync(join(models, name), twoDaysAgo, twoDaysAgo);
  await withScratchFolder(models, async (folder) => {
    assert.ok(existsSync(folder()));
  });
  assert.deepEqual(readdirSync(models).sort(), ["pansegnet-t1", "pansegnet-t1.tmp-new"]);
});

test("S6: what a killed import had unpacked is removed by the next one at once, and what another is unpacking stays", async () => {
  const models = place();
  mkdirSync(join(models, "unpacked.tmp-dead", "1"), { recursive: true });
  writeFileSync(join(models, "unpacked.tmp-dead", "1", "model.model"), "gigabytes");
  await withScratchFolder(models, async (folder) => {
    const mine = folder();
    await withScratchFolder(models, async () => {
      assert.deepEqual(readdirSync(models), [basename(mine)]);
    });
    assert.equal(folder(), mine);
  });
  assert.deepEqual(readdirSync(models), []);
});

test("a path that names fold or checkpoint, and an option that names another, are refused", async () => {
  const results = writeResultsFolder(place());
  const request = { modelsFolder: join(place(), "models"), modelClass: "T1", softwareVersion: "1" } as const;
  const fold = join(results, "fold_0");
  await failsWith("USAGE", () => importModel({ ...request, source: fold, fold: 1 }));
  const source = join(fold, "model_best.model");
  await failsWith("USAGE", () => importModel({ ...request, source, checkpointName: "final" }));
});
