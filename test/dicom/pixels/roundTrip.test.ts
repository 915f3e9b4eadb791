import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { dicomFile, encapsulated, sliceAttributes } from "../../support/dicomSeries.ts";
import { encodeRle, openEncoder, type PlainFrame } from "../../support/encodeFrame.ts";
import { codeOf, decodeFile } from "./support.ts";

const [rows, columns] = [64, 80];

const syntaxes = {
  jpeg2000: ["1.2.840.10008.1.2.4.90"],
  jpegLs: ["1.2.840.10008.1.2.4.80"],
  htj2k: ["1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"],
  rle: ["1.2.840.10008.1.2.5"],
} as const;

type Coding = keyof typeof syntaxes;

const encoderOf = async (coding: Coding): Promise<(frame: PlainFrame) => Uint8Array> =>
  coding === "rle" ? encodeRle : openEncoder(coding);

const fileOf = (codestream: Uint8Array, bits: 8 | 16, syntax: string): Uint8Array => {
  const spec = {
    rows,
    columns,
    bits: { allocated: bits, stored: bits, high: bits - 1, signed: false },
  } as const;
  return dicomFile(sliceAttributes(spec, 0), encapsulated([codestream]), syntax);
};

/** Pixels that change from smooth to noise with the seed. */
const pixelsOf = (seed: number, roughness: number, bits: 8 | 16): readonly number[] => {
  let state = seed | 1;
  return Array.from({ length: rows * columns }, (_, at) => {
    state = Math.imul(state, 1664525) + 1013904223;
    const smooth = Math.floor(at / columns) * 3 + (at % columns) * 2;
    return (smooth + ((state >>> 8) % (1 + roughness))) % 2 ** bits;
  });
};

const samplesOf = (pixels: readonly number[], bits: 8 | 16): Uint8Array =>
  bits === 8 ? Uint8Array.from(pixels) : new Uint8Array(Uint16Array.from(pixels).buffer);

const roughness = fc.constantFrom(0, 1, 30, 250, 4000, 60_000);

describe("P1: what an encoder wrote without loss comes back, value for value", () => {
  for (const coding of Object.keys(syntaxes) as readonly Coding[])
    for (const bits of [8, 16] as const)
      test(`${coding}, ${bits} bits`, async () => {
        const encode = await encoderOf(coding);
        await fc.assert(
          fc.asyncProperty(
            fc.integer(),
            roughness,
            fc.constantFrom(...syntaxes[coding]),
            async (seed, rough, syntax) => {
              const pixels = pixelsOf(seed, rough, bits);
              const codestream = encode({ rows, columns, bits, samples: samplesOf(pixels, bits) });
              const { values } = await decodeFile(fileOf(codestream, bits, syntax));
              assert.deepEqual([...values], pixels);
            },
          ),
          { numRuns: 12 },
        );
      });
});

describe("P5: a codestream that is cut short or damaged is refused or decodes to a plane, never anything else", () => {
  for (const coding of Object.keys(syntaxes) as readonly Coding[])
    test(coding, async () => {
      const encode = await encoderOf(coding);
      const pixels = pixelsOf(7, 250, 16);
      const sound = encode({ rows, columns, bits: 16, samples: samplesOf(pixels, 16) });
      const [syntax] = syntaxes[coding];
      await fc.assert(
        fc.asyncProperty(
          fc.double({ min: 0, max: 0.999, noNaN: true }),
          fc.integer({ min: 0, max: 255 }),
          async (share, byte) => {
            const at = Math.floor(share * sound.length);
            const damaged = Uint8Array.from(sound);
            damaged[at] = byte;
            for (const codestream of [sound.subarray(0, at), damaged]) {
              const code = await codeOf(() => decodeFile(fileOf(codestream, 16, syntax)));
              assert.ok(["none", "PIXEL_DECODE_FAILED", "PIXEL_DATA_TRUNCATED"].includes(code), code);
            }
          },
        ),
        { numRuns: 30 },
      );
      const { values } = await decodeFile(fileOf(sound, 16, syntax));
      assert.deepEqual([...values], pixels, "the next frame after damaged ones");
    });
});

test("decoding frames again and again leaves no memory behind", async () => {
  for (const coding of Object.keys(syntaxes) as readonly Coding[]) {
    const encode = await encoderOf(coding);
    const file = fileOf(
      encode({ rows, columns, bits: 16, samples: samplesOf(pixelsOf(3, 30, 16), 16) }),
      16,
      syntaxes[coding][0],
    );
    for (let n = 0; n < 100; n++) await decodeFile(file);
    const before = process.memoryUsage();
    for (let n = 0; n < 500; n++) await decodeFile(file);
    const after = process.memoryUsage();
    const grown = (after.external + after.arrayBuffers - before.external - before.arrayBuffers) / 2 ** 20;
    assert.ok(grown < 64, `${coding}: ${grown.toFixed(1)} MB more`);
  }
});
