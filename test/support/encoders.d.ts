/** The part of the WebAssembly codecs that encodes; the packages ship no types. */
declare module "@cornerstonejs/codec-openjpeg/wasmjs" {
  type Image = {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned: boolean;
    readonly isUsingColorTransform: boolean;
  };

  type WasmEncoder = {
    /** WebAssembly memory for the uncompressed samples. */
    readonly getDecodedBuffer: (image: Image) => Uint8Array;
    readonly encode: () => void;
    readonly getEncodedBuffer: () => Uint8Array;
    /** Lossless or not, and the rate if not; JPEG-LS has none. */
    readonly setQuality?: (isLossless: boolean, rate: number) => void;
  };

  const load: (options: {
    wasmBinary: Uint8Array;
    print: (line: string) => void;
    printErr: (line: string) => void;
  }) => Promise<Readonly<Record<string, new () => WasmEncoder>>>;
  export = load;
}
