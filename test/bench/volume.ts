import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { zyx } from "../../src/domain/axes.ts";
import { dicomFile, encapsulated, jpeg2000Lossless, sliceAttributes } from "../support/dicomSeries.ts";
import { openEncoder } from "../support/encodeFrame.ts";
import type { Benchmark } from "./run.ts";

const slices = 500;
const side = 512;
/** Threads share the decoding, so that all that comes on top of it still ends before one thread alone had decoded. */
const bar = { ratio: 1, megabytes: 1536 };

/** A phantom's middle slice as one JPEG 2000 codestream of 512 × 512 pixels. */
const codestream = async (): Promise<Uint8Array> => {
  const { volume } = makePhantom({
    seed: 1,
    modelClass: "CT",
    shape: zyx(1, side, side),
    spacingMm: zyx(1, 0.75, 0.75),
  });
  const samples = new Uint8Array(Uint16Array.from(volume.voxels, (hu) => hu + 1024).buffer);
  return (await openEncoder("jpeg2000"))({ rows: side, columns: side, bits: 16, samples });
};

const writeSlices = async (folder: string): Promise<void> => {
  const frame = await codestream();
  const bits = { allocated: 16, stored: 16, high: 15, signed: false } as const;
  const spec = { slices, rows: side, columns: side, bits, distanceMm: (k: number) => k };
  for (let k = 0; k < slices; k++)
    writeFileSync(
      join(folder, `${k}.dcm`),
      dicomFile(sliceAttributes(spec, k), encapsulated([frame]), jpeg2000Lossless),
    );
};

type Side = { readonly seconds: number; readonly peakMegabytes: number };

const child = fileURLToPath(new URL("./volumeChild.ts", import.meta.url));

const run = (which: "read" | "decode", folder: string): Side =>
  JSON.parse(execFileSync(process.execPath, [child, which, folder], { encoding: "utf8" })) as Side;

/** 500 JPEG 2000 slices of 512 × 512 from files to a volume, against their codec alone. */
export const volumeBenchmark: Benchmark = {
  name: "volume",
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), "panseg-bench-"));
    try {
      await writeSlices(folder);
      const decode = run("decode", folder);
      const read = run("read", folder);
      return {
        what: `${slices} slices of ${side} × ${side}, JPEG 2000`,
        seconds: read.seconds,
        baselineSeconds: decode.seconds,
        peakMegabytes: read.peakMegabytes,
        isReached: read.seconds <= bar.ratio * decode.seconds && read.peakMegabytes < bar.megabytes,
        bar: `≤ ${bar.ratio} × the baseline, < ${bar.megabytes} MB`,
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
