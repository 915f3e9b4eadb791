import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "../../src/importer/onnx/graph.ts";
import { toHalfPrecision } from "../../src/importer/onnx/halfPrecision.ts";
import { dataTypes } from "../../src/importer/onnx/onnxSchema.ts";
import { networkGraph } from "../../src/importer/pansegnet/networkGraph.ts";
import { tinyNetwork } from "./syntheticModel.ts";

const plain = networkGraph(tinyNetwork, async (key) => {
  throw new Error(`${key} was read although nothing is written`);
});

/** Element type of each value, derived from the constants and the operators alone. */
const typesOf = (graph: typeof plain): Map<string, string> => {
  const types = new Map<string, string>(graph.initializers.map(({ name, type }) => [name, type]));
  types.set(graph.input.name, "float32");
  for (const node of graph.nodes) {
    const to = node.attributes["to"];
    const castType = to !== undefined && "int" in to && to.int === dataTypes.float16 ? "float16" : "float32";
    types.set(node.output, node.op === "Cast" ? castType : (types.get(node.inputs[0] as string) as string));
  }
  return types;
};

const floatInputs = (node: GraphNode, types: Map<string, string>): string[] =>
  node.inputs.map((name) => types.get(name) as string).filter((type) => type !== "int64");

test("convolutions and matrix products run in float16; norms, softmax, sums and the sigmoid in float32", () => {
  const half = toHalfPrecision(plain);
  const types = typesOf(half);
  const seen = new Map<string, Set<string>>();
  for (const node of half.nodes) {
    if (node.op === "Cast") continue;
    const inputs = new Set(floatInputs(node, types));
    assert.equal(inputs.size, 1, `${node.op} mixes precisions`);
    seen.set(node.op, new Set([...(seen.get(node.op) ?? []), ...inputs]));
  }
  for (const op of ["Conv", "ConvTranspose", "Gemm", "MatMul", "Concat", "LeakyRelu"]) {
    assert.deepEqual([...(seen.get(op) ?? [])], ["float16"], op);
  }
  for (const op of [
    "InstanceNormalization",
    "LayerNormalization",
    "Softmax",
    "Add",
    "Mul",
    "Erf",
    "Sigmoid",
  ]) {
    assert.deepEqual([...(seen.get(op) ?? [])], ["float32"], op);
  }
  assert.equal(types.get("probability"), "float32");
});

test("no value is cast twice to the same precision, and every node comes after its inputs", () => {
  const half = toHalfPrecision(plain);
  const known = new Set([half.input.name, ...half.initializers.map(({ name }) => name)]);
  for (const node of half.nodes) {
    for (const input of node.inputs) assert.ok(known.has(input), `${input} is used before it is made`);
    assert.ok(!known.has(node.output), `${node.output} is made twice`);
    known.add(node.output);
  }
  assert.ok(known.has(half.output.name));
});

test("an output that a convolution makes is cast back to float32", () => {
  const logits = networkGraph(tinyNetwork, async () => new Float32Array(), "logits");
  const last = toHalfPrecision(logits).nodes.at(-1);
  assert.equal(last?.op, "Cast");
  assert.equal(last?.output, "logits");
});

test("the plain graph is left as it was", () => {
  const before = JSON.stringify(plain.nodes);
  toHalfPrecision(plain);
  assert.equal(JSON.stringify(plain.nodes), before);
  assert.ok(plain.initializers.every(({ type }) => type !== "float16"));
});
