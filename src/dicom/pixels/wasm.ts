import { readFileSync } from "node:fs";
import type load from "@cornerstonejs/codec-openjpeg/decodewasmjs";
import type { Decode, Decoded } from "./codec.ts";

type WasmModule = Awaited<ReturnType<typeof load>>;
type WasmDecoder = InstanceType<WasmModule[string]>;

type WasmBuild = {
  readonly load: typeof load;
  /** Export path of the WebAssembly file in its package. */
  readonly wasm: string;
  readonly decoder: string;
  /** Whether a line that the library prints means that the image is damaged. */
  readonly isComplaint: (line: string) => boolean;
};

const run = (decoder: WasmDecoder, codestream: Uint8Array): Decoded => {
  try {
    decoder.getEncodedBuffer(codestream.byteLength).set(codestream);
    decoder.decode();
    const { width, height, componentCount, bitsPerSample, isSigned = false } = decoder.getFrameInfo();
    const bytes = new Uint8Array(decoder.getDecodedBuffer());
    return { width, height, components: componentCount, bits: bitsPerSample, isSigned, bytes };
  } finally {
    decoder.delete();
  }
};

/** An instance of a codec that prints nothing. Its decoder throws where the library complains or gives up. */
export const openWasm = async (build: WasmBuild): Promise<Decode> => {
  const { wasm, decoder, isComplaint } = build;
  const complaints: string[] = [];
  const listen = (line: string): void => {
    if (isComplaint(line)) complaints.push(line);
  };
  // The bytes are given, because the package would look for them relative to the working folder.
  const wasmBinary = readFileSync(new URL(import.meta.resolve(wasm)));
  const module = await build.load({ wasmBinary, print: listen, printErr: listen });
  const Decoder = module[decoder];
  if (Decoder === undefined) throw new Error(`${wasm} has no ${decoder}`);
  return (codestream) => {
    const decoded = run(new Decoder(), codestream);
    if (complaints.length > 0) throw new Error("the library complained");
    return decoded;
  };
};
