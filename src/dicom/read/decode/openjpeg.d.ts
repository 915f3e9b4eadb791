/** The part of the OpenJPEG build that decodes; the package ships no types. */
declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  type FrameInfo = {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned: boolean;
  };

  /** Lives in WebAssembly memory until `delete`. */
  type J2KDecoder = {
    readonly getEncodedBuffer: (length: number) => Uint8Array;
    readonly decode: () => void;
    readonly getFrameInfo: () => FrameInfo;
    /** A view of WebAssembly memory: copy it before the next call. */
    readonly getDecodedBuffer: () => Uint8Array;
    readonly delete: () => void;
  };

  type OpenJpeg = { readonly J2KDecoder: new () => J2KDecoder };

  const load: (options: {
    wasmBinary: Uint8Array;
    print: (line: string) => void;
    printErr: (line: string) => void;
  }) => Promise<OpenJpeg>;
  export = load;
}
