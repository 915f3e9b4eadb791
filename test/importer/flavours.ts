/**
 * What people really have when they say "the model": published trees, what web drives make of them, and what is none.
 * Each flavour writes itself into an empty folder, and says what must become of it.
 */
import { cpSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zyx } from "../../src/domain/axes.ts";
import type { FailureCode } from "../../src/domain/failure.ts";
import type { Postprocessing } from "../../src/domain/plan.ts";
import type { ImportRequest } from "../../src/importer/importModel.ts";
import type { Manifest, Taken } from "../../src/importer/manifest.ts";
import * as py from "./pickleBytes.ts";
import {
  checkpointInfo,
  checkpointMembers,
  defaultValue,
  type FolderOptions,
  initArguments,
  planEntries,
  tinyNetwork,
  writeResultsFolder,
} from "./syntheticModel.ts";
import { deflated, type Member, packFolder, writeZip } from "./torchZip.ts";

/** Weights that tell one checkpoint from another. */
export const weights = (factor: number): Member[] =>
  checkpointMembers({ valueAt: (index) => defaultValue(index) * factor });

type TakenOutcome = {
  readonly taken: Partial<Taken>;
  readonly fold: Manifest["fold"];
  /** Factor of the weights that must have been taken. */
  readonly weights: number;
  readonly keepLargestComponent?: Postprocessing["keepLargestComponent"];
  /** Words of the sentences on what was taken. */
  readonly notes?: RegExp;
};

type RefusedOutcome = {
  readonly code: FailureCode;
  readonly sentence: RegExp;
  /** Commands that are offered instead. */
  readonly commands?: readonly RegExp[];
};

type Named = string | (Partial<ImportRequest> & { readonly source: string });

/** Title, what is written into an empty folder and then named on the command line, and what must become of it. */
type Flavour = readonly [
  title: string,
  make: (folder: string) => Named,
  outcome: TakenOutcome | RefusedOutcome,
];

const TRAINER = "nnTransUNetTrainerV2__nnUNetPlansv2.1";
const TREE = `nnUNet_trained_models/nnUNet/3d_fullres/Task110_PancreasT1MRI/${TRAINER}`;
const LARGEST = '{"for_which_classes": [1], "min_valid_object_sizes": "None"}';
const NOTHING = '{"for_which_classes": []}';

const BEST = "model_best.model";
const FINAL = "model_final_checkpoint.model";

const write = (path: string, bytes: string | Uint8Array): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};

/** Both checkpoints of a fold: the final one with weights × 1, the best with weights × 2. */
const both = (folder: string, options: FolderOptions = {}): string => {
  writeResultsFolder(folder, { ...options, checkpointNames: [FINAL], members: weights(1) });
  return writeResultsFolder(folder, { ...options, checkpointNames: [BEST], members: weights(2) });
};

/** A plan of two stages with one patch size, as small organs in large images get it. */
const twoStages = (() => {
  const ints = (values: readonly number[]): py.Fragment => py.list(...values.map(py.int));
  const stage = (...spacing: readonly number[]): py.Fragment =>
    py.dict(
      [py.text("patch_size"), ints(tinyNetwork.patchSize)],
      [py.text("current_spacing"), py.list(...spacing.map(py.float))],
      [py.text("pool_op_kernel_sizes"), py.list(...tinyNetwork.pools.map(ints))],
      [py.text("conv_kernel_sizes"), py.list(...tinyNetwork.kernels.map(ints))],
    );
  const stages = py.dict([py.int(0), stage(5, 2.5, 2.5)], [py.int(1), stage(3, 1.5, 1.5)]);
  return planEntries(tinyNetwork, { plans_per_stage: stages });
})();

const ofTwoStages = (configuration: string, stage: number): FolderOptions => ({
  path: `nnUNet/${configuration}/Task110_PancreasT1MRI/${TRAINER}`,
  plans: py.pickle(twoStages),
  info: checkpointInfo(
    twoStages,
    "nnTransUNetTrainerV2",
    initArguments(`/results/nnUNet/${configuration}/Task110_PancreasT1MRI/${TRAINER}`, stage),
  ),
});

/** A zip of a folder's content as a web drive hands it out; the folder itself goes. */
const zipped = (
  folder: string,
  from: string,
  zip: string,
  prefix: string,
  more: readonly Member[] = [],
): string => {
  const path = join(folder, zip);
  writeZip(path, [...packFolder(from, prefix), ...more]);
  rmSync(from, { recursive: true });
  return path;
};

const DESKTOP: readonly Member[] = [
  deflated("My models/.DS_Store", Buffer.from("Bud1")),
  deflated("__MACOSX/My models/fold_0/._model_best.model", Buffer.from("AppleDouble")),
  deflated("__MACOSX/My models/._.DS_Store", Buffer.from("AppleDouble")),
];

const v2Checkpoint = (): Member[] => {
  const state = py.orderedDict();
  const device = py.reduce(py.global("torch", "device"), py.tuple(py.text("cuda"), py.int(0)));
  const index = py.dict(
    [py.text("network_weights"), state],
    [py.text("init_args"), py.dict([py.text("device"), device])],
  );
  return [{ name: "checkpoint_final/data.pkl", bytes: py.pickle(index) }];
};

/** A file in place of the checkpoint of a results folder that is right otherwise. */
const insteadOfCheckpoint = (bytes: string | Uint8Array) => (folder: string) => {
  const results = writeResultsFolder(folder);
  writeFileSync(join(results, "fold_0", BEST), bytes);
  return results;
};

const replaceIndex = (index: Buffer): Member[] =>
  checkpointMembers().map((member) =>
    member.name === "archive/data.pkl" ? { ...member, bytes: index } : member,
  );

const WEB_PAGE = "\n<!DOCTYPE html><html><head><title>Drive - Virus scan warning</title></head></html>";
const LFS =
  "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 349175808\n";

const refused = (code: FailureCode, sentence: RegExp, ...commands: readonly RegExp[]): RefusedOutcome => ({
  code,
  sentence,
  commands,
});

/** The 31 flavours of models/README.md; letters are variants of one. */
export const flavours: readonly Flavour[] = [
  [
    "I1: 1 the published tree with best and final checkpoint: the final one",
    (folder) => {
      both(folder, { path: TREE, postprocessing: LARGEST });
      return folder;
    },
    {
      taken: {
        checkpoint: `fold_0/${FINAL}`,
        otherCheckpoints: [BEST],
        configuration: "3d_fullres",
        plan: "plans.pkl",
        postprocessing: "postprocessing.json",
      },
      fold: 0,
      weights: 1,
      keepLargestComponent: true,
      notes: /not taken: model_best\.model \(choose with --checkpoint\)/,
    },
  ],
  [
    "I1: 2 the same with --checkpoint best: the best one",
    (folder) => ({ source: both(folder, { path: TREE }), checkpointName: "best" }),
    { taken: { checkpoint: `fold_0/${BEST}`, otherCheckpoints: [FINAL] }, fold: 0, weights: 2 },
  ],
  [
    "I1: 3 the best checkpoint alone, as published: taken, with a word",
    (folder) => writeResultsFolder(folder, { path: TREE, members: weights(2) }),
    {
      taken: { checkpoint: `fold_0/${BEST}`, otherCheckpoints: [] },
      fold: 0,
      weights: 2,
      notes: /no model_final_checkpoint\.model, which nnU-Net takes by default/,
    },
  ],
  [
    "I1: 4 model_latest of a training that did not end: not unasked",
    (folder) => writeResultsFolder(folder, { checkpointNames: ["model_latest.model"] }),
    refused(
      "CHECKPOINT_NOT_FOUND",
      /fold_0 holds no model_final_checkpoint.*Add --checkpoint model_latest\.model/,
    ),
  ],
  [
    "I1: 5 a checkpoint file that is named itself, beside another: that one",
    (folder) => join(both(folder), "fold_0", BEST),
    { taken: { checkpoint: `fold_0/${BEST}`, otherCheckpoints: [FINAL] }, fold: 0, weights: 2 },
  ],
  [
    "I3: 6 a checkpoint with its .pkl in a folder of downloads: plan and fold from the .pkl",
    (folder) => {
      const results = writeResultsFolder(folder, {
        info: checkpointInfo(planEntries(), "nnTransUNetTrainerV2", initArguments("/r/3d_fullres/x", 0, 3)),
      });
      for (const name of [BEST, `${BEST}.pkl`]) renameSync(join(results, "fold_0", name), join(folder, name));
      rmSync(join(folder, "Task110_PancreasT1"), { recursive: true });
      write(join(folder, "invoice.pdf"), "%PDF-1.7");
      return join(folder, BEST);
    },
    { taken: { checkpoint: BEST, plan: `${BEST}.pkl`, configuration: "3d_fullres" }, fold: 3, weights: 1 },
  ],
  [
    "I3: 7 no .pkl beside the checkpoint: the plan from plans.pkl, the trainer from the folder's name",
    (folder) => writeResultsFolder(folder, { path: TREE, info: null }),
    { taken: { plan: "plans.pkl", stage: 0, targetSpacingMm: zyx(3, 1.5, 1.5) }, fold: 0, weights: 1 },
  ],
  [
    "I4: 8 the plan lies among the preprocessed data alone",
    (folder) => {
      writeResultsFolder(folder, { path: TREE, info: null, plans: null });
      const preprocessed = "nnUNet_preprocessed/Task110_PancreasT1MRI/nnUNetPlansv2.1_plans_3D.pkl";
      write(join(folder, preprocessed), py.pickle(planEntries()));
      write(
        join(folder, preprocessed.replace("110_PancreasT1MRI", "111_PancreasT2MRI")),
        py.pickle(twoStages),
      );
      return folder;
    },
    {
      taken: {
        plan: "../../../../../nnUNet_preprocessed/Task110_PancreasT1MRI/nnUNetPlansv2.1_plans_3D.pkl",
      },
      fold: 0,
      weights: 1,
    },
  ],
  [
    "I3: 9 a 3d_lowres model whose patch equals the full-resolution one: the spacing of its own stage",
    (folder) => writeResultsFolder(folder, ofTwoStages("3d_lowres", 0)),
    {
      taken: { configuration: "3d_lowres", stage: 0, stages: 2, targetSpacingMm: zyx(5, 2.5, 2.5) },
      fold: 0,
      weights: 1,
      notes: /3d_lowres, stage 0 of 0 to 1, spacing 5 x 2\.5 x 2\.5 mm/,
    },
  ],
  [
    "I3: 10 the 3d_fullres model of the same plan: the last stage",
    (folder) => writeResultsFolder(folder, ofTwoStages("3d_fullres", 1)),
    {
      taken: { configuration: "3d_fullres", stage: 1, stages: 2, targetSpacingMm: zyx(3, 1.5, 1.5) },
      fold: 0,
      weights: 1,
    },
  ],
  [
    "I3: 11 a plan of two stages, and nothing says at which the checkpoint was trained",
    (folder) => writeResultsFolder(folder, { ...ofTwoStages("elsewhere", 0), info: null }),
    refused("PLAN_INVALID", /2 stages, and nothing says.*put its \.pkl beside it/),
  ],
  [
    "I4: 12 two configurations of one task below one root: listed",
    (folder) => {
      writeResultsFolder(folder, ofTwoStages("3d_lowres", 0));
      writeResultsFolder(folder, ofTwoStages("3d_fullres", 1));
      return folder;
    },
    refused(
      "CHECKPOINT_NOT_FOUND",
      /2 trained models/,
      /^panseg model import \S+\/nnUNet\/3d_fullres\/Task110_PancreasT1MRI\/\S+ --modality T1$/,
      /^panseg model import \S+\/nnUNet\/3d_lowres\/Task110_PancreasT1MRI\/\S+ --modality T1$/,
    ),
  ],
  [
    "I4: 13 three folds: fold 0, and the others are named",
    (folder) => {
      for (const fold of [2, 1, 0]) writeResultsFolder(folder, { fold, members: weights(1 + fold) });
      return folder;
    },
    {
      taken: { otherFolds: [1, 2] },
      fold: 0,
      weights: 1,
      notes: /not read: fold 1, 2; nnU-Net averages all numbered folds/,
    },
  ],
  [
    "I4: 14 fold all, alone: taken",
    (folder) => {
      writeResultsFolder(folder, { path: TREE, fold: "all", members: weights(2) });
      return folder;
    },
    { taken: { checkpoint: `all/${BEST}`, otherFolds: [] }, fold: "all", weights: 2 },
  ],
  [
    "I4: 14b fold all beside numbered ones: by name",
    (folder) => {
      writeResultsFolder(folder, { fold: 0 });
      return { source: writeResultsFolder(folder, { fold: "all", members: weights(2) }), fold: "all" };
    },
    { taken: { checkpoint: `all/${BEST}`, otherFolds: [0] }, fold: "all", weights: 2 },
  ],
  [
    "I4: 15 postprocessing.json in fold_0 alone: used, with a word",
    (folder) => {
      const results = writeResultsFolder(folder);
      write(join(results, "fold_0", "postprocessing.json"), LARGEST);
      return results;
    },
    {
      taken: { postprocessing: "fold_0/postprocessing.json" },
      fold: 0,
      weights: 1,
      keepLargestComponent: true,
      notes: /fold_0\/postprocessing\.json is used; nnU-Net itself/,
    },
  ],
  [
    "I4: 16 postprocessing.json in both places: the model's counts",
    (folder) => {
      const results = writeResultsFolder(folder, { postprocessing: NOTHING });
      write(join(results, "fold_0", "postprocessing.json"), LARGEST);
      return results;
    },
    { taken: { postprocessing: "postprocessing.json" }, fold: 0, weights: 1, keepLargestComponent: false },
  ],
  [
    "I4: 17 the zip of a web drive: nested, with spaces and what desktops leave",
    (folder) => {
      const inside = join(folder, "inside");
      both(inside, { path: TREE, postprocessing: LARGEST });
      write(join(inside, "read me.txt"), "weights");
      return zipped(folder, inside, "My models-20260901T101500Z-001.zip", "My models/", DESKTOP);
    },
    {
      taken: {
        checkpoint: `fold_0/${FINAL}`,
        otherCheckpoints: [BEST],
        postprocessing: "postprocessing.json",
      },
      fold: 0,
      weights: 1,
      keepLargestComponent: true,
    },
  ],
  [
    "I4: 17b a zip of the fold's files alone",
    (folder) => {
      const fold = join(writeResultsFolder(folder), "fold_0");
      return zipped(folder, fold, "download.zip", "");
    },
    { taken: { checkpoint: BEST, plan: `${BEST}.pkl` }, fold: 0, weights: 1 },
  ],
  [
    "I4: 17c a checkpoint that the browser renamed .zip",
    (folder) => {
      const fold = join(writeResultsFolder(folder), "fold_0");
      renameSync(join(fold, BEST), join(fold, "model_best.zip"));
      renameSync(join(fold, `${BEST}.pkl`), join(fold, "model_best.zip.pkl"));
      return join(fold, "model_best.zip");
    },
    { taken: { checkpoint: "fold_0/model_best.zip" }, fold: 0, weights: 1 },
  ],
  [
    "I4: 18 one download in two zips: read together from either",
    (folder) => {
      const first = join(folder, "first");
      const results = both(first, { path: TREE, postprocessing: LARGEST });
      const second = join(folder, "second");
      cpSync(join(results, "plans.pkl"), join(second, TREE, "plans.pkl"));
      cpSync(join(results, "postprocessing.json"), join(second, TREE, "postprocessing.json"));
      for (const name of ["plans.pkl", "postprocessing.json"]) rmSync(join(results, name));
      zipped(folder, first, "drive-20260901T101500Z-1-001.zip", "drive/");
      return zipped(folder, second, "drive-20260901T101500Z-1-002.zip", "drive/");
    },
    {
      taken: { checkpoint: `fold_0/${FINAL}`, plan: "plans.pkl", postprocessing: "postprocessing.json" },
      fold: 0,
      weights: 1,
      keepLargestComponent: true,
    },
  ],
  [
    "I4: 18b a part of the download is missing",
    (folder) => {
      const inside = join(folder, "inside");
      writeResultsFolder(inside, { path: TREE });
      return zipped(folder, inside, "drive-20260901T101500Z-1-002.zip", "drive/");
    },
    refused("CHECKPOINT_TRUNCATED", /Part 001 of the download is missing/),
  ],
  [
    "I4: 19 a folder with the zips, one of them within a zip",
    (folder) => {
      const inside = join(folder, "inside");
      writeResultsFolder(join(inside, "deep"), { path: TREE, members: weights(2) });
      zipped(inside, join(inside, "deep"), "Task110.zip", "");
      zipped(folder, inside, "drive-20260901T101500Z-001.zip", "drive/");
      return folder;
    },
    { taken: { checkpoint: `fold_0/${BEST}`, plan: "plans.pkl" }, fold: 0, weights: 2 },
  ],
  [
    "I4: 20 two tasks below one root: listed with the command for each",
    (folder) => {
      const root = join(folder, "all the models");
      writeResultsFolder(root, { path: `Task110_PancreasT1MRI/${TRAINER}` });
      writeResultsFolder(root, { path: `Task111_PancreasT2MRI/${TRAINER}` });
      return root;
    },
    refused(
      "CHECKPOINT_NOT_FOUND",
      /The folder holds 2 trained models; name one of them/,
      /^panseg model import '\/.*\/all the models\/Task110_PancreasT1MRI\/[^']+' --modality T1$/,
      /^panseg model import '\/.*\/all the models\/Task111_PancreasT2MRI\/[^']+' --modality T2$/,
    ),
  ],
  [
    "I4: 20b two tasks in one zip: listed with the command for each",
    (folder) => {
      const inside = join(folder, "inside");
      writeResultsFolder(inside, { path: `Task110_PancreasT1MRI/${TRAINER}` });
      writeResultsFolder(inside, { path: `Task111_PancreasT2MRI/${TRAINER}` });
      return zipped(folder, inside, "models.zip", "models/");
    },
    refused(
      "CHECKPOINT_NOT_FOUND",
      /The archive holds 2 trained models/,
      /^panseg model import \S+models\.zip --within models\/Task110_PancreasT1MRI\/\S+ --modality T1$/,
      /^panseg model import \S+models\.zip --within models\/Task111_PancreasT2MRI\/\S+ --modality T2$/,
    ),
  ],
  [
    "I4: 20c one of two tasks in a zip, by name",
    (folder) => {
      const inside = join(folder, "inside");
      writeResultsFolder(inside, { path: `Task110_PancreasT1MRI/${TRAINER}`, members: weights(2) });
      writeResultsFolder(inside, { path: `Task111_PancreasT2MRI/${TRAINER}` });
      return {
        source: zipped(folder, inside, "models.zip", "models/"),
        within: "models/Task110_PancreasT1MRI/",
      };
    },
    { taken: { checkpoint: `fold_0/${BEST}` }, fold: 0, weights: 2 },
  ],
  [
    "I4: 21 a zip that names a file outside itself",
    (folder) => {
      const path = join(folder, "models.zip");
      writeZip(path, [deflated("../../evil.model", Buffer.from("x"))]);
      return path;
    },
    refused("MODEL_ARCHIVE_UNSAFE", /outside itself/),
  ],
  [
    "I4: 21b a zip whose plan claims more than any plan",
    (folder) => {
      const path = join(folder, "models.zip");
      const bomb = {
        ...deflated("fold_0/model_best.model.pkl", Buffer.alloc(2 ** 20)),
        claimedBytes: 2 ** 31,
      };
      writeZip(path, [{ name: `fold_0/${BEST}`, bytes: Buffer.from("x") }, bomb]);
      return path;
    },
    refused("MODEL_ARCHIVE_UNSAFE", /claims 2147483648 bytes/),
  ],
  [
    "I4: 21c a zip whose plan unpacks to more than it claims",
    (folder) => {
      const path = join(folder, "models.zip");
      const bomb = {
        ...deflated("fold_0/model_best.model.pkl", Buffer.alloc(2 ** 24)),
        claimedBytes: 2 ** 10,
      };
      writeZip(path, [{ name: `fold_0/${BEST}`, bytes: Buffer.from("x") }, bomb]);
      return path;
    },
    refused("CHECKPOINT_TRUNCATED", /damaged/),
  ],
  [
    "I5: 22 a results tree of nnU-Net v2",
    (folder) => {
      const results = join(folder, "Dataset110_Pancreas", "nnUNetTrainer__nnUNetPlans__3d_fullres");
      for (const name of ["plans.json", "dataset.json"]) write(join(results, name), "{}");
      mkdirSync(join(results, "fold_0"));
      writeZip(join(results, "fold_0", "checkpoint_final.pth"), v2Checkpoint());
      return folder;
    },
    refused("FOREIGN_MODEL", /nnU-Net v2 .*not read yet/),
  ],
  [
    "I5: 23 the flat folder of nnU-Net v2 in which PanSegNet's successor is published",
    (folder) => {
      for (const name of ["plans.json", "dataset.json"]) write(join(folder, name), "{}");
      writeZip(join(folder, "checkpoint_best.pth"), v2Checkpoint());
      return folder;
    },
    refused("FOREIGN_MODEL", /nnU-Net v2 .*not read yet/),
  ],
  [
    "I5: 24 a checkpoint of nnU-Net v2 alone",
    (folder) => {
      const path = join(folder, "checkpoint_final.pth");
      writeZip(path, v2Checkpoint());
      return path;
    },
    refused("FOREIGN_MODEL", /checkpoint of nnU-Net v2 .*not read yet/),
  ],
  [
    "I5: 25 the web drive's page saved as checkpoint",
    insteadOfCheckpoint(WEB_PAGE),
    refused("CHECKPOINT_NOT_ZIP", /a web page: the web drive's page was saved.*download button/),
  ],
  [
    "I5: 25b the web drive's page saved as zip",
    (folder) => write(join(folder, "Task110.zip"), WEB_PAGE),
    refused("CHECKPOINT_NOT_ZIP", /a web page: the web drive's page was saved/),
  ],
  [
    "I5: 25c the web drive's page saved as plan",
    (folder) => writeResultsFolder(folder, { info: Buffer.from(WEB_PAGE) }),
    refused("PICKLE_MALFORMED", /^model_best\.model\.pkl: The file is a web page/),
  ],
  [
    "I5: 25d the web drive's page saved as a checkpoint alone",
    (folder) => write(join(folder, BEST), WEB_PAGE),
    refused("CHECKPOINT_NOT_ZIP", /a web page: the web drive's page was saved/),
  ],
  [
    "I5: 26 a git-lfs pointer",
    insteadOfCheckpoint(LFS),
    refused("CHECKPOINT_NOT_ZIP", /git-lfs pointer.*git lfs pull/),
  ],
  [
    "I5: 27 a checkpoint whose download did not end",
    (folder) => {
      const results = writeResultsFolder(folder);
      const path = join(results, "fold_0", BEST);
      truncateSync(path, Math.floor(statSync(path).size / 2));
      return results;
    },
    refused("CHECKPOINT_TRUNCATED", /table of contents, which comes last, is missing/),
  ],
  [
    "I5: 27b a zip whose download did not end",
    (folder) => {
      const inside = join(folder, "inside");
      writeResultsFolder(inside);
      const path = zipped(folder, inside, "models.zip", "models/");
      truncateSync(path, Math.floor(statSync(path).size / 2));
      return path;
    },
    refused("CHECKPOINT_TRUNCATED", /models\.zip has no readable table of contents.*did not end/),
  ],
  ["I5: 27c an empty file", insteadOfCheckpoint(""), refused("CHECKPOINT_TRUNCATED", /only 0 bytes/)],
  [
    "I5: 28 a checkpoint of PyTorch before 1.6",
    insteadOfCheckpoint(Buffer.from("80028a0a6cfc9c46f9206aa850192e80024de9032e", "hex")),
    refused("CHECKPOINT_NOT_ZIP", /PyTorch before 1\.6.*Save it again.*torch\.save/),
  ],
  [
    "I5: 29 a bare state_dict",
    (folder) => {
      const tensor = { type: "float32", key: "0", elements: 4, offset: 0, shape: [4], stride: [1] } as const;
      const path = join(folder, "weights.pth");
      const bytes = py.pickle(py.orderedDict([py.text("conv.weight"), py.tensor(tensor)]));
      writeZip(path, [
        { name: "weights/data.pkl", bytes },
        { name: "weights/data/0", bytes: Buffer.alloc(16) },
      ]);
      return path;
    },
    refused("FOREIGN_MODEL", /bare weights \(a state_dict of 1 tensors\)/),
  ],
  [
    "I5: 29b a whole network, as torch.save(network) writes it",
    (folder) => {
      const name = py.global("nnunet.network_architecture.generic_TransUNet", "Generic_TransUNet");
      const members = replaceIndex(py.pickle(py.raw(name, ")\x81")));
      return writeResultsFolder(folder, { members });
    },
    refused("PICKLE_UNSAFE", /whole Python object \(nnunet\.network_architecture\.generic_TransUNet/),
  ],
  [
    "I5: 29c another program's checkpoint",
    (folder) => {
      const members = replaceIndex(
        py.pickle(py.dict([py.text("model"), py.none], [py.text("epoch"), py.int(3)])),
      );
      return writeResultsFolder(folder, { members });
    },
    refused("WEIGHTS_MISSING", /no state_dict; it holds model, epoch/),
  ],
  [
    "I5: 30 an ONNX network",
    (folder) => write(join(folder, "model.onnx"), Buffer.from("080812077079746f726368", "hex")),
    refused("CHECKPOINT_NOT_ZIP", /ONNX network.*nnU-Net checkpoint/),
  ],
  [
    "I5: 30b a TorchScript program",
    (folder) => {
      const path = join(folder, "model.pt");
      writeZip(path, [
        { name: "model/data.pkl", bytes: py.pickle(py.none) },
        { name: "model/constants.pkl", bytes: py.pickle(py.tuple()) },
        { name: "model/code/__torch__.py", bytes: Buffer.from("class Net(Module): ...") },
      ]);
      return path;
    },
    refused("FOREIGN_MODEL", /TorchScript/),
  ],
  [
    "I5: 30c a MONAI bundle",
    (folder) => {
      write(join(folder, "bundle", "configs", "metadata.json"), "{}");
      write(join(folder, "bundle", "models", "model.pt"), "x");
      return folder;
    },
    refused("FOREIGN_MODEL", /MONAI bundle/),
  ],
  [
    "I5: 30d TotalSegmentator's weights",
    (folder) => {
      const results = join(
        folder,
        "Dataset291_TotalSegmentator_part1_organs_1559subj",
        "nnUNetTrainer__nnUNetPlans",
      );
      for (const name of ["plans.json", "dataset.json"]) write(join(results, name), "{}");
      write(join(results, "fold_0", "checkpoint_final.pth"), "x");
      return folder;
    },
    refused("FOREIGN_MODEL", /TotalSegmentator's weights/),
  ],
  [
    "I5: 30e safetensors",
    (folder) =>
      write(join(folder, "model.safetensors"), Buffer.from('\x10\0\0\0\0\0\0\0{"a":{"dtype":1}}', "latin1")),
    refused("CHECKPOINT_NOT_ZIP", /safetensors/),
  ],
  [
    "I5: 30f a network of another trainer",
    (folder) => writeResultsFolder(folder, { info: checkpointInfo(planEntries(), "nnUNetTrainerV2") }),
    refused("TRAINER_UNSUPPORTED", /made by nnUNetTrainerV2; only nnTransUNetTrainerV2/),
  ],
  [
    "I5: 30g the second network of a cascade",
    (folder) => writeResultsFolder(folder, ofTwoStages("3d_cascade_fullres", 1)),
    refused("TRAINER_UNSUPPORTED", /needs the first one's mask/),
  ],
  [
    "I5: 30h a network of slices",
    (folder) =>
      writeResultsFolder(folder, { path: `nnUNet/2d/Task110_PancreasT1MRI/${TRAINER}`, info: null }),
    refused("TRAINER_UNSUPPORTED", /2d network sees single slices/),
  ],
  [
    "I5: 31 the .pkl alone",
    (folder) => {
      const results = writeResultsFolder(folder);
      rmSync(join(results, "fold_0", BEST));
      return results;
    },
    refused(
      "CHECKPOINT_NOT_FOUND",
      /fold_0 holds model_best\.model\.pkl, the description, but not model_best\.model/,
    ),
  ],
  [
    "I5: 31b the .pkl named itself",
    (folder) => join(writeResultsFolder(folder), "fold_0", `${BEST}.pkl`),
    refused("CHECKPOINT_NOT_ZIP", /bare pickle \(\.pkl\).*the \*\.model file that lies beside/),
  ],
  ["I5: 31c an empty folder", (folder) => folder, refused("CHECKPOINT_NOT_FOUND", /The folder is empty/)],
  [
    "I5: 31d a folder of something else",
    (folder) => {
      for (const name of ["a.dcm", "b.dcm", "c.dcm", "d.dcm"]) write(join(folder, name), "DICM");
      return folder;
    },
    refused("CHECKPOINT_NOT_FOUND", /no trained fold \(fold_0\); it holds a\.dcm, b\.dcm, c\.dcm and 1 more/),
  ],
  [
    "I5: 31e the program's source code without the weights",
    (folder) => {
      write(join(folder, "PaNSegNet-main", "setup.py"), "from setuptools import setup");
      return folder;
    },
    refused("FOREIGN_MODEL", /source code without its weights/),
  ],
  [
    "I5: 31f a checkpoint that the browser unpacked",
    (folder) => {
      for (const { name, bytes } of checkpointMembers()) write(join(folder, "model_best", name), bytes);
      return folder;
    },
    refused("FOREIGN_MODEL", /unpacked: PyTorch reads it as one file/),
  ],
  [
    "I5: 31g preprocessed training data",
    (folder) => {
      write(join(folder, "Task110_PancreasT1MRI", "nnUNetPlansv2.1_plans_3D.pkl"), py.pickle(planEntries()));
      return folder;
    },
    refused("FOREIGN_MODEL", /preprocessed training data/),
  ],
  [
    "I5: 31h a gzipped tar",
    (folder) => write(join(folder, "models.tar.gz"), Buffer.from("1f8b0800000000000003", "hex")),
    refused("CHECKPOINT_NOT_ZIP", /no zip \(gzip.*Unpack it/),
  ],
  [
    "I5: 31i an unfinished download",
    (folder) => {
      write(join(folder, "models.zip.crdownload"), "PK");
      return folder;
    },
    refused("FOREIGN_MODEL", /unfinished download/),
  ],
];
