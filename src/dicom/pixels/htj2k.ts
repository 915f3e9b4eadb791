import load from "@cornerstonejs/codec-openjph/wasmjs";
import type { Codec } from "./codec.ts";
import { isWholeJpeg2000, jpeg2000Size } from "./jpeg2000Size.ts";
import { openWasm } from "./wasm.ts";

/** High-throughput JPEG 2000 (transfer syntaxes .201 to .203) by OpenJPH, to which a missing end is a smooth image. */
export const htj2k: Codec = {
  name: "HTJ2K",
  announced: (codestream) => (isWholeJpeg2000(codestream) ? jpeg2000Size(codestream) : null),
  mayHoldFewerBits: true,
  open: () =>
    openWasm({
      load,
      wasm: "@cornerstonejs/codec-openjph/wasm",
      decoder: "HTJ2KDecoder",
      isComplaint: () => true,
    }),
};
