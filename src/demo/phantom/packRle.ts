/** Uncompressed pixels of one frame. */
export type Frame = {
  readonly rows: number;
  readonly columns: number;
  readonly bits: 16;
  /** Little endian. */
  readonly samples: Uint8Array;
};

const longest = 128;

/** Runs of equal bytes, and literal bytes between them (PackBits). */
const packRow = (bytes: Uint8Array): readonly number[] => {
  const packed: number[] = [];
  const runAt = (at: number): number => {
    let end = at + 1;
    while (end < bytes.length && end - at < longest && bytes[end] === bytes[at]) end++;
    return end - at;
  };
  for (let at = 0; at < bytes.length; ) {
    const run = runAt(at);
    if (run > 1) {
      packed.push(257 - run, bytes[at] as number);
      at += run;
      continue;
    }
    let end = at + 1;
    while (end < bytes.length && end - at < longest && runAt(end) < 3) end++;
    packed.push(end - at - 1, ...bytes.subarray(at, end));
    at = end;
  }
  return packed;
};

/**
 * A frame in RLE (PS3.5 annex G): where its two segments begin, then all high bytes, then all low ones. No run crosses
 * the end of a row, and segments have even lengths.
 */
export const packRle = ({ rows, columns, samples }: Frame): Uint8Array => {
  const segment = (offset: number): Uint8Array => {
    const packed = Array.from({ length: rows }, (_, row) =>
      packRow(
        Uint8Array.from({ length: columns }, (_, i) => samples[2 * (row * columns + i) + offset] as number),
      ),
    ).flat();
    return Uint8Array.from(packed.length % 2 === 0 ? packed : [...packed, 0]);
  };
  const [high, low] = [segment(1), segment(0)];
  const head = Buffer.alloc(64);
  head.writeUInt32LE(2, 0);
  head.writeUInt32LE(head.length, 4);
  head.writeUInt32LE(head.length + high.length, 8);
  return Buffer.concat([head, high, low]);
};
