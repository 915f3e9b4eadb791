import type { Graph, GraphNode, Initializer } from "./graph.ts";
import { dataTypes } from "./onnxSchema.ts";

/** Operators whose arithmetic stays within half precision's range; norms, softmax, sums and the sigmoid stay in float32. */
const halfOperators = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul", "LeakyRelu", "Concat"]);

/** Operators that only move values: they take whatever precision comes. */
const movingOperators = new Set(["Reshape", "Transpose"]);

type Precision = "float32" | "float16";

const halved = (initializer: Initializer): Initializer => ({
  ...initializer,
  type: "float16",
  values: async () => new Float16Array((await initializer.values()) as Float32Array),
});

/**
 * The same network with its convolutions and matrix products in float16, and a Cast where precisions meet; input and output
 * stay float32. InstanceNormalization in float16 overflows (all-black masks were reported), hence the list above.
 */
export const toHalfPrecision = (graph: Graph): Graph => {
  const nodes: GraphNode[] = [];
  const precisionOf = new Map<string, Precision>([[graph.input.name, "float32"]]);
  const constants = new Map(graph.initializers.map((initializer) => [initializer.name, initializer]));
  const casts = new Map<string, string>();

  const cast = (name: string, to: Precision): string => {
    const key = `${name}_${to}`;
    const known = casts.get(key);
    if (known !== undefined) return known;
    nodes.push({ op: "Cast", inputs: [name], output: key, attributes: { to: { int: dataTypes[to] } } });
    casts.set(key, key);
    return key;
  };

  const inputAs = (name: string, wanted: Precision): string => {
    const constant = constants.get(name);
    if (constant !== undefined) {
      if (wanted === "float16" && constant.type === "float32") constants.set(name, halved(constant));
      return name;
    }
    return precisionOf.get(name) === wanted ? name : cast(name, wanted);
  };

  const isOutput = (node: GraphNode): boolean => node.output === graph.output.name;

  for (const node of graph.nodes) {
    const moved = movingOperators.has(node.op) ? precisionOf.get(node.inputs[0] as string) : undefined;
    const precision: Precision = moved ?? (halfOperators.has(node.op) ? "float16" : "float32");
    const inputs = node.inputs.map((name) => inputAs(name, precision));
    const output = isOutput(node) && precision === "float16" ? `${node.output}_half` : node.output;
    nodes.push({ ...node, inputs, output });
    precisionOf.set(output, precision);
    if (output !== node.output) {
      nodes.push({
        op: "Cast",
        inputs: [output],
        output: node.output,
        attributes: { to: { int: dataTypes.float32 } },
      });
    }
  }
  return { ...graph, nodes, initializers: [...constants.values()] };
};
