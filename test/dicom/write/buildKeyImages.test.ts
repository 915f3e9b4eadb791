import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { buildKeyImages, type KeyPicture } from "../../../src/dicom/write/buildKeyImages.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { needsTool } from "../../support/shared.ts";
import { makeContext, makeSource, oblique } from "./sources.ts";
import { dciodvfyFindings, dciodvfyKind, runOn, withLoudDcmjs } from "./tools.ts";

/** A picture whose pixels are all different, of an odd number of bytes. */
const picture = (shows: KeyPicture["shows"] = []): KeyPicture => ({
  width: 7,
  height: 5,
  rgb: Uint8Array.from({ length: 7 * 5 * 3 }, (_, at) => (at * 37) % 256),
  shows,
});

const build = (source = makeSource(), overrides: Parameters<typeof makeContext>[1] = {}) =>
  withLoudDcmjs(() =>
    buildKeyImages(
      [picture(source.frames.slice(0, 2)), picture(source.frames)],
      { volumeMl: 55.81 },
      makeContext(source, overrides),
    ),
  );

test("dciodvfy finds nothing in key images of CT and of an oblique MR", {
  skip: needsTool("dciodvfy"),
}, () => {
  for (const source of [makeSource(), makeSource(oblique)])
    for (const { bytes } of build(source)) {
      assert.match(dciodvfyKind(bytes), /^SCImage/);
      assert.deepEqual(dciodvfyFindings(bytes), []);
    }
});

test("an outside reader finds the picture's pixels, row by row and colour by colour", {
  skip: needsTool("gdcminfo"),
}, () => {
  const [first] = build();
  assert.ok(first !== undefined);
  const { stdout } = runOn("gdcminfo", [first.bytes]);
  assert.match(stdout, /Dimensions: \(7,5,1\)/);
  assert.match(stdout, /SamplesPerPixel\s*:\s*3/);
  const { bytes, pixelData } = openPart10(first.bytes);
  const start = pixelData?.valueStart ?? 0;
  assert.deepEqual(new Uint8Array(bytes.subarray(start, start + 105)), picture().rgb);
  assert.equal(pixelData?.length, 106);
});

test("the pictures are one series of the study, numbered, each with an identity of its own, the same bytes twice", () => {
  const built = build();
  const headers = built.map(({ bytes }) => parseHeader(bytes));
  assert.equal(new Set(headers.map((header) => header["SeriesInstanceUID"])).size, 1);
  assert.equal(new Set(headers.map((header) => header["SOPInstanceUID"])).size, 2);
  assert.deepEqual(
    headers.map((header) => header["InstanceNumber"]),
    [1, 2],
  );
  assert.deepEqual(build(), built);
});

test("every picture names the images that it shows, and a demo model", () => {
  const source = makeSource();
  const model = { ...makeContext(source).model, isPhantomModel: true };
  const [first] = build(source, { model }).map(({ bytes }) => parseHeader(bytes));
  const shown = (first?.["SourceImageSequence"] ?? []) as readonly Record<string, unknown>[];
  assert.deepEqual(
    shown.map((item) => item["ReferencedSOPInstanceUID"]),
    source.frames.slice(0, 2).map(({ sopInstanceUid }) => sopInstanceUid),
  );
  assert.match(String(first?.["DerivationDescription"]), /PHANTOM DEMO MODEL/);
});

test("bytes that are no picture are refused", () => {
  const context = makeContext(makeSource());
  assert.throws(() => buildKeyImages([{ ...picture(), width: 8 }], { volumeMl: 1 }, context), FailureError);
});
