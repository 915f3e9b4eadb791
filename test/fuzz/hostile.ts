import { deflateRawSync } from "node:zlib";
import {
  classicSeries,
  dicomFile,
  encapsulated,
  explicitLittle,
  jpeg2000Lossless,
  type SeriesSpec,
  sliceAttributes,
} from "../support/dicomSeries.ts";
import { assemble, encodeElement, type Layout, layOut, metaEnd } from "./layout.ts";
import type { Mutant } from "./mutants.ts";
import { nested } from "./mutateElements.ts";
import type { Seed } from "./seeds.ts";

/** Files that were made to hurt, each with its name; made when they are asked for, because some are large. */
export type Hostile = { readonly name: string; readonly make: (own: readonly Seed[]) => Mutant["files"] };

const small: SeriesSpec = { slices: 1, rows: 8, columns: 8 };
const plain = (spec: SeriesSpec = small): Uint8Array => classicSeries(spec)[0] as Uint8Array;

const layoutOf = (file: Uint8Array): Layout => {
  const layout = layOut(file);
  if (layout === null) throw new Error("a sound file was not understood");
  return layout;
};

/** A sound slice with something more before its pixels. */
const withMore = (make: (layout: Layout) => Uint8Array): readonly Uint8Array[] => {
  const layout = layoutOf(plain());
  const start = layout.pixels?.start ?? layout.body.length;
  return [assemble(layout, [{ start, end: start, bytes: make(layout) }])];
};

const repeated = (times: number, bytes: Uint8Array): Uint8Array => {
  const all = Buffer.alloc(times * bytes.length);
  for (let n = 0; n < times; n++) all.set(bytes, n * bytes.length);
  return all;
};

const bomb = (megabytes: number): readonly Uint8Array[] => {
  const file = dicomFile(sliceAttributes(small, 0), null, "1.2.840.10008.1.2.1.99");
  const head = file.subarray(0, metaEnd(file));
  return [Buffer.concat([head, deflateRawSync(Buffer.alloc(megabytes * 2 ** 20))])];
};

/** The largest square that the default limit of voxels lets pass. */
const side = 20_000;

/** A seed whose header and codestream both announce a huge image. */
const inflated =
  (name: string) =>
  (own: readonly Seed[]): readonly Uint8Array[] => {
    const file = own.find((seed) => seed.name === name)?.files[0];
    if (file === undefined) throw new Error(`no seed ${name}`);
    const bytes = Buffer.from(file);
    for (const tag of [0x0010, 0x0011]) {
      const at = bytes.indexOf(Buffer.from([0x28, 0x00, tag, 0x00, 0x55, 0x53, 0x02, 0x00]));
      bytes.writeUInt16LE(side, at + 8);
    }
    const siz = bytes.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
    // JPEG 2000 part 1, A.5.1: image and tile sizes; JPEG, B.2.2: lines and samples of a line.
    if (siz >= 0) for (const offset of [8, 12, 24, 28]) bytes.writeUInt32BE(side, siz + offset);
    const frame = [0xc0, 0xc3, 0xf7].map((marker) => bytes.indexOf(Buffer.from([0xff, marker, 0x00, 0x0b])));
    for (const at of frame)
      if (siz < 0 && at >= 0) for (const offset of [5, 7]) bytes.writeUInt16BE(side, at + offset);
    return [bytes];
  };

const files = (name: string, make: Hostile["make"]): Hostile => ({ name, make });

export const hostileFiles: readonly Hostile[] = [
  files("an empty file", () => [new Uint8Array(0)]),
  files("a preamble alone", () => [Buffer.concat([new Uint8Array(128), Buffer.from("DICM")])]),
  files("10,000 nested sequences", () => withMore((layout) => nested(layout, 0x00081140, 10_000, true))),
  files("200,000 nested sequences", () => withMore((layout) => nested(layout, 0x00081140, 200_000, true))),
  files("200,000 nested sequences without an end", () =>
    withMore((layout) => nested(layout, 0x00081140, 200_000, false)),
  ),
  files("1,000 nested private sequences", () => withMore((layout) => nested(layout, 0x00091010, 1000, true))),
  files("300,000 empty elements", () =>
    withMore((layout) => repeated(300_000, encodeElement(layout, 0x00324000, "LT", new Uint8Array(0)))),
  ),
  files("8 million values in one element", () =>
    withMore((layout) => encodeElement(layout, 0x00080119, "UC", repeated(8_000_000, Buffer.from("1\\")))),
  ),
  files("8 million numbers in one element", () =>
    withMore((layout) => encodeElement(layout, 0x00660016, "OF", new Uint8Array(32_000_000))),
  ),
  files("400,000 fragments", () => [
    dicomFile(
      sliceAttributes(small, 0),
      encapsulated(Array.from({ length: 400_000 }, () => new Uint8Array(2))),
      jpeg2000Lossless,
    ),
  ]),
  files("100 MB deflated to nothing", () => bomb(100)),
  files("1 GB deflated to nothing", () => bomb(1024)),
  files("65535 × 65535 pixels of which 128 bytes are there", () => [
    plain({ ...small, attributes: () => ({ Rows: 65535, Columns: 65535 }) }),
  ]),
  files("2147483647 frames", () => [plain({ ...small, attributes: () => ({ NumberOfFrames: 2147483647 }) })]),
  files("2147483647 frames of an Enhanced CT", () => [
    plain({
      ...small,
      attributes: () => ({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.2.1", NumberOfFrames: 2147483647 }),
    }),
  ]),
  files("100,000 described frames of an Enhanced MR", () => [
    dicomFile(
      {
        ...sliceAttributes({ ...small, modality: "MR" }, 0),
        SOPClassUID: "1.2.840.10008.5.1.4.1.1.4.1",
        NumberOfFrames: 100_000,
        PerFrameFunctionalGroupsSequence: Array.from({ length: 100_000 }, (_, n) => ({
          PlanePositionSequence: [{ ImagePositionPatient: ["0", "0", String(n)] }],
        })),
      },
      new Uint8Array(128),
      explicitLittle,
    ),
  ]),
  files("positions at both ends of the numbers", () =>
    classicSeries({
      ...small,
      slices: 5,
      attributes: (k) => ({ ImagePositionPatient: ["0", "0", `${k}e307`] }),
    }),
  ),
  files("a spacing of almost nothing", () =>
    classicSeries({ ...small, slices: 5, attributes: () => ({ PixelSpacing: ["1e-300", "1e-300"] }) }),
  ),
  files("a slope beyond float32", () =>
    classicSeries({ ...small, slices: 5, attributes: () => ({ RescaleSlope: "1e300" }) }),
  ),
  files("a slope that is no step of float32", () =>
    classicSeries({ ...small, slices: 5, attributes: () => ({ RescaleSlope: "1e-60" }) }),
  ),
  ...["rle", "jpeg2000", "jpeg-ls", "htj2k"].map((name) =>
    files(`${side} × ${side} pixels announced in ${name}`, inflated(name)),
  ),
];
