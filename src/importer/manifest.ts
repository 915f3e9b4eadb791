import type { Zyx } from "../domain/axes.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { Fold } from "./source/chooseFiles.ts";

/** Digest of a file that was read or written. */
export type FileDigest = { readonly sha256: string; readonly bytes: number };

/** Files of a model folder beside the manifest; `plan.json` is the domain's Plan as JSON. */
export type ModelFiles = {
  readonly "model.onnx": FileDigest;
  readonly "plan.json": FileDigest;
  /** Convolutions in float16, for GPUs; only where it was asked for. */
  readonly "model.fp16.onnx"?: FileDigest;
};

/** What was taken, and what of the same kind lay beside it and was not. Paths are relative to the results folder. */
export type Taken = {
  readonly checkpoint: string;
  readonly otherCheckpoints: readonly string[];
  /** Folds whose networks nnU-Net would average with this one's, but for `all`. */
  readonly otherFolds: readonly Fold[];
  /** The configuration that the paths name, such as 3d_lowres. */
  readonly configuration: string | null;
  /** Stage of the plan (0: the lowest resolution), of so many. */
  readonly stage: number;
  readonly stages: number;
  /** Spacing of that stage, (z,y,x) of the network. */
  readonly targetSpacingMm: Zyx<number>;
  readonly plan: string;
  /** null: there is none, and nothing is removed from the mask. */
  readonly postprocessing: string | null;
  /** The plan's own word for its images. */
  readonly modality: string | null;
};

/** `manifest.json`: where a model comes from and what its folder holds. */
export type Manifest = {
  readonly formatVersion: 1;
  readonly id: string;
  readonly modelClass: ModelClass;
  /** nnU-Net trainer class that made the checkpoint. */
  readonly trainer: string;
  /** nnU-Net task folder such as Task109_Pancreas; null where no path shows it. */
  readonly taskName: string | null;
  /** null: nothing says which. */
  readonly fold: Fold | null;
  readonly taken: Taken;
  /** Terms of use in the words of the person who imported it. */
  readonly licence: string | null;
  /** True for demo weights that know only phantoms. */
  readonly isPhantomModel: boolean;
  readonly createdWith: { readonly software: string; readonly version: string };
  /** Files that the model was made from, by base name. */
  readonly sources: readonly (FileDigest & { readonly name: string })[];
  readonly files: ModelFiles;
  readonly network: {
    /** (z,y,x) */
    readonly patchSize: Zyx<number>;
    /** Stride between levels, full resolution first, (z,y,x). */
    readonly pools: readonly Zyx<number>[];
    readonly baseFeatures: number;
    readonly transformer: { readonly layers: number; readonly width: number; readonly heads: number };
    /** Number of weights that inference uses. */
    readonly parameters: number;
    readonly opset: number;
  };
};
