/** The part of the WebAssembly codecs that decodes, the same in all four; the packages ship no types. */
declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  type FrameInfo = {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    /** Absent where codestreams have no sign. */
    readonly isSigned?: boolean;
  };

  /** Lives in WebAssembly memory until `delete`. Throws bare numbers. */
  type WasmDecoder = {
    readonly getEncodedBuffer: (length: number) => Uint8Array;
    readonly decode: () => void;
    readonly getFrameInfo: () => FrameInfo;
    /** May be a view of WebAssembly memory: copy it before the next call. */
    readonly getDecodedBuffer: () => Uint8Array | Uint8ClampedArray;
    readonly delete: () => void;
  };

  type WasmModule = Readonly<Record<string, new () => WasmDecoder>>;

  const load: (options: {
    wasmBinary: Uint8Array;
    print: (line: string) => void;
    printErr: (line: string) => void;
  }) => Promise<WasmModule>;
  export = load;
}

declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  import load = require("@cornerstonejs/codec-openjpeg/decodewasmjs");
  export = load;
}

declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  import load = require("@cornerstonejs/codec-openjpeg/decodewasmjs");
  export = load;
}

declare module "@cornerstonejs/codec-openjph/wasmjs" {
  import load = require("@cornerstonejs/codec-openjpeg/decodewasmjs");
  export = load;
}

/** The package names a declaration file that it does not ship. */
declare module "jpeg-lossless-decoder-js" {
  export class Decoder {
    /** One or two bytes for each sample; two where the precision exceeds 8 bits. */
    decode(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array | Uint16Array;
    readonly frame: { readonly dimX: number; readonly dimY: number; readonly precision: number };
    readonly scan: { readonly numComp: number; readonly al: number };
    readonly stream: { readonly index: number };
    readonly xLoc: number;
    readonly yLoc: number;
    getPreviousX(): number;
    getPreviousY(): number;
    select7: () => number;
  }
}
