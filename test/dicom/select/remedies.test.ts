import assert from "node:assert/strict";
import test from "node:test";
import { physicalExclusions } from "../../../src/dicom/select/exclusions.ts";
import { selectVolumes } from "../../../src/dicom/select/selectVolumes.ts";
import type { Header } from "../../../src/domain/series.ts";

/** A stack of a T1 series, each header with a change. */
const headers = (change: Header): readonly Header[] =>
  Array.from({ length: 30 }, (_, n) => ({
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.4",
    SOPInstanceUID: `1.2.3.${n + 1}`,
    StudyInstanceUID: "1.2",
    SeriesInstanceUID: "1.2.3",
    Modality: "MR",
    ImageType: ["ORIGINAL", "PRIMARY", "M", "NORM"],
    ScanningSequence: "GR",
    SequenceVariant: "SP",
    RepetitionTime: 4,
    EchoTime: 1.3,
    FlipAngle: 10,
    Rows: 256,
    Columns: 256,
    PixelSpacing: [1.5, 1.5],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    ImagePositionPatient: [0, 0, 4 * n],
    BitsAllocated: 16,
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    ...change,
  }));

const refusalOf = (change: Header) => {
  const [choice] = selectVolumes(headers(change), { minSlices: 5, rules: [], choose: "best" });
  assert.ok(choice?.kind === "refused", JSON.stringify(choice));
  return choice.failure;
};

const type = (...values: readonly string[]): Header => ({ ImageType: ["ORIGINAL", "PRIMARY", ...values] });

for (const [seen, change, code, remedy, foreign] of [
  ["a fat image", type("FAT"), "WRONG_CONTRAST", /water or the in-phase/, /[Dd]iffusion|map|phase,/],
  [
    "an opposed-phase image",
    type("OPP_PHASE"),
    "WRONG_CONTRAST",
    /water or the in-phase/,
    /[Dd]iffusion|map/,
  ],
  ["a phase image", type("P"), "WRONG_CONTRAST", /magnitude/, /[Dd]iffusion|map|water/],
  [
    "an imaginary image",
    { ComplexImageComponent: "IMAGINARY" },
    "WRONG_CONTRAST",
    /magnitude/,
    /[Dd]iffusion|map/,
  ],
  ["a map", type("T1_MAP"), "WRONG_CONTRAST", /map.*computed from/, /[Dd]iffusion|phase/],
  [
    "a diffusion image",
    { DiffusionBValue: 800 },
    "WRONG_CONTRAST",
    /^Diffusion.*T1 or T2/,
    /map|phase|water/,
  ],
  ["an ADC image", type("ADC"), "WRONG_CONTRAST", /^Diffusion.*T1 or T2/, /water/],
  [
    "an echo-planar image",
    { ScanningSequence: "EP" },
    "WRONG_CONTRAST",
    /^Echo-planar.*T1 or T2/,
    /water|map/,
  ],
  ["an angiography", { AcquisitionContrast: "TOF" }, "WRONG_CONTRAST", /flow.*T1 or T2/, /water|map/],
  ["a projection", type("MIP"), "DERIVED_NOT_VOLUME", /original series/, /burnt/],
  [
    "a thick reformat",
    { ImageType: ["DERIVED", "PRIMARY", "MPR"], SliceThickness: 12 },
    "DERIVED_NOT_VOLUME",
    /thinner/,
    /[Pp]rojection/,
  ],
  ["burnt-in text", { BurnedInAnnotation: "YES" }, "DERIVED_NOT_VOLUME", /without it/, /[Pp]rojection/],
  ["a mosaic", type("MOSAIC"), "MOSAIC", /T1 or T2/, /[Pp]rojection/],
] as const)
  test(`P3: the remedy under ${seen} is for what was seen`, () => {
    const failure = refusalOf(change);
    assert.equal(failure.code, code);
    assert.match(failure.remedy, remedy);
    assert.doesNotMatch(failure.remedy, foreign);
  });

test("P3: every cause for which a series is excluded has a remedy that tells what to do", () => {
  for (const { sentence, remedy } of physicalExclusions)
    assert.match(remedy, /\b(send|Send|correct)\b/, sentence);
});
