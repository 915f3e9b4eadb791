import type { Zyx } from "../domain/axes.ts";
import type { ModelClass } from "../domain/plan.ts";

/** Digest of a file that was read or written. */
export type FileDigest = { readonly sha256: string; readonly bytes: number };

/** Files of a model folder beside the manifest; `plan.json` is the domain's Plan as JSON. */
export type ModelFiles = {
  readonly "model.onnx": FileDigest;
  readonly "plan.json": FileDigest;
  /** Convolutions in float16, for GPUs; only where it was asked for. */
  readonly "model.fp16.onnx"?: FileDigest;
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
  readonly fold: number;
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
