import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { readNifti } from "../../src/nifti/readNifti.ts";
import {
  classicFiles,
  compressedSyntaxes,
  encodeFrames,
  type Frames,
  hounsfieldOf,
  multiFrameFile,
  type Syntax,
} from "../support/compressedSeries.ts";
import { panseg } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";

/** Threads decode from 32 frames on. */
const counts = [31, 32, 200] as const;

type Layout = {
  readonly name: string;
  readonly size: number;
  /** Different frames; the others repeat them. */
  readonly different: number;
  readonly files: (
    syntax: Syntax,
    frames: Frames,
    which: { readonly series: number; readonly count: number },
  ) => readonly Uint8Array[];
};

const layouts: readonly Layout[] = [
  { name: "classic 64 × 64", size: 64, different: 200, files: classicFiles },
  { name: "classic 512 × 512", size: 512, different: 7, files: classicFiles },
  {
    name: "classic 64 × 64 in three fragments",
    size: 64,
    different: 200,
    files: (syntax, frames, which) => classicFiles(syntax, frames, { ...which, pieces: 3 }),
  },
  {
    name: "multi-frame",
    size: 64,
    different: 200,
    files: (syntax, frames, which) => [multiFrameFile(syntax, frames, which)],
  },
  {
    name: "multi-frame in two fragments each",
    size: 64,
    different: 200,
    files: (syntax, frames, which) => [multiFrameFile(syntax, frames, { ...which, pieces: 2 })],
  },
];

/** RLE frames are one fragment each (PS3.5 section A.4.2), and a deflated data set has none. */
const layoutsOf = ({ name }: Syntax): readonly Layout[] =>
  name === "RLE" || name === "deflated"
    ? layouts.filter((layout) => !layout.name.includes("fragment"))
    : layouts;

type Series = {
  readonly number: number;
  readonly count: number;
  readonly name: string;
  readonly frames: Frames;
};

/** All series of a syntax in one folder, as a study lies on a disk. */
const writeStudy = async (folder: string, syntax: Syntax): Promise<readonly Series[]> => {
  const encoded = new Map<number, Frames>();
  const written: Series[] = [];
  for (const { name, size, different, files } of layoutsOf(syntax)) {
    const frames = encoded.get(size) ?? (await encodeFrames(syntax, size, different));
    encoded.set(size, frames);
    for (const count of counts) {
      const number = written.length + 1;
      for (const [n, bytes] of files(syntax, frames, { series: number, count }).entries())
        writeFileSync(join(folder, `${number}-${n}.dcm`), bytes);
      written.push({ number, count, name, frames });
    }
  }
  return written;
};

const assertVoxels = (output: string, { number, count, name, frames }: Series): void => {
  const { voxels } = readNifti(readFileSync(join(output, `${number}.nii.gz`)));
  const planes = frames.plain.map(hounsfieldOf);
  const plane = planes[0]?.length ?? 0;
  assert.equal(voxels.length, count * plane, `${name}, ${count} images`);
  const bytesOf = (values: Float32Array): Buffer =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  for (let k = 0; k < count; k++) {
    const expected = planes[k % planes.length] as Float32Array;
    const isEqual = bytesOf(voxels.subarray(k * plane, (k + 1) * plane)).equals(bytesOf(expected));
    assert.ok(isEqual, `${name}, ${count} images: plane ${k} differs`);
  }
};

const convertStudy = async (owner: TestContext, syntax: Syntax): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-compressed-"));
  owner.after(() => rmSync(folder, { recursive: true, force: true }));
  const [input, output] = [join(folder, "in"), join(folder, "out")];
  mkdirSync(input);
  const written = await writeStudy(input, syntax);
  const { code, stdout, stderr } = await panseg(["convert", "-i", input, "-o", output, "--quiet"]);
  assert.equal(code, 0, `${stdout}${stderr}`);
  for (const series of written) assertVoxels(output, series);
};

describe("V1: series of 31, 32 and 200 compressed images, classic, multi-frame and in fragments, convert to the voxels that were compressed", () => {
  for (const syntax of compressedSyntaxes)
    test(
      `V1: ${syntax.name} (${syntax.uid})`,
      { skip: syntax.tool === undefined ? false : needsTool(syntax.tool) },
      (owner) => convertStudy(owner, syntax),
    );
});
