import assert from "node:assert/strict";
import { test } from "node:test";
import { makePhantom } from "../../../src/demo/phantom/makePhantom.ts";
import { type Coding, deflated, rleLossless } from "../../../src/demo/phantom/transferSyntax.ts";
import { type SeriesFile, writeSeries } from "../../../src/demo/phantom/writeSeries.ts";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { defaultReadOptions, readSeries } from "../../../src/dicom/series/readSeries.ts";
import { zyx } from "../../../src/domain/axes.ts";
import { convert } from "../../dicom/pixels/support.ts";
import { openEncoder } from "../../support/encodeFrame.ts";
import { needsTool } from "../../support/shared.ts";
import { assertSamePatient, converted } from "./dcm2niix.ts";
import { asInstances, dciodvfyErrors } from "./support.ts";

const stack = { shape: zyx(7, 48, 40), spacingMm: zyx(24, 8, 9) } as const;
const phantoms = [
  makePhantom({ seed: 41, modelClass: "CT", vendor: "GE", ...stack }),
  makePhantom({ seed: 42, modelClass: "T1", vendor: "Philips", ...stack }),
  makePhantom({ seed: 43, modelClass: "T2", vendor: "Siemens", ...stack }),
];

const codestreams = [
  ["JPEG-LS Lossless", "jpegLs", "4.80"],
  ["JPEG 2000 Lossless", "jpeg2000", "4.90"],
  ["High-Throughput JPEG 2000 Lossless", "htj2k", "4.201"],
] as const;

const codings: readonly (readonly [string, Coding])[] = [
  ["Deflated Explicit VR Little Endian", deflated],
  ["RLE Lossless", rleLossless],
  ...(await Promise.all(
    codestreams.map(
      async ([name, coding, uid]): Promise<readonly [string, Coding]> => [
        name,
        { transferSyntaxUid: `1.2.840.10008.1.2.${uid}`, encodeFrame: await openEncoder(coding) },
      ],
    ),
  )),
];

const voxelsOf = async (files: readonly SeriesFile[]): Promise<Float32Array> =>
  (await readSeries(asInstances(files), defaultReadOptions)).volume.voxels;

for (const [name, coding] of codings)
  test(`a phantom in ${name} comes back to the voxel`, async () => {
    for (const phantom of phantoms) {
      const files = writeSeries(phantom, { coding });
      const plain = writeSeries(phantom);
      for (const [n, { bytes }] of files.entries()) {
        assert.equal(openPart10(bytes).transferSyntaxUid, coding.transferSyntaxUid);
        assert.equal(bytes.length % 2, 0);
        assert.notDeepEqual(bytes, plain[n]?.bytes);
      }
      assert.deepEqual(await voxelsOf(files), phantom.volume.voxels, phantom.facts.vendor);
    }
  });

for (const [name, option] of [
  ["Implicit VR Little Endian", "+ti"],
  ["Explicit VR Big Endian", "+tb"],
] as const)
  test(`a phantom that dcmconv writes in ${name} comes back to the voxel`, {
    skip: needsTool("dcmconv"),
  }, async () => {
    for (const phantom of phantoms) {
      const files = writeSeries(phantom).map((file) => ({
        ...file,
        bytes: convert(file.bytes, "dcmconv", option),
      }));
      assert.deepEqual(await voxelsOf(files), phantom.volume.voxels);
    }
  });

test("outside programs read what is run-length coded and what is deflated", {
  skip: needsTool("dciodvfy", "dcm2niix", "dcmconv"),
}, async () => {
  const [ct] = phantoms;
  assert.ok(ct);
  const rle = writeSeries(ct, { coding: rleLossless });
  assert.deepEqual(dciodvfyErrors(rle[3]?.bytes ?? new Uint8Array(), /^CTImage$/), []);
  assertSamePatient(converted(rle), ct.volume, "RLE");
  // Debian's dciodvfy and dcm2niix inflate nothing.
  const inflated = writeSeries(ct, { coding: deflated }).map((file) => ({
    ...file,
    bytes: convert(file.bytes, "dcmconv", "+te"),
  }));
  assert.deepEqual(await voxelsOf(inflated), ct.volume.voxels);
});
