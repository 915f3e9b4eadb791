import { mapZyx, voxelCount, type Zyx } from "../../domain/axes.ts";
import { failed } from "../../domain/failure.ts";
import type { NetworkPlan } from "../nnunetV1/readPlan.ts";

/** Sizes of the transformer at the bottleneck, read off the weights. */
export type TransformerShape = {
  readonly layers: number;
  /** Features per token (512 in the published models). */
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  /** Positions of the bottleneck grid, (z,y,x) flattened; frozen by the positional encoding. */
  readonly tokens: number;
};

export type NetworkShape = NetworkPlan & {
  /** Channels of each level, full resolution first, bottleneck last. */
  readonly features: readonly number[];
  readonly bottleneckGrid: Zyx<number>;
  readonly transformer: TransformerShape;
};

/** nnU-Net v1 Generic_UNet, MAX_NUM_FILTERS_3D. */
const MOST_FEATURES = 320;

/** The authors' network always builds 8 heads, whatever the width; the weights do not show it. */
const HEADS = 8;

/** Bounds that keep a hostile checkpoint from asking for absurd graphs. */
const MOST_LAYERS = 64;
const MOST_WIDTH = 8192;

export type ShapeOf = (key: string) => readonly number[] | null;

const requireShape = (shapeOf: ShapeOf, key: string, rank: number): readonly number[] => {
  const shape = shapeOf(key);
  if (shape === null) {
    throw failed("WEIGHTS_MISSING", `The checkpoint lacks ${key}; is it a PanSegNet network?`, {
      missing: [key],
    });
  }
  if (shape.length !== rank || shape.some((size) => size < 1 || size > MOST_WIDTH)) {
    throw failed("WEIGHTS_SHAPE", `The weight ${key} has the shape ${shape.join("x")}.`, {
      key,
      found: shape,
    });
  }
  return shape;
};

const readTransformer = (shapeOf: ShapeOf, tokens: number): TransformerShape => {
  const [width] = requireShape(shapeOf, "self_atten.linear_proj.weight", 2) as [number, number];
  const [feedForward] = requireShape(shapeOf, "self_atten.transformer.layers.0.linear1.weight", 2) as [
    number,
    number,
  ];
  if (width % HEADS !== 0) {
    throw failed(
      "WEIGHTS_SHAPE",
      `The transformer's width ${width} is not divisible by its ${HEADS} heads.`,
      { width },
    );
  }
  let layers = 1;
  while (layers < MOST_LAYERS && shapeOf(`self_atten.transformer.layers.${layers}.linear1.weight`) !== null)
    layers++;
  return { layers, width, heads: HEADS, feedForward, tokens };
};

/** Complete sizes of the network from the plan and the transformer's weights. Throws WEIGHTS_MISSING, WEIGHTS_SHAPE. */
export const networkShape = (plan: NetworkPlan, shapeOf: ShapeOf): NetworkShape => {
  const bottleneckGrid = plan.pools.reduce<Zyx<number>>(
    (grid, pool) => mapZyx(grid, (size, axis) => size / pool[axis]),
    plan.patchSize,
  );
  return {
    ...plan,
    features: plan.kernels.map((_, level) => Math.min(plan.baseFeatures * 2 ** level, MOST_FEATURES)),
    bottleneckGrid,
    transformer: readTransformer(shapeOf, voxelCount(bottleneckGrid)),
  };
};
