import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import type { Plan } from "../../src/domain/plan.ts";
import { digestFile } from "../../src/importer/files.ts";
import { type ImportRequest, importModel } from "../../src/importer/importModel.ts";
import type { Manifest } from "../../src/importer/manifest.ts";
import { takenNotes } from "../../src/importer/takenNotes.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";
import { failsWith, refuses } from "./failing.ts";
import { importInOwnProcess } from "./importProcess.ts";
import * as py from "./pickleBytes.ts";
import {
  checkpointInfo,
  checkpointMembers,
  type FolderOptions,
  fullNetwork,
  planEntries,
  type SyntheticOptions,
  tinyNetwork,
  writeResultsFolder,
} from "./syntheticModel.ts";

const root = mkdtempSync(join(tmpdir(), "panseg-import-"));
after(() => rmSync(root, { recursive: true }));

let places = 0;
const place = (): string => {
  const path = join(root, String(places++));
  mkdirSync(path);
  return path;
};

type Overrides = Partial<ImportRequest>;

const requestOf = (source: string, overrides: Overrides = {}): ImportRequest => ({
  source,
  modelsFolder: join(place(), "models"),
  modelClass: "T1",
  softwareVersion: "1.2.3",
  ...overrides,
});

const importSynthetic = async (options: FolderOptions = {}, overrides: Overrides = {}) => {
  const request = requestOf(writeResultsFolder(place(), options), overrides);
  return { request, manifest: await importModel(request) };
};

const entriesOf = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

test("an imported folder holds the network, the plan and a manifest that says where all came from", async () => {
  const { request, manifest } = await importSynthetic(
    { postprocessing: '{"for_which_classes": [1]}' },
    { licence: "for research", fp16: true },
  );
  assert.deepEqual(entriesOf(request.modelsFolder), ["pansegnet-t1"]);
  const folder = join(request.modelsFolder, "pansegnet-t1");
  assert.deepEqual(entriesOf(folder), ["manifest.json", "model.fp16.onnx", "model.onnx", "plan.json"]);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")), manifest);
  const { files, sources, network, taken, ...origin } = manifest;
  assert.deepEqual(taken, {
    checkpoint: "fold_0/model_best.model",
    otherCheckpoints: [],
    otherFolds: [],
    configuration: "3d_fullres",
    stage: 0,
    stages: 1,
    targetSpacingMm: [3, 1.5, 1.5],
    plan: "plans.pkl",
    postprocessing: "postprocessing.json",
    modality: null,
  });
  assert.deepEqual(origin, {
    formatVersion: 1,
    id: "pansegnet-t1",
    trainer: "nnTransUNetTrainerV2",
    taskName: "Task110_PancreasT1",
    modelClass: "T1",
    fold: 0,
    licence: "for research",
    isPhantomModel: false,
    createdWith: { software: "panseg", version: "1.2.3" },
  });
  for (const [name, digest] of Object.entries(files))
    assert.deepEqual(await digestFile(join(folder, name)), digest);
  assert.deepEqual(
    sources.map(({ name }) => name),
    ["model_best.model", "model_best.model.pkl", "plans.pkl", "postprocessing.json"],
  );
  const checkpoint = join(request.source, "fold_0", "model_best.model");
  assert.deepEqual({ name: basename(checkpoint), ...(await digestFile(checkpoint)) }, sources[0]);
  assert.deepEqual(network.transformer, { layers: 2, width: 16, heads: 8 });
  assert.equal(network.opset, 17);
  assert.ok(
    files["model.fp16.onnx"] !== undefined && files["model.fp16.onnx"].bytes < files["model.onnx"].bytes,
  );
  const plan = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8")) as Plan;
  assert.deepEqual(plan.postprocessing, { keepLargestComponent: true, minComponentMm3: null });
  assert.equal(plan.orientation, "LPS");
  assert.ok(!JSON.stringify(manifest).includes(root), "a machine path is in the manifest");
});

test("progress rises from 0 to 1", async () => {
  const shares: number[] = [];
  await importSynthetic({}, { onProgress: (share) => shares.push(share), fp16: true });
  assert.equal(shares[0], 0);
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  );
});

const filesOf = ({ manifest }: { manifest: Manifest }) => manifest.files;

test("importing twice gives the same bytes, whatever the version, name or time", async () => {
  const first = await importSynthetic({}, { fp16: true });
  const second = await importModel({ ...first.request, id: "another", softwareVersion: "9.9.9" });
  assert.deepEqual(second.files, first.manifest.files);
});

const sameWeights: readonly [string, SyntheticOptions][] = [
  ["float16 tensors", { type: "float16" }],
  ["a module. prefix", { keyPrefix: "module." }],
  ["non-contiguous tensors", { layout: "reversedStrides" }],
  ["one shared storage", { layout: "oneStorage" }],
  ["the optimizer's momentum", { withMomentum: true }],
];

test("the same weights saved in another way give the same network", async () => {
  const plain = filesOf(await importSynthetic());
  for (const [name, options] of sameWeights) {
    assert.deepEqual(filesOf(await importSynthetic({ members: checkpointMembers(options) })), plain, name);
  }
  assert.deepEqual(filesOf(await importSynthetic({ isZip64: true })), plain, "zip64");
});

test("a results folder, a parent with exactly one, a fold folder and a checkpoint file lead to the same model", async () => {
  const parent = place();
  const results = writeResultsFolder(parent);
  const sources = [results, parent, join(results, "fold_0"), join(results, "fold_0", "model_best.model")];
  const all = await Promise.all(sources.map((source) => importModel(requestOf(source))));
  for (const manifest of all) assert.deepEqual(manifest, all[0]);
});

test("a parent with two models, with none, or an absent path is refused", async () => {
  const parent = place();
  writeResultsFolder(parent);
  cpSync(join(parent, "Task110_PancreasT1"), join(parent, "Task111_PancreasT2"), { recursive: true });
  const failure = await failsWith("CHECKPOINT_NOT_FOUND", () => importModel(requestOf(parent)));
  assert.match(failure.sentence, /2 trained models/);
  await failsWith("CHECKPOINT_NOT_FOUND", () => importModel(requestOf(place())));
  await failsWith("CHECKPOINT_NOT_FOUND", () => importModel(requestOf(join(root, "absent"))));
});

test("I1: the final checkpoint is taken, as nnU-Net does, unless another is named or the best is alone", async () => {
  const [best, final, latest] = [
    "model_best.model",
    "model_final_checkpoint.model",
    "model_latest.model",
  ] as const;
  const all = [best, final, latest];
  const taken = async (options: FolderOptions, overrides: Overrides = {}) => {
    const { manifest } = await importSynthetic(options, overrides);
    assert.equal(manifest.taken.checkpoint, `fold_0/${manifest.sources[0]?.name}`);
    return [manifest.sources[0]?.name, ...manifest.taken.otherCheckpoints.toSorted()];
  };
  assert.deepEqual(await taken({ checkpointNames: [best, final] }), [final, best]);
  assert.deepEqual(await taken({ checkpointNames: all }, { checkpointName: "best" }), [best, final, latest]);
  assert.deepEqual(await taken({ checkpointNames: all }, { checkpointName: "final" }), [final, best, latest]);
  assert.deepEqual(await taken({ checkpointNames: all }, { checkpointName: "latest" }), [
    latest,
    best,
    final,
  ]);
  assert.deepEqual(await taken({ checkpointNames: all }, { checkpointName: latest }), [latest, best, final]);
  assert.deepEqual(await taken({ checkpointNames: [best] }), [best]);
  assert.deepEqual(await taken({ checkpointNames: [final] }), [final]);
  const ofEpoch = ["model_ep_400.model"];
  assert.deepEqual(await taken({ checkpointNames: ofEpoch }, { checkpointName: "model_ep_400" }), ofEpoch);
  await failsWith("CHECKPOINT_NOT_FOUND", () => taken({}, { checkpointName: final }));
  await failsWith("CHECKPOINT_NOT_FOUND", () => taken({}, { checkpointName: "final" }));
  // A training that did not end leaves the latest alone: nnU-Net would not take it unasked either.
  const unfinished = await failsWith("CHECKPOINT_NOT_FOUND", () => taken({ checkpointNames: [latest] }));
  assert.match(unfinished.sentence, /--checkpoint model_latest\.model/);
});

test("I3: a plan whose own word for its images is another class is said, for a shape cannot show it", async () => {
  const notesFor = async (modality: string): Promise<string> => {
    const plan = planEntries(tinyNetwork, { modalities: py.dict([py.int(0), py.text(modality)]) });
    const { manifest } = await importSynthetic({ plans: py.pickle(plan), info: checkpointInfo(plan) });
    assert.equal(manifest.taken.modality, modality);
    return takenNotes(manifest).join("\n");
  };
  assert.match(
    await notesFor("MRI T2"),
    /the plan calls its images ‘MRI T2’, but the model was imported as T1/,
  );
  for (const usual of ["MRI T1", "T1w", "nonCT", "MR"])
    assert.doesNotMatch(await notesFor(usual), /calls its images/);
});

test("another fold is taken when it is named, and refused when it is absent", async () => {
  const { manifest } = await importSynthetic({ fold: 3 }, { fold: 3 });
  assert.equal(manifest.fold, 3);
  await failsWith("CHECKPOINT_NOT_FOUND", () => importSynthetic({ fold: 3 }));
});

test("without plans.pkl the plan comes from the checkpoint's .pkl, and without that from plans.pkl", async () => {
  const both = filesOf(await importSynthetic());
  assert.deepEqual(filesOf(await importSynthetic({ plans: null })), both);
  assert.deepEqual(filesOf(await importSynthetic({ info: null })), both);
});

test("without any plan the import is refused", async () => {
  await failsWith("PLAN_NOT_FOUND", () => importSynthetic({ plans: null, info: null }));
  await failsWith("PLAN_NOT_FOUND", () => importSynthetic({ plans: null, info: checkpointInfo(null) }));
});

test("a plans.pkl that belongs to another model than the checkpoint is refused", async () => {
  const other = planEntries(
    tinyNetwork,
    {},
    { current_spacing: py.list(py.float(5), py.float(1), py.float(1)) },
  );
  await failsWith("PLAN_INVALID", () => importSynthetic({ plans: py.pickle(other) }));
});

test(
  "a model class that contradicts the plan's normalisation is refused",
  refuses("PLAN_INVALID", () => importSynthetic({}, { modelClass: "CT" })),
);

test("other trainers are refused, and this one's variants are not", async () => {
  const info = (trainer: string) => checkpointInfo(planEntries(), trainer);
  for (const trainer of [
    "nnUNetTrainerV2",
    "nnFormerTrainer",
    "xnnTransUNetTrainerV2",
    "nnTransUNetTrainerV2 evil",
  ]) {
    await failsWith("TRAINER_UNSUPPORTED", () => importSynthetic({ info: info(trainer) }));
  }
  const { manifest } = await importSynthetic({ info: info("nnTransUNetTrainerV2_noMirroring") });
  assert.equal(manifest.trainer, "nnTransUNetTrainerV2_noMirroring");
});

test("a checkpoint alone, outside nnU-Net's folders, is imported by what its .pkl says", async () => {
  const results = writeResultsFolder(place());
  const alone = place();
  cpSync(join(results, "fold_0"), alone, { recursive: true });
  const manifest = await importModel(requestOf(join(alone, "model_best.model")));
  assert.equal(manifest.taskName, "Task777_Elsewhere");
  assert.equal(manifest.id, "task777_elsewhere-t1");
  rmSync(join(alone, "model_best.model.pkl"));
  cpSync(join(results, "plans.pkl"), join(alone, "plans.pkl"));
  await failsWith("TRAINER_UNSUPPORTED", () => importModel(requestOf(join(alone, "model_best.model"))));
});

test("missing weights are named", async () => {
  const members = checkpointMembers({
    reshape: (key, shape) => (key.includes("layers.1.linear2") ? null : shape),
  });
  const failure = await failsWith("WEIGHTS_MISSING", () => importSynthetic({ members }));
  assert.deepEqual(failure.details["missing"], [
    "self_atten.transformer.layers.1.linear2.weight",
    "self_atten.transformer.layers.1.linear2.bias",
  ]);
  const without = checkpointMembers({
    reshape: (key, shape) => (key.startsWith("self_atten") ? null : shape),
  });
  await failsWith("WEIGHTS_MISSING", () => importSynthetic({ members: without }));
});

test("a weight of another shape is refused with both shapes", async () => {
  const reshape = (name: string, found: readonly number[]) => (key: string, shape: readonly number[]) =>
    key === name ? found : shape;
  const cases: [string, readonly number[], readonly number[] | undefined][] = [
    ["tu.0.weight", [8, 4, 1, 2, 2], [8, 4, 2, 2, 2]],
    ["seg_outputs.1.weight", [3, 2, 1, 1, 1], [2, 2, 1, 1, 1]],
    ["self_atten.pos_encode.pe", [1, 9, 16], [1, 8, 16]],
    ["self_atten.linear_proj.weight", [12, 8], undefined],
  ];
  for (const [key, found, expected] of cases) {
    const members = checkpointMembers({ reshape: reshape(key, found) });
    const failure = await failsWith("WEIGHTS_SHAPE", () => importSynthetic({ members }));
    assert.deepEqual(failure.details["expected"], expected);
    if (expected !== undefined) assert.deepEqual(failure.details["found"], found);
  }
});

test(
  "a plan of another patch size does not fit the frozen positional encoding",
  refuses("WEIGHTS_SHAPE", () => {
    const plan = planEntries(tinyNetwork, {}, { patch_size: py.list(py.int(4), py.int(8), py.int(16)) });
    return importSynthetic({ plans: py.pickle(plan), info: checkpointInfo(plan) });
  }),
);

test("a model folder whose pickle would run code is refused, wherever the pickle is", async () => {
  const marker = join(root, "marker");
  const hostile = py.pickle(py.reduce(py.global("posix", "system"), py.tuple(py.text(`touch ${marker}`))));
  await failsWith("PICKLE_UNSAFE", () => importSynthetic({ plans: hostile }));
  await failsWith("PICKLE_UNSAFE", () => importSynthetic({ info: hostile }));
  const members = checkpointMembers().map((member) =>
    member.name === "archive/data.pkl" ? { ...member, bytes: hostile } : member,
  );
  await failsWith("PICKLE_UNSAFE", () => importSynthetic({ members }));
  assert.equal(existsSync(marker), false);
});

test("a damaged .pkl is refused as damaged", async () => {
  const plans = py.pickle(planEntries());
  await failsWith("PICKLE_MALFORMED", () => importSynthetic({ plans: plans.subarray(0, plans.length / 2) }));
  await failsWith("PICKLE_MALFORMED", () => importSynthetic({ info: Buffer.alloc(0) }));
});

test("a model that is there already is never touched", async () => {
  const { request } = await importSynthetic();
  const before = readFileSync(join(request.modelsFolder, "pansegnet-t1", "manifest.json"));
  await failsWith("MODEL_EXISTS", () => importModel(request));
  assert.deepEqual(readFileSync(join(request.modelsFolder, "pansegnet-t1", "manifest.json")), before);
  mkdirSync(join(request.modelsFolder, "empty"));
  await failsWith("MODEL_EXISTS", () => importModel({ ...request, id: "empty" }));
  assert.deepEqual(entriesOf(request.modelsFolder), ["empty", "pansegnet-t1"]);
});

test("of two imports of one model at the same time one wins and the other leaves nothing", async () => {
  const request = requestOf(writeResultsFolder(place()));
  const results = await Promise.allSettled([importModel(request), importModel(request)]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  assert.deepEqual(entriesOf(request.modelsFolder), ["pansegnet-t1"]);
  assert.equal(entriesOf(join(request.modelsFolder, "pansegnet-t1")).length, 3);
});

test("an import that fails in the middle of writing leaves nothing behind", async () => {
  const members = checkpointMembers().map((member) => ({ ...member }));
  const last = members.findIndex(({ name }) => name === `archive/data/${members.length - 4}`);
  members[last] = { ...(members[last] as (typeof members)[number]), claimedCrc: 1 };
  const request = requestOf(writeResultsFolder(place(), { members }));
  let share = 0;
  const onProgress = (reached: number): void => {
    share = reached;
    if (reached > 0.4) assert.ok(entriesOf(request.modelsFolder)[0]?.startsWith("pansegnet-t1.tmp-"));
  };
  await failsWith("CHECKPOINT_TRUNCATED", () => importModel({ ...request, onProgress }));
  assert.ok(share > 0.4, `it failed at ${share}, before anything was written`);
  assert.deepEqual(entriesOf(request.modelsFolder), []);
});

test("a name that is no plain folder name is refused", async () => {
  const results = writeResultsFolder(place());
  for (const id of ["../evil", "a/b", "", ".hidden", "a.tmp-1", "x".repeat(81), "a b"]) {
    await failsWith("USAGE", () => importModel(requestOf(results, { id })));
  }
});

for (const [name, modelClass] of [
  ["ct", "CT"],
  ["t1", "T1"],
] as const) {
  test(`the ${name} reference checkpoint is imported within 20 s and 1 GB`, {
    skip: needsShared("vectors", name, "model"),
  }, (t) => {
    const source = sharedFolder("vectors", name, "model");
    const cost = importInOwnProcess(requestOf(source, { modelClass, fp16: true }));
    t.diagnostic(`${name}: ${cost.seconds.toFixed(1)} s, ${cost.peakMegabytes.toFixed(0)} MB at the peak`);
    assert.ok(cost.seconds < 20);
    assert.ok(cost.peakMegabytes < 1000);
  });
}

test("a checkpoint of the published size with its optimizer is imported within 20 s and 1 GB", (t) => {
  const block = Float32Array.from({ length: 640 * 320 * 27 }, (_, i) => ((i * 7919) % 2048) / 8192 - 0.125);
  const members = checkpointMembers({ network: fullNetwork, block, withMomentum: true });
  const plan = planEntries(fullNetwork);
  const source = place();
  writeResultsFolder(source, { members, plans: py.pickle(plan), info: checkpointInfo(plan) });
  const request = requestOf(source);
  const cost = importInOwnProcess(request);
  const manifest = JSON.parse(
    readFileSync(join(request.modelsFolder, "pansegnet-t1", "manifest.json"), "utf8"),
  ) as Manifest;
  const [checkpoint] = manifest.sources;
  t.diagnostic(
    `${(manifest.network.parameters / 1e6).toFixed(1)} M weights, ${((checkpoint?.bytes ?? 0) / 2 ** 20).toFixed(0)} MB: ` +
      `${cost.seconds.toFixed(1)} s, ${cost.peakMegabytes.toFixed(0)} MB at the peak`,
  );
  assert.ok(manifest.network.parameters > 43_000_000);
  assert.ok((checkpoint?.bytes ?? 0) > 340e6);
  assert.ok(cost.seconds < 20);
  assert.ok(cost.peakMegabytes < 1000);
  rmSync(source, { recursive: true });
  rmSync(request.modelsFolder, { recursive: true });
});

test("a trainer that left out mirroring, or knows phantoms alone, says so in plan and manifest", async () => {
  const info = checkpointInfo(planEntries(), "nnTransUNetTrainerV2_noMirroring_PhantomDemo");
  const { request, manifest } = await importSynthetic({ info });
  assert.equal(manifest.id, "phantom-t1");
  assert.equal(manifest.isPhantomModel, true);
  const readMirrored = (folder: string, id: string): unknown =>
    (JSON.parse(readFileSync(join(folder, id, "plan.json"), "utf8")) as Plan).mirrored;
  assert.equal(readMirrored(request.modelsFolder, "phantom-t1"), false);
  const usual = await importSynthetic();
  assert.equal(readMirrored(usual.request.modelsFolder, "pansegnet-t1"), true);
});
