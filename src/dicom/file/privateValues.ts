import type { RawElement } from "./elements.ts";
import { asciiValue, type Part10 } from "./part10.ts";

/** A private element as its vendor defines it (PS3.5 section 7.8.1). */
export type PrivateElement = {
  readonly creator: string;
  readonly group: number;
  /** The lower eight bits of the element number. */
  readonly element: number;
  /** How the value is written where no VR says so. */
  readonly kind: "text" | "float32" | "float64";
};

/**
 * The numbers of a private element; empty where it is absent or holds something else. `mayBeNameless` where the vendor
 * is known otherwise: de-identifiers remove the creators' names and leave the values.
 */
export type PrivateReader = (wanted: PrivateElement, mayBeNameless: boolean) => readonly number[];

/** The block that scanners reserve first. */
const firstBlock = 0x10;

/** The tag of the element, by the blocks that creators have reserved in its group. */
const tagOf = (
  { creator, group, element }: PrivateElement,
  mayBeNameless: boolean,
  creators: ReadonlyMap<number, string>,
): number | null => {
  const named = [...creators].filter(([tag]) => tag >>> 16 === group);
  const [own] = named.find(([, name]) => name === creator) ?? [];
  if (own === undefined && !(mayBeNameless && named.length === 0)) return null;
  return group * 0x10000 + ((own ?? firstBlock) & 0xff) * 0x100 + element;
};

const isCreator = (tag: number): boolean =>
  (tag >>> 16) % 2 === 1 && (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff;

const numbersIn = (values: readonly string[]): readonly number[] => {
  const numbers = values.map((value) => (value.trim() === "" ? Number.NaN : Number(value)));
  return numbers.every(Number.isFinite) ? numbers : [];
};

const floatsIn = (view: DataView, kind: "float32" | "float64", littleEndian: boolean): readonly number[] => {
  const size = kind === "float32" ? 4 : 8;
  const numbers = Array.from({ length: Math.floor(view.byteLength / size) }, (_, n) =>
    size === 4 ? view.getFloat32(n * size, littleEndian) : view.getFloat64(n * size, littleEndian),
  );
  return numbers.every(Number.isFinite) ? numbers : [];
};

const kindsByVr: Readonly<Record<string, PrivateElement["kind"]>> = {
  DS: "text",
  IS: "text",
  LO: "text",
  FL: "float32",
  FD: "float64",
};

/** More than this is no number of a header. */
const mostBytes = 1024;

const numbersOf = ({ bytes, view, encoding }: Part10, element: RawElement, kind: PrivateElement["kind"]) => {
  const length = element.end - element.valueStart;
  if (length > mostBytes) return [];
  if (kind === "text") return numbersIn(asciiValue(bytes, element).split("\\"));
  const own = new DataView(view.buffer, view.byteOffset + element.valueStart, length);
  return floatsIn(own, kind, encoding.littleEndian);
};

/** Private elements of a file. */
export const privateOfFile = (part10: Part10): PrivateReader => {
  const odd = part10.elements.filter(({ tag }) => (tag >>> 16) % 2 === 1);
  const creators = new Map(
    odd.flatMap((element) =>
      isCreator(element.tag) && element.end - element.valueStart <= mostBytes
        ? [[element.tag, asciiValue(part10.bytes, element).trim()] as const]
        : [],
    ),
  );
  return (wanted, mayBeNameless) => {
    const tag = tagOf(wanted, mayBeNameless, creators);
    const element = tag === null ? undefined : odd.find((each) => each.tag === tag);
    return element === undefined
      ? []
      : numbersOf(part10, element, kindsByVr[element.vr ?? ""] ?? wanted.kind);
  };
};

type JsonElement = { readonly Value?: unknown; readonly InlineBinary?: unknown };

/** Private elements of one item of WADO-RS metadata. */
export const privateOfJson = (dicomJson: Readonly<Record<string, unknown>>): PrivateReader => {
  const elements = new Map(
    Object.entries(dicomJson).flatMap(([key, value]) =>
      /^[0-9a-f]{8}$/i.test(key) && value !== null && typeof value === "object"
        ? [[Number.parseInt(key, 16), value as JsonElement] as const]
        : [],
    ),
  );
  const textsOf = ({ Value }: JsonElement): readonly string[] =>
    Array.isArray(Value) ? Value.map(String) : [];
  const creators = new Map(
    [...elements].flatMap(([tag, element]) =>
      isCreator(tag) ? [[tag, (textsOf(element)[0] ?? "").trim()] as const] : [],
    ),
  );
  return (wanted, mayBeNameless) => {
    const tag = tagOf(wanted, mayBeNameless, creators);
    const element = tag === null ? undefined : elements.get(tag);
    if (element === undefined) return [];
    if (typeof element.InlineBinary !== "string") return numbersIn(textsOf(element));
    const bytes = Buffer.from(element.InlineBinary.slice(0, 2 * mostBytes), "base64");
    if (wanted.kind === "text") return numbersIn(bytes.toString("latin1").replace(/\0+$/, "").split("\\"));
    return floatsIn(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), wanted.kind, true);
  };
};
