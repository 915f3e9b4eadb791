/** Writes pickles of protocol 2 opcode by opcode, so that a test says exactly which bytes are read. */
export type Fragment = Buffer;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const i32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

const f64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};

const join = (...parts: readonly (string | Buffer)[]): Fragment =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));

export const none = join("N");
export const bool = (value: boolean): Fragment => join(value ? "\x88" : "\x89");
export const int = (value: number): Fragment => join("J", i32(value));
export const float = (value: number): Fragment => join("G", f64(value));
export const text = (value: string): Fragment =>
  join("X", u32(Buffer.byteLength(value)), Buffer.from(value, "utf8"));
export const list = (...items: readonly Fragment[]): Fragment => join("](", ...items, "e");
export const tuple = (...items: readonly Fragment[]): Fragment => join("(", ...items, "t");
export const global = (module: string, name: string): Fragment => join(`c${module}\n${name}\n`);
export const reduce = (callee: Fragment, args: Fragment): Fragment => join(callee, args, "R");
export const build = (target: Fragment, state: Fragment): Fragment => join(target, state, "b");
export const raw = (...parts: readonly (string | Buffer)[]): Fragment => join(...parts);

export const dict = (...items: readonly (readonly [Fragment, Fragment])[]): Fragment =>
  join("}(", ...items.flat(), "u");

export const orderedDict = (...items: readonly (readonly [Fragment, Fragment])[]): Fragment =>
  join(reduce(global("collections", "OrderedDict"), tuple()), "(", ...items.flat(), "u");

/** A whole pickle file around one value. */
export const pickle = (value: Fragment): Buffer => join("\x80\x02", value, ".");

export const storageClasses = {
  float32: "FloatStorage",
  float16: "HalfStorage",
  float64: "DoubleStorage",
  bfloat16: "BFloat16Storage",
  int64: "LongStorage",
} as const;

export type TensorSpec = {
  readonly type: keyof typeof storageClasses;
  readonly key: string;
  readonly elements: number;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
};

/** A tensor as torch.save writes it: a storage by persistent id, and `_rebuild_tensor_v2`. */
export const tensor = ({ type, key, elements, offset, shape, stride }: TensorSpec): Fragment => {
  const storage = tuple(
    text("storage"),
    global("torch", storageClasses[type]),
    text(key),
    text("cpu"),
    int(elements),
  );
  const hooks = reduce(global("collections", "OrderedDict"), tuple());
  return reduce(
    global("torch._utils", "_rebuild_tensor_v2"),
    tuple(
      join(storage, "Q"),
      int(offset),
      tuple(...shape.map(int)),
      tuple(...stride.map(int)),
      bool(false),
      hooks,
    ),
  );
};
