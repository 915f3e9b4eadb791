import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FailureCode } from "../../../src/domain/failure.ts";
import type { Attributes, SeriesSpec } from "../../support/dicomSeries.ts";
import { uid } from "../../support/dicomSeries.ts";
import { codes, readSpec, refusal, uidsOf } from "./support.ts";
import { assertSplit, together } from "./together.ts";

const all = (attributes: Attributes): SeriesSpec => ({ attributes: () => attributes });
const mr = (attributes: Attributes): SeriesSpec => ({ modality: "MR", ...all(attributes) });

type Row = readonly [name: string, spec: SeriesSpec, code: FailureCode, sentence: RegExp];

const refused: readonly Row[] = [
  [
    "pixels of 300 mm",
    { pixelSpacing: [300, 300] },
    "GEOMETRY_IMPLAUSIBLE",
    /6 of 6 images have a PixelSpacing .* such as 300, 300 mm/,
  ],
  ["pixels of 1e30 mm", all({ PixelSpacing: ["1e30", "1e30"] }), "GEOMETRY_IMPLAUSIBLE", /1e\+30, 1e\+30 mm/],
  ["pixels of 1e-30 mm", all({ PixelSpacing: ["1e-30", "1"] }), "GEOMETRY_IMPLAUSIBLE", /1e-30, 1 mm/],
  ["pixels of no size", all({ PixelSpacing: ["0", "0"] }), "NO_GEOMETRY", /usable PixelSpacing/],
  ["pixels of negative size", all({ PixelSpacing: ["-1", "-1"] }), "NO_GEOMETRY", /usable PixelSpacing/],
  ["pixels of NaN", all({ PixelSpacing: ["NaN", "1"] }), "NO_GEOMETRY", /usable PixelSpacing/],
  ["pixels beyond numbers", all({ PixelSpacing: ["1e400", "1"] }), "NO_GEOMETRY", /usable PixelSpacing/],
  [
    "slices 300 mm apart",
    { distanceMm: (k) => 300 * k },
    "GEOMETRY_IMPLAUSIBLE",
    /Voxels of 300 × 0\.7 × 0\.7 mm/,
  ],
  [
    "a stack of four metres",
    { slices: 50, distanceMm: (k) => 80 * k },
    "GEOMETRY_IMPLAUSIBLE",
    /4000 × 5\.6 × 7 mm large; no image of a patient is longer than 3000 mm/,
  ],
  [
    "positions of 1e30",
    { attributes: (k) => ({ ImagePositionPatient: ["1e30", "0", String(20 * k)] }) },
    "GEOMETRY_IMPLAUSIBLE",
    /6 of 6 images have a ImagePositionPatient .* such as 1e\+30, 0, 0 mm/,
  ],
  [
    "one position of 1e30 among good ones",
    { attributes: (k) => (k === 3 ? { ImagePositionPatient: ["0", "0", "1e30"] } : {}) },
    "GEOMETRY_IMPLAUSIBLE",
    /1 of 6 images have a ImagePositionPatient/,
  ],
  [
    "a position that is no number",
    { attributes: (k) => (k === 3 ? { ImagePositionPatient: ["0", "0", "Infinity"] } : {}) },
    "NO_GEOMETRY",
    /1 of 6 images lack a usable ImagePositionPatient/,
  ],
  ["no rows", all({ Rows: 0 }), "NO_GEOMETRY", /usable Rows/],
  ["a slope of 1e30", all({ RescaleSlope: "1e30" }), "UNSUPPORTED_PIXEL_FORMAT", /RescaleSlope 1e\+30/],
  [
    "a slope of 1e-30",
    all({ RescaleSlope: "1e-30" }),
    "UNSUPPORTED_PIXEL_FORMAT",
    /lead from -1024 to -1024/,
  ],
  ["an intercept of 1e30", all({ RescaleIntercept: "1e30" }), "UNSUPPORTED_PIXEL_FORMAT", /Intercept 1e\+30/],
  [
    "a CT slope of NaN",
    all({ RescaleSlope: "NaN" }),
    "CT_NO_RESCALE",
    /RescaleSlope is no finite number, RescaleIntercept is -1024/,
  ],
  [
    "a CT in HU without slope and intercept",
    all({ RescaleSlope: undefined, RescaleIntercept: undefined, RescaleType: "HU" }),
    "CT_NO_RESCALE",
    /^RescaleSlope is missing, RescaleIntercept is missing, RescaleType is HU\.$/,
  ],
  [
    "an MR slope of NaN",
    mr({ RescaleSlope: "NaN", RescaleIntercept: "0" }),
    "UNSUPPORTED_PIXEL_FORMAT",
    /^RescaleSlope is no finite number\.$/,
  ],
  [
    "an MR slope of infinity",
    mr({ RescaleSlope: "1e999", RescaleIntercept: "0" }),
    "UNSUPPORTED_PIXEL_FORMAT",
    /^RescaleSlope is no finite number\.$/,
  ],
  [
    "an MR intercept that is text",
    mr({ RescaleSlope: "1", RescaleIntercept: "Canary" }),
    "UNSUPPORTED_PIXEL_FORMAT",
    /^RescaleIntercept is no finite number\.$/,
  ],
  [
    "an MR slope of 0",
    mr({ RescaleSlope: "0", RescaleIntercept: "5" }),
    "UNSUPPORTED_PIXEL_FORMAT",
    /Slope 0/,
  ],
];

describe("V7: header values beyond all measure are refused with a code and the numbers", () => {
  for (const [name, spec, code, sentence] of refused)
    test(`V7: ${name}`, async () => {
      const failure = await refusal(readSpec(spec), code);
      assert.match(failure.sentence, sentence);
      if (name.startsWith("one position")) assert.deepEqual(uidsOf(failure), [uid(7, 4)]);
    });

  test("V7: a lone slice of a thickness of 1e30 mm", async () => {
    const failure = await refusal(
      readSpec({ slices: 1, ...all({ SliceThickness: "1e30" }) }, { minSlices: 1 }),
      "GEOMETRY_IMPLAUSIBLE",
    );
    assert.match(failure.sentence, /Voxels of 1e\+30 × 0\.7 × 0\.7 mm/);
  });
});

test("V7: absurd values that decide nothing stop nothing: thickness, distance tag, window, echo time", async () => {
  for (const attributes of [
    { SliceThickness: "1e30" },
    { SpacingBetweenSlices: "NaN" },
    { WindowCenter: "1e30", WindowWidth: "-1e30" },
    { EchoTime: "1e30", RepetitionTime: "-5", FlipAngle: "NaN" },
  ])
    assert.equal((await readSpec(all(attributes))).source.frames.length, 6);
  assert.ok(codes(await readSpec(all({ SpacingBetweenSlices: "1e30" }))).includes("SPACING_TAG_DISAGREES"));
});

test("V7: padding that becomes another value is said, with how many voxels, and padding that keeps its own is not", async () => {
  const padded = await readSpec({
    bits: { signed: true },
    stored: (k, row) => (row === 0 && k < 4 ? -2000 : 500),
    attributes: () => ({ PixelPaddingValue: -2000 }),
  });
  const warning = padded.warnings.find(({ code }) => code === "PADDING_REPLACED");
  assert.match(warning?.sentence ?? "", /^40 voxels of 4 slices are padding .* set to -1024/);
  assert.equal(warning?.details?.["voxels"], 40);
  assert.deepEqual(
    warning?.details?.["sopInstanceUids"],
    [1, 2, 3, 4].map((k) => uid(7, k)),
  );
  const mrPadded = await readSpec({
    modality: "MR",
    stored: (_, row) => (row === 0 ? 9 : 100),
    attributes: () => ({ PixelPaddingValue: 9 }),
  });
  assert.match(
    mrPadded.warnings.map(({ sentence }) => sentence).join(),
    /60 voxels of 6 slices .* set to 0,/,
  );
  const same = await readSpec({ stored: (_, row) => 7 * row, attributes: () => ({ PixelPaddingValue: 0 }) });
  assert.equal(same.volume.voxels[0], -1024);
  assert.ok(!codes(same).includes("PADDING_REPLACED"));
});

describe("V7: volumes are named by what tells them apart, not by the order of their images", () => {
  const numbered = (n: number, k: number): Attributes => ({
    InstanceNumber: 6 * n + k + 1,
    AcquisitionTime: "102000",
    RescaleIntercept: "0",
  });
  const keys: readonly (readonly [string, SeriesSpec, (n: number) => Attributes, readonly string[]])[] = [
    [
      "ConvolutionKernel",
      { modality: "CT" },
      (n) => ({ ConvolutionKernel: ["B30f", "B60f"][n] }),
      ["ConvolutionKernel=B30f", "ConvolutionKernel=B60f"],
    ],
    [
      "ConvolutionKernel with its strength",
      { modality: "CT" },
      (n) => ({ ConvolutionKernel: ["Br40f", ["2", "3"][n]] }),
      ["ConvolutionKernel=Br40f+2", "ConvolutionKernel=Br40f+3"],
    ],
    ["KVP", { modality: "CT" }, (n) => ({ KVP: ["80", "140"][n] }), ["KVP=80", "KVP=140"]],
    [
      "KVP of two acquisitions",
      { modality: "CT" },
      (n) => ({ KVP: ["80", "140"][n], AcquisitionNumber: `${n + 1}` }),
      ["KVP=80", "KVP=140"],
    ],
    [
      "SliceThickness",
      { modality: "CT" },
      (n) => ({ SliceThickness: ["3", "5"][n] }),
      ["SliceThickness=3", "SliceThickness=5"],
    ],
    [
      "ImageType of a CT",
      { modality: "CT" },
      (n) => ({ ImageType: ["DERIVED", "PRIMARY", "AXIAL", ["MONOE_55", "MONOE_70"][n]] }),
      ["ReconstructedKind=AXIAL+MONOE_55", "ReconstructedKind=AXIAL+MONOE_70"],
    ],
    ["FlipAngle", {}, (n) => ({ FlipAngle: ["5", "15"][n] }), ["FlipAngle=5", "FlipAngle=15"]],
    [
      "InversionTime",
      {},
      (n) => ({ InversionTime: ["100", "900"][n] }),
      ["InversionTime=100", "InversionTime=900"],
    ],
    [
      "RepetitionTime",
      {},
      (n) => ({ RepetitionTime: ["500", "900"][n] }),
      ["RepetitionTime=500", "RepetitionTime=900"],
    ],
  ];
  for (const [name, spec, attributes, expected] of keys)
    test(`V7: ${name}`, () =>
      assertSplit(
        together([0, 1].map((n) => ({ spec, attributes: (k) => ({ ...numbered(n, k), ...attributes(n) }) }))),
        expected,
      ));
});
