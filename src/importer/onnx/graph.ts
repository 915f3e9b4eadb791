/** Element types of the graphs that are written. */
export type ElementType = "float32" | "float16" | "int64";

/** ONNX attributes are typed: a whole number may be an int or a float. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] };

export type GraphNode = {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
};

export type TensorValues = Float32Array | Float16Array | BigInt64Array;

/** A constant of the graph. Its values are made when they are written, one constant at a time. */
export type Initializer = {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly values: () => Promise<TensorValues>;
};

export type GraphValue = { readonly name: string; readonly shape: readonly number[] };

/** A computation graph with one float32 input and one float32 output, both of static shape; nodes in the order they run. */
export type Graph = {
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  readonly input: GraphValue;
  readonly output: GraphValue;
};

export type GraphBuilder = ReturnType<typeof graphBuilder>;

/** Collects nodes and constants; each function returns the name of the value that it adds. */
export const graphBuilder = () => {
  const nodes: GraphNode[] = [];
  const initializers = new Map<string, Initializer>();

  const constant = (
    name: string,
    type: ElementType,
    shape: readonly number[],
    values: () => Promise<TensorValues>,
  ): string => {
    if (!initializers.has(name)) initializers.set(name, { name, type, shape, values });
    return name;
  };

  return {
    nodes,
    initializers,
    constant,
    node: (
      op: string,
      inputs: readonly string[],
      attributes: Readonly<Record<string, Attribute>> = {},
      output = `${op.toLowerCase()}_${nodes.length}`,
    ): string => {
      nodes.push({ op, inputs, output, attributes });
      return output;
    },
    scalar: (value: number): string =>
      constant(`scalar_${value}`, "float32", [], async () => Float32Array.of(value)),
    shape: (sizes: readonly number[]): string =>
      constant(`shape_${sizes.join("x")}`, "int64", [sizes.length], async () =>
        BigInt64Array.from(sizes, (size) => BigInt(size)),
      ),
  };
};
