import { voxelCount } from "../../domain/axes.ts";
import type { GraphBuilder } from "../onnx/graph.ts";
import type { NetworkShape, TransformerShape } from "./networkShape.ts";

/** Adds a weight of the checkpoint under its own name, in the shape given (same number of values). */
export type AddWeight = (key: string, shape: readonly number[]) => string;

type Context = { readonly graph: GraphBuilder; readonly weight: AddWeight; readonly size: TransformerShape };

const LAYER_NORM_EPSILON = 1e-6;

/** torch's Linear on (tokens, inputs): its weight is (outputs, inputs), hence the transposition. */
const linear = (
  { graph, weight }: Context,
  x: string,
  prefix: string,
  inputs: number,
  outputs: number,
): string =>
  graph.node(
    "Gemm",
    [x, weight(`${prefix}.weight`, [outputs, inputs]), weight(`${prefix}.bias`, [outputs])],
    {
      transB: { int: 1 },
    },
  );

const layerNorm = ({ graph, weight, size }: Context, x: string, prefix: string): string =>
  graph.node(
    "LayerNormalization",
    [x, weight(`${prefix}.weight`, [size.width]), weight(`${prefix}.bias`, [size.width])],
    { axis: { int: -1 }, epsilon: { float: LAYER_NORM_EPSILON } },
  );

/** Exact GELU: x/2 · (1 + erf(x/√2)). */
const gelu = ({ graph }: Context, x: string): string => {
  const error = graph.node("Erf", [graph.node("Mul", [x, graph.scalar(Math.SQRT1_2)])]);
  const gate = graph.node("Add", [error, graph.scalar(1)]);
  return graph.node("Mul", [graph.node("Mul", [x, gate]), graph.scalar(0.5)]);
};

/**
 * Linear attention (arXiv 1812.01243): q is softmax over features divided by √d, k is softmax over tokens, out = q·(kᵀ·v).
 * Heads are the leading axis; k is brought to (heads, features, tokens) at once, so that its softmax runs over the last axis.
 */
const attention = (context: Context, x: string, prefix: string): string => {
  const { graph, size } = context;
  const perHead = size.width / size.heads;
  const project = (index: number, permutation: readonly number[]): string => {
    const y = linear(context, x, `${prefix}.linears.${index}`, size.width, size.width);
    const split = graph.node("Reshape", [y, graph.shape([size.tokens, size.heads, perHead])]);
    return graph.node("Transpose", [split], { perm: { ints: permutation } });
  };
  const softmax = (y: string): string => graph.node("Softmax", [y], { axis: { int: -1 } });
  const q = graph.node("Mul", [softmax(project(0, [1, 0, 2])), graph.scalar(1 / Math.sqrt(perHead))]);
  const k = softmax(project(1, [1, 2, 0]));
  const v = project(2, [1, 0, 2]);
  const out = graph.node("MatMul", [q, graph.node("MatMul", [k, v])]);
  const joined = graph.node("Reshape", [
    graph.node("Transpose", [out], { perm: { ints: [1, 0, 2] } }),
    graph.shape([size.tokens, size.width]),
  ]);
  return linear(context, joined, `${prefix}.linears.3`, size.width, size.width);
};

/** Post-norm layer: x = LN1(x + attention(x)); x = LN2(x + feedForward(x)). */
const layer = (context: Context, x: string, prefix: string): string => {
  const { graph, size } = context;
  const attended = layerNorm(
    context,
    graph.node("Add", [x, attention(context, x, `${prefix}.self_attn`)]),
    `${prefix}.layer_norm1`,
  );
  const hidden = gelu(context, linear(context, attended, `${prefix}.linear1`, size.width, size.feedForward));
  const forward = linear(context, hidden, `${prefix}.linear2`, size.feedForward, size.width);
  return layerNorm(context, graph.node("Add", [attended, forward]), `${prefix}.layer_norm2`);
};

/** Adds the bottleneck transformer (SelfAtten3DBlock): (1,channels,z,y,x) in and out, tokens are the flattened (z,y,x). */
export const addTransformer = (
  graph: GraphBuilder,
  weight: AddWeight,
  shape: NetworkShape,
  input: string,
): string => {
  const context: Context = { graph, weight, size: shape.transformer };
  const { layers, width, tokens } = shape.transformer;
  const channels = shape.features.at(-1) as number;
  const flat = graph.node("Reshape", [input, graph.shape([channels, voxelCount(shape.bottleneckGrid)])]);
  const columns = graph.node("Transpose", [flat], { perm: { ints: [1, 0] } });
  const projected = linear(context, columns, "self_atten.linear_proj", channels, width);
  let x = graph.node("Add", [projected, weight("self_atten.pos_encode.pe", [tokens, width])]);
  for (let k = 0; k < layers; k++) x = layer(context, x, `self_atten.transformer.layers.${k}`);
  const back = linear(context, x, "self_atten.linear_back_proj", width, channels);
  const rows = graph.node("Transpose", [back], { perm: { ints: [1, 0] } });
  return graph.node("Reshape", [rows, graph.shape([1, channels, ...shape.bottleneckGrid])]);
};
