import { malformedPickle } from "./pickleValue.ts";

/** Reads the arguments of pickle opcodes from bytes, never past their end. */
export type PickleReader = ReturnType<typeof pickleReader>;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Cursor over `bytes`; every read throws PICKLE_MALFORMED past the end. Lengths are little-endian as in the pickle protocol. */
export const pickleReader = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;

  const advance = (count: number): number => {
    const start = position;
    if (count > bytes.length - start) {
      throw malformedPickle(`The pickle ends at byte ${bytes.length} inside a value.`, {
        length: bytes.length,
      });
    }
    position = start + count;
    return start;
  };

  const take = (count: number): Uint8Array => {
    const start = advance(count);
    return bytes.subarray(start, start + count);
  };

  const u64 = (): number => {
    const value = view.getBigUint64(advance(8), true);
    if (value > BigInt(bytes.length)) throw malformedPickle("The pickle holds a length beyond its own end.");
    return Number(value);
  };

  const text = (count: number): string => {
    try {
      return utf8.decode(take(count));
    } catch (cause) {
      if (cause instanceof TypeError) throw malformedPickle("The pickle holds text that is not UTF-8.");
      throw cause;
    }
  };

  const line = (): string => {
    const end = bytes.indexOf(10, position);
    if (end < 0) throw malformedPickle("The pickle ends inside a line of text.");
    const taken = take(end - position);
    position = end + 1;
    return Buffer.from(taken).toString("latin1");
  };

  return {
    take,
    text,
    line,
    u64,
    u8: () => view.getUint8(advance(1)),
    u16: () => view.getUint16(advance(2), true),
    u32: () => view.getUint32(advance(4), true),
    i32: () => view.getInt32(advance(4), true),
    f64BigEndian: () => view.getFloat64(advance(8), false),
  };
};
