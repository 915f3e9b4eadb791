import load from "@cornerstonejs/codec-openjpeg/decodewasmjs";
import type { Codec } from "./codec.ts";
import { jpeg2000Size } from "./jpeg2000Size.ts";
import { openWasm } from "./wasm.ts";

/** JPEG 2000 (transfer syntaxes .90 and .91) by OpenJPEG, which goes on after errors and only prints them. */
export const jpeg2000: Codec = {
  name: "JPEG 2000",
  announced: jpeg2000Size,
  mayHoldFewerBits: true,
  open: () =>
    openWasm({
      load,
      wasm: "@cornerstonejs/codec-openjpeg/decodewasm",
      decoder: "J2KDecoder",
      isComplaint: (line) => line.includes("[ERROR]"),
    }),
};
