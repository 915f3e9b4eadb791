import { failed } from "../../domain/failure.ts";
import { type ConvBlock, decoderStages, encoderLevels, lastHead } from "./layers.ts";
import type { NetworkShape, ShapeOf } from "./networkShape.ts";

type WeightShapes = readonly (readonly [key: string, shape: readonly number[]])[];

const blockWeights = ({ prefix, inputs, outputs, kernel }: ConvBlock): WeightShapes => [
  [`${prefix}.conv.weight`, [outputs, inputs, ...kernel]],
  [`${prefix}.conv.bias`, [outputs]],
  [`${prefix}.instnorm.weight`, [outputs]],
  [`${prefix}.instnorm.bias`, [outputs]],
];

const linear = (prefix: string, inputs: number, outputs: number): WeightShapes => [
  [`${prefix}.weight`, [outputs, inputs]],
  [`${prefix}.bias`, [outputs]],
];

const layerNorm = (prefix: string, width: number): WeightShapes => [
  [`${prefix}.weight`, [width]],
  [`${prefix}.bias`, [width]],
];

const transformerWeights = ({ features, transformer }: NetworkShape): WeightShapes => {
  const { layers, width, feedForward, tokens } = transformer;
  const channels = features.at(-1) as number;
  const layer = (k: number): WeightShapes => {
    const prefix = `self_atten.transformer.layers.${k}`;
    return [
      ...[0, 1, 2, 3].flatMap((i) => linear(`${prefix}.self_attn.linears.${i}`, width, width)),
      ...layerNorm(`${prefix}.layer_norm1`, width),
      ...linear(`${prefix}.linear1`, width, feedForward),
      ...linear(`${prefix}.linear2`, feedForward, width),
      ...layerNorm(`${prefix}.layer_norm2`, width),
    ];
  };
  return [
    ...linear("self_atten.linear_proj", channels, width),
    ["self_atten.pos_encode.pe", [1, tokens, width]],
    ...Array.from({ length: layers }, (_, k) => layer(k)).flat(),
    ...linear("self_atten.linear_back_proj", width, channels),
  ];
};

/** Every weight that inference needs, with the shape that the plan asks for. */
export const expectedWeights = (shape: NetworkShape): WeightShapes => [
  ...encoderLevels(shape).flat().flatMap(blockWeights),
  ...transformerWeights(shape),
  ...decoderStages(shape).flatMap(
    ({ upsampling, inputs, outputs, pool, blocks }): WeightShapes => [
      [upsampling, [inputs, outputs, ...pool]],
      ...blocks.flatMap(blockWeights),
    ],
  ),
  [lastHead(shape), [2, shape.features[0] as number, 1, 1, 1]],
];

/** Number of values over all expected weights. Throws WEIGHTS_MISSING with some names, WEIGHTS_SHAPE with both shapes. */
export const checkWeights = (shape: NetworkShape, shapeOf: ShapeOf): number => {
  const expected = expectedWeights(shape);
  const missing = expected.map(([key]) => key).filter((key) => shapeOf(key) === null);
  if (missing.length > 0) {
    throw failed("WEIGHTS_MISSING", `The checkpoint lacks ${missing.length} of ${expected.length} weights.`, {
      missing: missing.slice(0, 8),
    });
  }
  for (const [key, wanted] of expected) {
    const found = shapeOf(key) as readonly number[];
    if (wanted.length !== found.length || wanted.some((size, axis) => size !== found[axis])) {
      throw failed("WEIGHTS_SHAPE", `${key} is ${found.join("x")}; the plan asks for ${wanted.join("x")}.`, {
        key,
        expected: wanted,
        found,
      });
    }
  }
  return expected.reduce((sum, [, wanted]) => sum + wanted.reduce((a, b) => a * b, 1), 0);
};
