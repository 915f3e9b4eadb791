import load from "@cornerstonejs/codec-charls/decodewasmjs";
import type { Codec } from "./codec.ts";
import { jpegFrame } from "./jpegFrame.ts";
import { openWasm } from "./wasm.ts";

/** JPEG-LS (transfer syntaxes .80 and .81) by CharLS. */
export const jpegLs: Codec = {
  name: "JPEG-LS",
  announced: (codestream) => jpegFrame(codestream, [0xf7]),
  mayHoldFewerBits: true,
  open: () =>
    openWasm({
      load,
      wasm: "@cornerstonejs/codec-charls/decodewasm",
      decoder: "JpegLSDecoder",
      isComplaint: () => true,
    }),
};
