import { type Zyx, zyx } from "../../domain/axes.ts";
import type { NetworkShape } from "./networkShape.ts";

/** One convolution block: convolution, instance normalisation, leaky ReLU. */
export type ConvBlock = {
  /** Prefix in the state_dict, without the final dot. */
  readonly prefix: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: Zyx<number>;
  readonly stride: Zyx<number>;
};

/** One upsampling step with what follows it. */
export type DecoderStage = {
  /** Key of the transposed convolution, shape (inputs, outputs, …pool). */
  readonly upsampling: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly pool: Zyx<number>;
  readonly blocks: readonly ConvBlock[];
};

const UNIT = zyx(1, 1, 1);

type Stack = Pick<ConvBlock, "inputs" | "outputs" | "kernel" | "stride">;

/** nnU-Net's StackedConvLayers: the first block changes channels and stride, the others keep both; at least one. */
const stack = (prefix: string, count: number, { inputs, outputs, kernel, stride }: Stack): ConvBlock[] =>
  Array.from({ length: Math.max(count, 1) }, (_, i) => ({
    prefix: `${prefix}.blocks.${i}`,
    inputs: i === 0 ? inputs : outputs,
    outputs,
    kernel,
    stride: i === 0 ? stride : UNIT,
  }));

/** Bottleneck and decoder split their stack in two modules, `.0` with all but one block and `.1` with the last. */
const splitStack = (prefix: string, convsPerStage: number, sizes: Stack): ConvBlock[] => [
  ...stack(`${prefix}.0`, convsPerStage - 1, sizes),
  ...stack(`${prefix}.1`, 1, { ...sizes, inputs: sizes.outputs, stride: UNIT }),
];

/** Encoder levels 0..n, the bottleneck last. */
export const encoderLevels = (shape: NetworkShape): readonly (readonly ConvBlock[])[] =>
  shape.features.map((outputs, level) => {
    const sizes: Stack = {
      inputs: level === 0 ? 1 : (shape.features[level - 1] as number),
      outputs,
      kernel: shape.kernels[level] as Zyx<number>,
      stride: level === 0 ? UNIT : (shape.pools[level - 1] as Zyx<number>),
    };
    const prefix = `conv_blocks_context.${level}`;
    const isBottleneck = level === shape.pools.length;
    return isBottleneck
      ? splitStack(prefix, shape.convsPerStage, sizes)
      : stack(prefix, shape.convsPerStage, sizes);
  });

/** Decoder stages from the bottleneck up; stage u ends at level n-1-u. */
export const decoderStages = (shape: NetworkShape): readonly DecoderStage[] =>
  shape.pools.map((_, u) => {
    const level = shape.pools.length - 1 - u;
    const outputs = shape.features[level] as number;
    return {
      upsampling: `tu.${u}.weight`,
      inputs: shape.features[level + 1] as number,
      outputs,
      pool: shape.pools[level] as Zyx<number>,
      blocks: splitStack(`conv_blocks_localization.${u}`, shape.convsPerStage, {
        inputs: 2 * outputs,
        outputs,
        // conv_kernel_sizes[-(u + 1)]: one level deeper than where the stage ends, as in the original.
        kernel: shape.kernels[level + 1] as Zyx<number>,
        stride: UNIT,
      }),
    };
  });

/** Key of the only segmentation head that inference uses. */
export const lastHead = (shape: NetworkShape): string => `seg_outputs.${shape.pools.length - 1}.weight`;
