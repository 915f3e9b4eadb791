import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** What the settings may ask for: `auto` takes CUDA where its files load, else the CPU. */
export type ProviderChoice = "auto" | "cuda" | "cpu";

/**
 * Whether the CUDA provider's library lies beside onnxruntime's binding. Its install step is switched off so that
 * packages install without leaving the registry; without the file a CUDA session cannot load, and asking tells why.
 */
export const cudaFilesArePresent = (): boolean => {
  const main = createRequire(import.meta.url).resolve("onnxruntime-node");
  const binaries = join(dirname(main), "..", "bin", "napi-v6", process.platform, process.arch);
  return existsSync(join(binaries, "libonnxruntime_providers_cuda.so"));
};
