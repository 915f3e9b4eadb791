/** What a codestream says of itself, read before anything is allocated for it. */
export type Announced = {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bits: number;
};

/** One decoded frame, row by row: one byte for each sample of up to 8 bits, else two, the low one first. */
export type Decoded = Announced & { readonly isSigned: boolean; readonly bytes: Uint8Array };

/** Throws whatever its library throws; after that it is not used again. */
export type Decode = (codestream: Uint8Array) => Decoded;

export type Codec = {
  readonly name: string;
  /** Null for bytes that are no whole codestream of this kind. */
  readonly announced: (codestream: Uint8Array) => Announced | null;
  /** Whether samples with fewer bits than BitsStored are still the stored values, and no rendering of them. */
  readonly mayHoldFewerBits: boolean;
  readonly open: () => Promise<Decode>;
};
