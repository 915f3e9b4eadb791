import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makePhantom } from "../../../src/demo/phantom/makePhantom.ts";
import { enhancedCt } from "../../../src/demo/phantom/multiFrame/enhancedCt.ts";
import { enhancedMr } from "../../../src/demo/phantom/multiFrame/enhancedMr.ts";
import { writeSeries } from "../../../src/demo/phantom/writeSeries.ts";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { imagesOf } from "../../../src/dicom/series/describe.ts";
import { framesOf } from "../../../src/dicom/series/frames.ts";
import { requireGeometry } from "../../../src/dicom/series/slice.ts";
import { splitSeries } from "../../../src/dicom/series/splitSeries.ts";
import { zyx } from "../../../src/domain/axes.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { type Header, noRepairs } from "../../../src/domain/series.ts";
import { uid } from "../../support/dicomSeries.ts";
import { needsTool } from "../../support/shared.ts";
import { codes, read, readSpec, refusal } from "./support.ts";

const small = { shape: zyx(12, 48, 48), spacingMm: zyx(10, 8, 8) } as const;
const ct = makePhantom({ seed: 2, modelClass: "CT", ...small, vendor: "Siemens" });
const mr = makePhantom({ seed: 2, modelClass: "T1", ...small, vendor: "Philips" });
const [ctFile, mrFile] = [enhancedCt(ct, "enhanced"), enhancedMr(mr, "enhanced")].map(
  ([file]) => file?.bytes ?? new Uint8Array(),
);

test("M1, M2: frames in any order, groups shared or per frame, give the phantom's voxels in ascending planes", async () => {
  for (const [bytes, phantom] of [
    [ctFile, ct],
    [mrFile, mr],
  ] as const) {
    assert.ok(bytes !== undefined);
    const { volume, source } = await read([bytes]);
    assert.deepEqual(volume.voxels, phantom.volume.voxels);
    const numbers = source.frames.map(({ frameNumber }) => frameNumber);
    assert.notDeepEqual(numbers, numbers.toSorted());
    assert.equal(new Set(numbers).size, 12);
    assert.equal(new Set(source.frames.map(({ sopInstanceUid }) => sopInstanceUid)).size, 1);
  }
});

test("M5: each frame is rescaled by its own slope", () => {
  const slopes = framesOf(parseHeader(mrFile ?? new Uint8Array())).map(
    ({ header }) => header["RescaleSlope"],
  );
  assert.equal(new Set(slopes).size, 12);
});

test("M6: the same object in Implicit VR gives the same voxels", { skip: needsTool("dcmconv") }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-implicit-"));
  try {
    writeFileSync(join(folder, "explicit.dcm"), mrFile ?? new Uint8Array());
    execFileSync("dcmconv", ["+ti", join(folder, "explicit.dcm"), join(folder, "implicit.dcm")]);
    const { volume } = await read([readFileSync(join(folder, "implicit.dcm"))]);
    assert.deepEqual(volume.voxels, mr.volume.voxels);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

type FrameSpec = {
  readonly z: number;
  readonly groups?: Header;
  readonly orientation?: readonly number[];
};

const objectOf = (frames: readonly FrameSpec[], own: Header = {}): Header => ({
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.4.1",
  SOPInstanceUID: uid(5, 1),
  SeriesInstanceUID: uid(5),
  Modality: "MR",
  Rows: 64,
  Columns: 64,
  NumberOfFrames: frames.length,
  InstanceNumber: 1,
  SharedFunctionalGroupsSequence: [{ PixelMeasuresSequence: [{ PixelSpacing: [5, 5], SliceThickness: 8 }] }],
  PerFrameFunctionalGroupsSequence: frames.map(({ z, groups, orientation = [1, 0, 0, 0, 1, 0] }) => ({
    PlanePositionSequence: [{ ImagePositionPatient: orientation[5] === -1 ? [0, z, 0] : [0, 0, z] }],
    PlaneOrientationSequence: [{ ImageOrientationPatient: orientation }],
    ...groups,
  })),
  ...own,
});

const idsOf = (headers: readonly Header[]): readonly string[] =>
  splitSeries(requireGeometry(imagesOf(headers)), {
    minSlices: 5,
    repairs: noRepairs,
    digestOf: null,
  }).parts.map(({ id }) => id);

const stack = (groups: Header, orientation?: readonly number[]): readonly FrameSpec[] =>
  [0, 8, 16, 24, 32, 40].map((z) => ({ z, groups, ...(orientation && { orientation }) }));

const frameType = (contrast: string): Header => ({
  MRImageFrameTypeSequence: [
    { FrameType: ["ORIGINAL", "PRIMARY", contrast, "NONE"], AcquisitionContrast: contrast },
  ],
});

test("M3: contrasts, orientations, stacks, echoes and times in one object are volumes of their own", () => {
  const coronal = [1, 0, 0, 0, 0, -1];
  assert.deepEqual(
    idsOf([
      objectOf([...stack(frameType("T1")), ...stack(frameType("T2")), ...stack(frameType("T1"), coronal)]),
    ]),
    ["Orientation=axial,ImageType=T1", "Orientation=axial,ImageType=T2", "Orientation=coronal"],
  );
  const content = (values: Header): Header => ({ FrameContentSequence: [values] });
  for (const [key, first, second] of [
    ["StackID", content({ StackID: "1" }), content({ StackID: "2" })],
    [
      "TemporalPositionIdentifier",
      content({ TemporalPositionIndex: 1 }),
      content({ TemporalPositionIndex: 2 }),
    ],
    [
      "EchoTime",
      { MREchoSequence: [{ EffectiveEchoTime: 1 }] },
      { MREchoSequence: [{ EffectiveEchoTime: 2 }] },
    ],
    [
      "DiffusionBValue",
      { MRDiffusionSequence: [{ DiffusionBValue: 1 }] },
      { MRDiffusionSequence: [{ DiffusionBValue: 2 }] },
    ],
  ] as const)
    assert.deepEqual(idsOf([objectOf([...stack(first), ...stack(second)])]), [`${key}=1`, `${key}=2`]);
});

test("M3: where only DimensionIndexValues tell volumes apart, the dimension that does is the key", () => {
  const numbered = (volume: number): readonly FrameSpec[] =>
    [0, 8, 16, 24, 32, 40].map((z, k) => ({
      z,
      groups: { FrameContentSequence: [{ DimensionIndexValues: [1, k + 1, volume] }] },
    }));
  assert.deepEqual(idsOf([objectOf([...numbered(1), ...numbered(2), ...numbered(3)])]), [
    "DimensionIndex3=1",
    "DimensionIndex3=2",
    "DimensionIndex3=3",
  ]);
  assert.deepEqual(idsOf([objectOf(numbered(1))]), [""]);
});

test("M3: echoes at several times in one object are a volume for each pair", () => {
  const frame = (echo: number, time: number) =>
    stack({
      MREchoSequence: [{ EffectiveEchoTime: echo }],
      FrameContentSequence: [{ TemporalPositionIndex: time }],
    });
  assert.deepEqual(idsOf([objectOf([...frame(1, 1), ...frame(2, 1), ...frame(1, 2), ...frame(2, 2)])]), [
    "EchoTime=1,TemporalPositionIdentifier=1",
    "EchoTime=1,TemporalPositionIdentifier=2",
    "EchoTime=2,TemporalPositionIdentifier=1",
    "EchoTime=2,TemporalPositionIdentifier=2",
  ]);
});

test("M3: gradient directions in one object are volumes of their own", () => {
  const weighted = (bValue: number, direction: readonly number[]) =>
    stack({
      MRDiffusionSequence: [
        {
          DiffusionBValue: bValue,
          DiffusionGradientDirectionSequence: [{ DiffusionGradientOrientation: direction }],
        },
      ],
    });
  assert.deepEqual(
    idsOf([objectOf([...weighted(0, []), ...weighted(800, [1, 0, 0]), ...weighted(800, [0, 0, 1])])]),
    ["DiffusionGradient=0", "DiffusionGradient=800_0_0_1", "DiffusionGradient=800_1_0_0"],
  );
});

test("M4: one object for each time is one volume each", () => {
  const times = [1, 2, 3, 4].map((n) =>
    objectOf(stack({ FrameContentSequence: [{ FrameAcquisitionDateTime: `2024010210210${n}` }] }), {
      SOPInstanceUID: uid(5, n),
      InstanceNumber: n,
    }),
  );
  assert.deepEqual(
    idsOf(times),
    [1, 2, 3, 4].map((n) => `AcquisitionTime=${n}`),
  );
  const unnamed = [1, 2].map((n) => objectOf(stack({}), { SOPInstanceUID: uid(5, n), InstanceNumber: n }));
  assert.deepEqual(idsOf(unnamed), ["InstanceOrder=1", "InstanceOrder=2"]);
});

test("M8: an object whose frames have no place, or that describes another number of frames, is refused", async () => {
  const bytes = Buffer.from(ctFile ?? new Uint8Array());
  // PlanePositionSequence (0020,9113) becomes an unknown element.
  const hidden = Buffer.from(bytes);
  const tag = Buffer.from([0x20, 0x00, 0x13, 0x91]);
  for (let at = hidden.indexOf(tag); at >= 0; at = hidden.indexOf(tag, at + 1)) hidden[at + 2] = 0xfd;
  await refusal(read([hidden]), "NO_GEOMETRY");
  const frames = stack({});
  assert.throws(
    () => framesOf({ ...objectOf(frames), NumberOfFrames: 7 }),
    (error: unknown) => error instanceof FailureError && error.failure.code === "NO_GEOMETRY",
  );
});

test("a truncated multi-frame object is refused before anything is allocated", async () => {
  const bytes = ctFile ?? new Uint8Array();
  await refusal(read([bytes.subarray(0, bytes.length - 100)]), "PIXEL_DATA_TRUNCATED");
});

test("S4: fewer images than the scanner announces are refused, and counted over all volumes of the series", async () => {
  const announce = (count: number) =>
    writeSeries(ct, { change: () => ({ ImagesInAcquisition: String(count) }) }).map(({ bytes }) => bytes);
  assert.deepEqual(codes(await read(announce(12))), []);
  const { details } = await refusal(read(announce(12).slice(0, 9)), "INCOMPLETE_RETRIEVAL");
  assert.deepEqual(details, { announced: 12, present: 9 });
  await refusal(read([...announce(12).slice(0, 11), ...announce(12).slice(0, 1)]), "INCOMPLETE_RETRIEVAL");
});

test("an object that claims millions of frames, or a slope beyond float32, is refused by its numbers", async () => {
  assert.throws(
    () => framesOf({ ...objectOf([]), PerFrameFunctionalGroupsSequence: [], NumberOfFrames: 2147483647 }),
    (error: unknown) => error instanceof FailureError && error.failure.code === "TOO_LARGE",
  );
  await refusal(readSpec({ attributes: () => ({ RescaleSlope: "1e36" }) }), "UNSUPPORTED_PIXEL_FORMAT");
});
