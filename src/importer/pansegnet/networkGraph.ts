import { failed } from "../../domain/failure.ts";
import { type Graph, type GraphBuilder, graphBuilder } from "../onnx/graph.ts";
import { type ConvBlock, type DecoderStage, decoderStages, encoderLevels, lastHead } from "./layers.ts";
import type { NetworkShape } from "./networkShape.ts";
import { type AddWeight, addTransformer } from "./transformerGraph.ts";

/** `probability` is the foreground probability (1,1,z,y,x); `logits` are both classes (1,2,z,y,x) as the original gives them. */
export type NetworkOutput = "probability" | "logits";

/** Values of a weight of the checkpoint by key, float32 in C order. */
export type WeightSource = (key: string) => Promise<Float32Array<ArrayBuffer>>;

const INSTANCE_NORM_EPSILON = 1e-5;
const LEAKY_SLOPE = 0.01;

const addBlock = (graph: GraphBuilder, weight: AddWeight, x: string, block: ConvBlock): string => {
  const { prefix, inputs, outputs, kernel, stride } = block;
  const padding = kernel.map((size) => (size === 3 ? 1 : 0));
  const convolved = graph.node(
    "Conv",
    [
      x,
      weight(`${prefix}.conv.weight`, [outputs, inputs, ...kernel]),
      weight(`${prefix}.conv.bias`, [outputs]),
    ],
    { kernel_shape: { ints: kernel }, strides: { ints: stride }, pads: { ints: [...padding, ...padding] } },
  );
  const normalized = graph.node(
    "InstanceNormalization",
    [convolved, weight(`${prefix}.instnorm.weight`, [outputs]), weight(`${prefix}.instnorm.bias`, [outputs])],
    { epsilon: { float: INSTANCE_NORM_EPSILON } },
  );
  return graph.node("LeakyRelu", [normalized], { alpha: { float: LEAKY_SLOPE } });
};

const addStage = (
  graph: GraphBuilder,
  weight: AddWeight,
  x: string,
  skip: string,
  stage: DecoderStage,
): string => {
  const { upsampling, inputs, outputs, pool, blocks } = stage;
  const upsampled = graph.node("ConvTranspose", [x, weight(upsampling, [inputs, outputs, ...pool])], {
    kernel_shape: { ints: pool },
    strides: { ints: pool },
  });
  const joined = graph.node("Concat", [upsampled, skip], { axis: { int: 1 } });
  return blocks.reduce((y, block) => addBlock(graph, weight, y, block), joined);
};

/** Foreground minus background weights: the sigmoid of that one logit is channel 1 of the softmax over both. */
const classDifference = (head: Float32Array, features: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: features }, (_, i) => (head[features + i] as number) - (head[i] as number));

const addHead = (
  graph: GraphBuilder,
  source: WeightSource,
  shape: NetworkShape,
  x: string,
  output: NetworkOutput,
): void => {
  const key = lastHead(shape);
  const features = shape.features[0] as number;
  const conv = (classes: number, weight: string, name?: string): string =>
    graph.node("Conv", [x, weight], { kernel_shape: { ints: [1, 1, 1] } }, name ?? `class_${classes}`);
  if (output === "logits") {
    conv(
      2,
      graph.constant(key, "float32", [2, features, 1, 1, 1], () => source(key)),
      output,
    );
    return;
  }
  const difference = graph.constant(`${key}.difference`, "float32", [1, features, 1, 1, 1], async () =>
    classDifference(await source(key), features),
  );
  graph.node("Sigmoid", [conv(1, difference)], {}, output);
};

/** The network (Generic_TransUNet at inference) for `patch` (1,1,z,y,x), normalised intensities, with static shapes. */
export const networkGraph = (
  shape: NetworkShape,
  source: WeightSource,
  output: NetworkOutput = "probability",
): Graph => {
  const graph = graphBuilder();
  const weight: AddWeight = (key, sizes) => graph.constant(key, "float32", sizes, () => source(key));
  const skips: string[] = [];
  let x = "patch";
  for (const level of encoderLevels(shape)) {
    x = level.reduce((y, block) => addBlock(graph, weight, y, block), x);
    skips.push(x);
  }
  skips.pop();
  x = addTransformer(graph, weight, shape, x);
  for (const stage of decoderStages(shape)) {
    const skip = skips.pop();
    if (skip === undefined) throw failed("INTERNAL", "The decoder has more stages than the encoder.");
    x = addStage(graph, weight, x, skip, stage);
  }
  addHead(graph, source, shape, x, output);
  const classes = output === "logits" ? 2 : 1;
  return {
    nodes: graph.nodes,
    initializers: [...graph.initializers.values()],
    input: { name: "patch", shape: [1, 1, ...shape.patchSize] },
    output: { name: output, shape: [1, classes, ...shape.patchSize] },
  };
};
