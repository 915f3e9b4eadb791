/** Installed models and their networks; inference/ fulfils it. */
import type { ModelClass, Plan } from "../domain/plan.ts";
import type { ExecutionProvider, ModelIdentity } from "../domain/result.ts";

/** A model ready to run, one patch at a time. */
export type Segmenter = {
  readonly model: ModelIdentity;
  readonly plan: Plan;
  readonly executionProvider: ExecutionProvider;
  /** Foreground probability of one normalised patch; both (z,y,x) float32 of the plan's patch size. */
  readonly predict: (patch: Float32Array) => Promise<Float32Array>;
  readonly close: () => Promise<void>;
};

/** The installed models: at most one in use for each class. */
export type Models = {
  readonly forClass: (modelClass: ModelClass) => ModelIdentity | null;
  /** Open, or hand back the already open one. Throws MODEL_* and PROVIDER_UNAVAILABLE. */
  readonly open: (modelId: string) => Promise<Segmenter>;
};
