/** A codestream in pieces of even length, as encoders with little memory write it. */
export const inPieces = (codestream: Uint8Array, pieces: number): readonly Uint8Array[] => {
  const even = codestream.length % 2 === 0 ? codestream : Buffer.concat([codestream, new Uint8Array(1)]);
  const size = 2 * Math.ceil(even.length / 2 / pieces);
  return Array.from({ length: pieces }, (_, n) => even.subarray(n * size, (n + 1) * size));
};

/** Of the item with the first fragment of each frame, counted from the first item after the table. */
export const offsetsOf = (fragmented: readonly (readonly Uint8Array[])[]): readonly number[] => {
  let offset = 0;
  return fragmented.map((pieces) => {
    const own = offset;
    offset += pieces.reduce((sum, piece) => sum + 8 + piece.length, 0);
    return own;
  });
};
