/** Where stored voxels lie: behind the header, or in a file of their own that the header names. */
import { inflate } from "./inflate.ts";
import { bytesOfType, type Encoding, readNumbers, readWrittenNumbers } from "./numbers.ts";
import type { Refuse } from "./refuse.ts";
import { DEFLATE_RATIO, MOST_OTHER_BYTES, refuseIfTooShort } from "./size.ts";

/** Bytes that are read when they are asked for. */
export type Source = {
  readonly size: number;
  /** The first bytes, `most` of them or all. */
  readonly read: (most: number) => Uint8Array;
};

/** Finds a file below the header's own folder. Throws what `refuse` makes for any other place, and where there is none. */
export type FindBeside = (name: string, refuse: Refuse) => Source;

export const sourceOf = (bytes: Uint8Array): Source => ({
  size: bytes.length,
  read: (most) => bytes.subarray(0, most),
});

/** How the voxels are written down. */
export type Stored =
  | {
      readonly as: "raw";
      /** Bytes before them; "all": whatever there is but them. */
      readonly skip: number | "all";
    }
  | { readonly as: "deflated" }
  | { readonly as: "written" };

/** `count` voxels as float32 in file order. Throws where the source cannot hold them, before memory is taken for them. */
export const readSource = (
  source: Source,
  stored: Stored,
  count: number,
  encoding: Encoding,
  refuse: Refuse,
): Float32Array => {
  const needed = count * bytesOfType(encoding.type);
  switch (stored.as) {
    case "raw":
      return readNumbers(takeRaw(source, stored.skip, needed, refuse), encoding);
    case "deflated":
      return readNumbers(takeDeflated(source, needed, refuse), encoding);
    case "written":
      return readWrittenNumbers(takeWritten(source, count, refuse), count, encoding.type, refuse);
  }
};

const takeRaw = (source: Source, skip: number | "all", needed: number, refuse: Refuse): Uint8Array => {
  const from = skip === "all" ? Math.max(0, source.size - needed) : skip;
  if (from > MOST_OTHER_BYTES) throw refuse(`The voxels are said to start at byte ${from}.`, { from });
  refuseIfTooShort(source.size, from + needed, refuse);
  return source.read(from + needed).subarray(from);
};

const takeDeflated = (source: Source, needed: number, refuse: Refuse): Uint8Array => {
  refuseIfTooShort(source.size * DEFLATE_RATIO, needed, refuse);
  refuseIfTooLarge(source, needed, refuse);
  const plain = inflate(source.read(source.size), needed, refuse);
  refuseIfTooShort(plain.length, needed, refuse);
  return plain.subarray(0, needed);
};

/** Digits, sign, point, exponent and space of the longest number that programs write. */
const MOST_CHARACTERS = 32;

const takeWritten = (source: Source, count: number, refuse: Refuse): Uint8Array => {
  refuseIfTooLarge(source, count * MOST_CHARACTERS, refuse);
  return source.read(source.size);
};

const refuseIfTooLarge = ({ size }: Source, needed: number, refuse: Refuse): void => {
  if (size <= needed + MOST_OTHER_BYTES) return;
  throw refuse(`There are ${size} bytes for voxels that need ${needed}.`, { size, needed });
};
