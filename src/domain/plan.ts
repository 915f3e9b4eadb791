import type { Zyx } from "./axes.ts";

/** What a model was trained on; T1 and T2 are MR contrasts. */
export type ModelClass = "CT" | "T1" | "T2";

/** How intensities are brought to the network's scale (nnU-Net v1 `normalization_schemes`). */
export type Normalization =
  | {
      readonly kind: "ct";
      readonly mean: number;
      readonly sd: number;
      /** percentile_00_5 of the plan, HU. */
      readonly lower: number;
      /** percentile_99_5 of the plan, HU. */
      readonly upper: number;
    }
  | { readonly kind: "zscore" }
  | { readonly kind: "none" };

/** nnU-Net v1 `segmentation_export_params`. */
export type ExportResampling = {
  /** null: decided from the spacings. */
  readonly forceSeparateZ: boolean | null;
  readonly order: number;
  readonly orderZ: number;
};

/** nnU-Net v1 `postprocessing.json`, for the pancreas class alone. */
export type Postprocessing = {
  readonly keepLargestComponent: boolean;
  /** When given, only smaller components than this are removed, mm³. */
  readonly minComponentMm3: number | null;
};

/** Direction of the array axes (x,y,z) that the model was trained with; `stored` takes arrays as they come, as nnU-Net does. */
export type Orientation = "LPS" | "RAS" | "LAS" | "stored";

/** The parsed nnU-Net v1 plan of one model: everything that pre- and post-processing need. Axis order (z,y,x) after `transposeForward`. */
export type Plan = {
  readonly modelClass: ModelClass;
  readonly orientation: Orientation;
  /** Permutation from source axes to network axes: network axis i is source axis transposeForward[i]. */
  readonly transposeForward: Zyx<number>;
  readonly transposeBackward: Zyx<number>;
  /** Network grid spacing (`current_spacing`), network axes, mm. */
  readonly targetSpacingMm: Zyx<number>;
  readonly patchSize: Zyx<number>;
  readonly normalization: Normalization;
  readonly useMaskForNorm: boolean;
  /** Trained on mirrored patches too: only then does the mean over mirrored versions help. */
  readonly mirrored: boolean;
  readonly exportResampling: ExportResampling;
  readonly postprocessing: Postprocessing;
};
