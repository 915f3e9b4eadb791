import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zyx } from "../../src/domain/axes.ts";
import type { NetworkShape } from "../../src/importer/pansegnet/networkShape.ts";
import { expectedWeights } from "../../src/importer/pansegnet/weights.ts";
import * as py from "./pickleBytes.ts";
import { type Member, writeZip } from "./torchZip.ts";

/** A network of some thousand weights with the published topology: other widths, same operators. */
export const tinyNetwork: NetworkShape = {
  patchSize: zyx(4, 8, 8),
  pools: [zyx(1, 2, 2), zyx(2, 2, 2)],
  kernels: [zyx(1, 3, 3), zyx(3, 3, 3), zyx(3, 3, 3)],
  baseFeatures: 2,
  convsPerStage: 2,
  features: [2, 4, 8],
  bottleneckGrid: zyx(2, 2, 2),
  transformer: { layers: 2, width: 16, heads: 8, feedForward: 24, tokens: 8 },
};

/** The published size: 43.7 million weights, 13 million of them in the transformer. */
export const fullNetwork: NetworkShape = {
  patchSize: zyx(40, 224, 192),
  pools: [zyx(1, 2, 2), zyx(2, 2, 2), zyx(2, 2, 2), zyx(2, 2, 2), zyx(1, 2, 2)],
  kernels: [zyx(1, 3, 3), zyx(3, 3, 3), zyx(3, 3, 3), zyx(3, 3, 3), zyx(3, 3, 3), zyx(3, 3, 3)],
  baseFeatures: 32,
  convsPerStage: 2,
  features: [32, 64, 128, 256, 320, 320],
  bottleneckGrid: zyx(5, 7, 6),
  transformer: { layers: 8, width: 512, heads: 8, feedForward: 512, tokens: 210 },
};

/** How the values lie in the archive; all describe the same weights. */
export type Layout = "plain" | "reversedStrides" | "oneStorage";

export type SyntheticOptions = {
  readonly network?: NetworkShape;
  readonly keyPrefix?: string;
  readonly type?: keyof typeof py.storageClasses;
  readonly layout?: Layout;
  readonly withMomentum?: boolean;
  /** Change or drop (null) the shape under which a weight is saved. */
  readonly reshape?: (key: string, shape: readonly number[]) => readonly number[] | null;
  readonly valueAt?: (index: number) => number;
  /** Values that every weight starts with, instead of `valueAt`: a large network without as much memory. */
  readonly block?: Float32Array;
};

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Pseudo-random multiples of 1/1024 below 1/8: exact in every float type that torch saves. */
export const defaultValue = (index: number): number =>
  ((Math.imul(index + 1, 2654435761) >>> 24) - 128) / 1024;

const encode = (values: Float32Array, type: keyof typeof py.storageClasses): Uint8Array => {
  if (type === "float16") return new Uint8Array(new Float16Array(values).buffer);
  if (type === "float64") return new Uint8Array(new Float64Array(values).buffer);
  if (type === "bfloat16") {
    return new Uint8Array(Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16).buffer);
  }
  if (type === "int64")
    return new Uint8Array(BigInt64Array.from(values, (value) => BigInt(Math.round(value))).buffer);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
};

const rowStride = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => count(shape.slice(axis + 1)));

/** The same values with the first axis fastest. */
const reversed = (
  values: Float32Array,
  shape: readonly number[],
): { values: Float32Array; stride: number[] } => {
  const stride = shape.map((_, axis) => count(shape.slice(0, axis)));
  const row = rowStride(shape);
  const moved = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const at = shape.reduce((sum, size, axis) => {
      const position = Math.floor(i / (row[axis] as number)) % size;
      return sum + position * (stride[axis] as number);
    }, 0);
    moved[at] = values[i] as number;
  }
  return { values: moved, stride };
};

type Saved = { readonly state: (readonly [py.Fragment, py.Fragment])[]; readonly members: Member[] };

const weightsOf = (network: NetworkShape): (readonly [string, readonly number[]])[] => {
  const unusedHeads = network.features
    .slice(1, -1)
    .map((features, i) => [`seg_outputs.${i}.weight`, [2, features, 1, 1, 1]] as const);
  return [...expectedWeights(network), ...unusedHeads];
};

const saveSeparately = (options: SyntheticOptions, weights: ReturnType<typeof weightsOf>): Saved => {
  const { type = "float32", layout = "plain", keyPrefix = "", valueAt = defaultValue } = options;
  const saved: Saved = { state: [], members: [] };
  let first = 0;
  for (const [index, [key, shape]] of weights.entries()) {
    const elements = count(shape);
    const start = first;
    const plain =
      options.block?.subarray(0, elements) ??
      Float32Array.from({ length: elements }, (_, i) => valueAt(start + i));
    const laid = layout === "plain" ? { values: plain, stride: rowStride(shape) } : reversed(plain, shape);
    first += elements;
    saved.members.push({ name: `archive/data/${index}`, bytes: encode(laid.values, type) });
    const spec = { type, key: String(index), elements, offset: 0, shape, stride: laid.stride };
    saved.state.push([py.text(keyPrefix + key), py.tensor(spec)]);
  }
  return saved;
};

const saveInOneStorage = (options: SyntheticOptions, weights: ReturnType<typeof weightsOf>): Saved => {
  const { type = "float32", keyPrefix = "", valueAt = defaultValue } = options;
  const elements = weights.reduce((sum, [, shape]) => sum + count(shape), 0);
  const all = Float32Array.from({ length: elements }, (_, i) => valueAt(i));
  let offset = 0;
  const state = weights.map(([key, shape]) => {
    const spec = { type, key: "0", elements, offset, shape, stride: rowStride(shape) };
    offset += count(shape);
    return [py.text(keyPrefix + key), py.tensor(spec)] as const;
  });
  return { state, members: [{ name: "archive/data/0", bytes: encode(all, type) }] };
};

/** torch's `_metadata` attribute, written by BUILD on the OrderedDict. */
const metadata = py.dict([
  py.text("_metadata"),
  py.orderedDict([py.text(""), py.dict([py.text("version"), py.int(1)])]),
]);

export const checkpointIndex = (state: py.Fragment, optimizer: py.Fragment = py.none): Buffer =>
  py.pickle(
    py.dict(
      [py.text("epoch"), py.int(600)],
      [py.text("state_dict"), state],
      [py.text("optimizer_state_dict"), optimizer],
      [py.text("lr_scheduler_state_dict"), py.none],
      [py.text("plot_stuff"), py.tuple(py.list(), py.list(), py.list(), py.list())],
      [py.text("best_stuff"), py.tuple(py.none, py.float(0.9), py.none)],
      [
        py.text("amp_grad_scaler"),
        py.dict([py.text("scale"), py.float(65536)], [py.text("_growth_tracker"), py.int(5)]),
      ],
    ),
  );

const momentum = (saved: Saved, weights: ReturnType<typeof weightsOf>): py.Fragment => {
  const own = saved.members.length;
  const entries = weights.map(([, shape], index) => {
    const key = String(own + index);
    saved.members.push({ ...(saved.members[index] as Member), name: `archive/data/${key}` });
    const spec = {
      type: "float32",
      key,
      elements: count(shape),
      offset: 0,
      shape,
      stride: rowStride(shape),
    } as const;
    return [py.int(index), py.dict([py.text("momentum_buffer"), py.tensor(spec)])] as const;
  });
  return py.dict(
    [py.text("state"), py.dict(...entries)],
    [py.text("param_groups"), py.list(py.dict([py.text("lr"), py.float(0.01)]))],
  );
};

/** Members of a checkpoint archive, the index first, as torch.save orders them. */
export const checkpointMembers = (options: SyntheticOptions = {}): Member[] => {
  const reshape = options.reshape ?? ((_: string, shape: readonly number[]) => shape);
  const weights = weightsOf(options.network ?? tinyNetwork).flatMap(([key, shape]) => {
    const kept = reshape(key, shape);
    return kept === null ? [] : [[key, kept] as const];
  });
  const saved = (options.layout === "oneStorage" ? saveInOneStorage : saveSeparately)(options, weights);
  const optimizer = options.withMomentum ? momentum(saved, weights) : py.none;
  const index = checkpointIndex(py.build(py.orderedDict(...saved.state), metadata), optimizer);
  return [
    { name: "archive/data.pkl", bytes: index },
    ...saved.members,
    { name: "archive/version", bytes: Buffer.from("3\n") },
  ];
};

const triples = (rows: readonly (readonly number[])[]): py.Fragment =>
  py.list(...rows.map((row) => py.list(...row.map(py.int))));

/** Entries of a T1 plan for a network; a test overrides or drops (null) what it is about. */
export const planEntries = (
  network: NetworkShape = tinyNetwork,
  overrides: Readonly<Record<string, py.Fragment | null>> = {},
  stageOverrides: Readonly<Record<string, py.Fragment | null>> = {},
): py.Fragment => {
  const dictOf = (entries: Readonly<Record<string, py.Fragment | null>>): py.Fragment =>
    py.dict(
      ...Object.entries(entries).flatMap(([key, value]) =>
        value === null ? [] : [[py.text(key), value] as const],
      ),
    );
  const stage = dictOf({
    patch_size: py.list(...network.patchSize.map(py.int)),
    current_spacing: py.list(py.float(3), py.float(1.5), py.float(1.5)),
    pool_op_kernel_sizes: triples(network.pools),
    conv_kernel_sizes: triples(network.kernels),
    ...stageOverrides,
  });
  return dictOf({
    num_modalities: py.int(1),
    num_classes: py.int(1),
    base_num_features: py.int(network.baseFeatures),
    conv_per_stage: py.int(network.convsPerStage),
    transpose_forward: py.list(py.int(0), py.int(1), py.int(2)),
    transpose_backward: py.list(py.int(0), py.int(1), py.int(2)),
    normalization_schemes: py.orderedDict([py.int(0), py.text("nonCT")]),
    use_mask_for_norm: py.orderedDict([py.int(0), py.bool(false)]),
    dataset_properties: py.dict([py.text("intensityproperties"), py.none]),
    plans_per_stage: py.dict([py.int(0), stage]),
    ...overrides,
  });
};

/** Arguments as every nnU-Net v1 trainer saves them; the stage is null where a plan has one alone. */
export const initArguments = (folder: string, stage: number | null, fold: number | "all" = 0): py.Fragment =>
  py.tuple(
    py.text(`${folder}/plans.pkl`),
    fold === "all" ? py.text(fold) : py.int(fold),
    py.text(folder),
    py.text("preprocessed/Task777_Elsewhere"),
    py.bool(true),
    stage === null ? py.none : py.int(stage),
    py.bool(true),
    py.bool(false),
    py.bool(true),
  );

export const checkpointInfo = (
  plan: py.Fragment | null,
  trainer = "nnTransUNetTrainerV2",
  init = py.tuple(py.text("results/3d_fullres/Task777_Elsewhere/plans.pkl"), py.int(0)),
): Buffer =>
  py.pickle(
    py.orderedDict(
      [py.text("init"), init],
      [py.text("name"), py.text(trainer)],
      ...(plan === null ? [] : [[py.text("plans"), plan] as const]),
    ),
  );

export type FolderOptions = {
  readonly members?: readonly Member[];
  readonly isZip64?: boolean;
  /** null leaves the file out. */
  readonly plans?: Buffer | null;
  readonly info?: Buffer | null;
  readonly postprocessing?: string | null;
  readonly checkpointNames?: readonly string[];
  readonly fold?: number | "all";
  /** Results folder below the parent. */
  readonly path?: string;
};

/** Writes a results folder as nnU-Net lays it out below `parent`; returns its path. */
export const writeResultsFolder = (parent: string, options: FolderOptions = {}): string => {
  const results = join(parent, options.path ?? "Task110_PancreasT1/nnTransUNetTrainerV2__nnUNetPlansv2.1");
  const fold = join(results, options.fold === "all" ? "all" : `fold_${options.fold ?? 0}`);
  mkdirSync(fold, { recursive: true });
  const {
    plans = py.pickle(planEntries()),
    info = checkpointInfo(planEntries()),
    postprocessing = null,
  } = options;
  if (plans !== null) writeFileSync(join(results, "plans.pkl"), plans);
  if (postprocessing !== null) writeFileSync(join(results, "postprocessing.json"), postprocessing);
  for (const name of options.checkpointNames ?? ["model_best.model"]) {
    writeZip(join(fold, name), options.members ?? checkpointMembers(), options.isZip64);
    if (info !== null) writeFileSync(join(fold, `${name}.pkl`), info);
  }
  return results;
};
