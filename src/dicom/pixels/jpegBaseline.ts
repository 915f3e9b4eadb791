import load from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import type { Codec } from "./codec.ts";
import { jpegFrame } from "./jpegFrame.ts";
import { openWasm } from "./wasm.ts";

/** JPEG of 8 bits with Huffman codes in one sequence (transfer syntax .50) by libjpeg-turbo. */
export const jpegBaseline: Codec = {
  name: "JPEG",
  announced: (codestream) => jpegFrame(codestream, [0xc0, 0xc1]),
  mayHoldFewerBits: false,
  open: () =>
    openWasm({
      load,
      wasm: "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm",
      decoder: "JPEGDecoder",
      isComplaint: () => true,
    }),
};
