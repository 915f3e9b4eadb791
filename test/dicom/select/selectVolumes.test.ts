import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { headerFromJson, parseHeader } from "../../../src/dicom/file/header.ts";
import { type SelectOptions, selectVolumes } from "../../../src/dicom/select/selectVolumes.ts";
import type { VolumeChoice } from "../../../src/dicom/select/volumeChoice.ts";
import type { Failure, FailureCode } from "../../../src/domain/failure.ts";
import type { ModelClass } from "../../../src/domain/plan.ts";
import type { Header } from "../../../src/domain/series.ts";
import { readSeriesRules } from "../../../src/settings/seriesRules.ts";
import { type Attributes, classicSeries, type SeriesSpec, uid } from "../../support/dicomSeries.ts";
import { needsShared, sharedFolder } from "../../support/shared.ts";
import { siemens, withPrivate } from "../file/withPrivate.ts";

type Accepted = Extract<VolumeChoice, { kind: "accepted" }>;

const rules = readSeriesRules(null);

/** What is decided about a series that is one volume. */
const select = (headers: readonly Header[], options: Partial<SelectOptions> = {}): VolumeChoice => {
  const [only, ...others] = selectVolumes(headers, { minSlices: 5, rules, choose: "best", ...options });
  assert.ok(only !== undefined && others.length === 0, `${others.length + 1} volumes`);
  return only;
};

const trunk: SeriesSpec = { pixelSpacing: [40, 40] };

const headersOf = (spec: SeriesSpec): readonly Header[] =>
  classicSeries({ ...trunk, ...spec }).map(parseHeader);

const mr = (attributes: Attributes, spec: SeriesSpec = {}): readonly Header[] =>
  headersOf({ ...spec, modality: "MR", attributes: () => attributes });

const ct = (attributes: Attributes, spec: SeriesSpec = {}): readonly Header[] =>
  headersOf({ ...spec, attributes: () => attributes });

const accepted = (
  headers: readonly Header[],
  modelClass: ModelClass,
  options: Partial<SelectOptions> = {},
): Accepted => {
  const selection = select(headers, options);
  assert.ok(selection.kind === "accepted", selection.kind === "refused" ? selection.failure.sentence : "");
  assert.equal(selection.modelClass, modelClass);
  assert.ok(selection.reasons.length > 0);
  return selection;
};

const refused = (
  headers: readonly Header[],
  code: FailureCode,
  options: Partial<SelectOptions> = {},
): Failure => {
  const selection = select(headers, options);
  assert.ok(selection.kind === "refused", "accepted");
  assert.equal(selection.failure.code, code, selection.failure.sentence);
  return selection.failure;
};

const vibe = {
  ScanningSequence: "GR",
  SequenceVariant: ["SK", "SP", "OSP"],
  RepetitionTime: "4.2",
  EchoTime: "1.9",
  FlipAngle: "10",
};
const lava = { ...vibe, SequenceVariant: ["SS", "SP", "SK"] };
const spinT1 = { ScanningSequence: "SE", SequenceVariant: "SK", RepetitionTime: "450", EchoTime: "20" };
const tse = { ScanningSequence: "SE", SequenceVariant: "SK", RepetitionTime: "3667", EchoTime: "83" };
const haste = { ...tse, RepetitionTime: "700", EchoTime: "90", EchoTrainLength: "128" };
const imageType = (...values: readonly string[]): Attributes => ({
  ImageType: ["ORIGINAL", "PRIMARY", ...values],
});

test("axial CT with rescale is for the CT model", () => {
  const { warnings } = accepted(ct({}), "CT");
  assert.deepEqual(warnings, []);
  accepted(ct(imageType("OTHER")), "CT");
});

test("X4, X5: derived reconstructions and reformats serve, with a lower priority than originals", () => {
  const score = (...ImageType: readonly string[]): number =>
    accepted(ct({ ImageType }), "CT").score - accepted(ct(imageType("AXIAL")), "CT").score;
  assert.equal(score("DERIVED", "PRIMARY", "AXIAL"), -10);
  assert.equal(score("ORIGINAL", "PRIMARY", "MPR"), -5);
  assert.equal(score("DERIVED", "PRIMARY", "MPR"), -15);
  const { reasons } = accepted(ct(imageType("MPR")), "CT");
  assert.ok(
    reasons.some((reason) => /^-5 .*MPR/.test(reason)),
    reasons.join(),
  );
});

test("CT without rescale, or neither axial by name nor by orientation, is refused", () => {
  assert.equal(
    (refused(ct({ RescaleSlope: null }), "CT_NO_RESCALE").details["sopInstanceUids"] as string[]).length,
    6,
  );
  const coronal = { alongRow: [1, 0, 0], alongColumn: [0, 0, -1] } as const;
  refused(ct(imageType("OTHER"), coronal), "DERIVED_NOT_VOLUME");
  accepted(ct({}, coronal), "CT");
});

test("spoiled gradient echo and short spin echo are T1", () => {
  for (const attributes of [vibe, lava, spinT1, { ...spinT1, RepetitionTime: "400", EchoTime: "14" }])
    accepted(mr(attributes), "T1");
  accepted(mr({ ...vibe, RepetitionTime: "300", EchoTime: "2.46", FlipAngle: "70" }), "T1");
});

test("long spin echo and single-shot spin echo of any repetition time are T2", () => {
  accepted(mr(tse), "T2");
  accepted(mr(haste), "T2");
  accepted(mr({ ...haste, EchoTrainLength: undefined, SequenceName: "HASTE" }), "T2");
  accepted(mr({ ...tse, RepetitionTime: "99999", EchoTime: "100" }), "T2");
  accepted(mr({ ...tse, ScanningSequence: ["SE", "IR"], InversionTime: "170" }), "T2");
});

const unknown: Readonly<Record<string, Attributes>> = {
  "proton density": { ...tse, RepetitionTime: "2300", EchoTime: "22" },
  "balanced steady state": { ...vibe, SequenceVariant: "SS", FlipAngle: "50", RepetitionTime: "4" },
  "balanced steady state at a low flip angle": { ...vibe, SequenceVariant: "SS", FlipAngle: "20" },
  "balanced steady state by its times": {
    ...vibe,
    SequenceVariant: "SK",
    FlipAngle: "50",
    RepetitionTime: "4",
  },
  "T2* gradient echo": { ...vibe, RepetitionTime: "500", EchoTime: "15", FlipAngle: "20" },
  FLAIR: {
    ...tse,
    ScanningSequence: ["SE", "IR"],
    InversionTime: "2500",
    RepetitionTime: "10002",
    EchoTime: "165",
  },
  "heavy T2": { ...tse, EchoTime: "700" },
  "inversion of unknown time": { ...tse, ScanningSequence: ["SE", "IR"] },
  "spin echo of 700 ms that is no single shot": { ...tse, RepetitionTime: "700" },
  "research sequence": { ...vibe, ScanningSequence: "RM" },
  "no TR": { ...vibe, RepetitionTime: undefined },
  "no TE": { ...tse, EchoTime: null },
  "no flip angle": { ...vibe, FlipAngle: undefined },
  "nothing at all": {},
};

for (const [name, attributes] of Object.entries(unknown)) {
  test(`an MR series with ${name} is unknown, never guessed`, () => {
    const { sentence, details } = refused(mr(attributes), "CONTRAST_UNKNOWN");
    assert.ok((details["reasons"] as string[]).length > 0);
    assert.ok(sentence.includes("T1 spin echo"), sentence);
  });
}

test("a series whose images differ in contrast is unknown", () => {
  refused(headersOf({ modality: "MR", attributes: (k) => (k === 3 ? tse : vibe) }), "CONTRAST_UNKNOWN");
});

test("a stated acquisition contrast decides", () => {
  accepted(mr({ AcquisitionContrast: "T2" }), "T2");
  accepted(mr({ ...tse, AcquisitionContrast: "UNKNOWN" }), "T2");
});

test("X7: another stated acquisition contrast than T1 or T2 is none of both, whatever the times say", () => {
  for (const AcquisitionContrast of ["DIFFUSION", "PERFUSION", "FLOW_ENCODED", "TAGGING", "TOF"])
    for (const physics of [vibe, tse]) refused(mr({ ...physics, AcquisitionContrast }), "WRONG_CONTRAST");
  for (const AcquisitionContrast of ["FLUID_ATTENUATED", "PROTON_DENSITY", "STIR", "T2_STAR", "NEW_TERM"])
    for (const physics of [vibe, tse]) {
      const { details } = refused(mr({ ...physics, AcquisitionContrast }), "CONTRAST_UNKNOWN");
      assert.match((details["reasons"] as string[]).join(), /^AcquisitionContrast says/);
    }
});

test("physics wins over text, which is a warning", () => {
  const { warnings } = accepted(mr({ ...tse, SeriesDescription: "t1_vibe_tra" }), "T2");
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["TEXT_CONFLICT"],
  );
  assert.deepEqual(accepted(mr({ ...tse, SeriesDescription: "t2_tse_tra" }), "T2").warnings, []);
});

test("X1: localizers are refused, by ImageType, by directions and by text", () => {
  refused(ct(imageType("LOCALIZER")), "LOCALIZER");
  refused(ct({ SeriesDescription: "Topogram 0.6 T20s" }), "LOCALIZER");
  accepted(ct({ SeriesDescription: "local recon, lower abdomen" }), "CT");
  accepted(ct(imageType("AXIAL", "P", "F")), "CT");
});

test("X3: projections, subtractions, reports, screen saves and burned-in text are refused", () => {
  for (const value of ["MIP", "PROJECTION IMAGE", "MIN IP", "SUB", "SCREEN SAVE", "DOSE_INFO"]) {
    refused(ct(imageType(value)), "DERIVED_NOT_VOLUME");
  }
  refused(ct({ ImageType: ["DERIVED", "SECONDARY", "AXIAL"] }), "DERIVED_NOT_VOLUME");
  refused(ct({ BurnedInAnnotation: "YES" }), "DERIVED_NOT_VOLUME");
  refused(ct({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.7" }), "DERIVED_NOT_VOLUME");
  refused(mr({ ...vibe, SeriesDescription: "t1_vibe_SUB" }), "DERIVED_NOT_VOLUME");
});

test("X4: MPR alone excludes nothing, only a derived thick slab does", () => {
  accepted(mr({ ...vibe, ...imageType("MPR") }), "T1");
  const derived = { ImageType: ["DERIVED", "PRIMARY", "MPR"] };
  accepted(mr({ ...vibe, ...derived, SliceThickness: "3" }), "T1");
  refused(mr({ ...vibe, ...derived, SliceThickness: "20" }), "DERIVED_NOT_VOLUME");
});

test("X6: mosaics are refused", () => {
  refused(mr({ ...imageType("M", "MOSAIC"), ScanningSequence: "EP" }), "MOSAIC");
});

test("X7: diffusion, perfusion, phase, fat and maps are refused, by defined terms and by text", () => {
  const excluded: readonly Attributes[] = [
    { ...tse, ScanningSequence: ["EP", "SE"] },
    { ...tse, DiffusionBValue: 800 },
    ...["P", "PHASE MAP", "REAL", "ADC", "DIFFUSION", "FAT", "F", "FAT_FRACTION", "T1 MAP"].map((value) => ({
      ...vibe,
      ...imageType(value),
    })),
    { ...tse, SeriesDescription: "haste_dwi_b800" },
    { ...vibe, ProtocolName: "R2*_map" },
  ];
  for (const attributes of excluded) refused(mr(attributes), "WRONG_CONTRAST");
});

test("X7: maps are refused however their term is spaced, by ImageType and by text", () => {
  const terms = [
    ..."T1MAP|T1_MAP|T2 MAP|T2_STAR_MAP|T2_STAR MAP|R2STAR|R2_STAR|R2|PHASE_MAP|ADC_MAP|FATFRACTION|FF|PDFF".split(
      "|",
    ),
    ..."MAP|PERFUSION_MAP|t1map".split("|"),
  ];
  for (const term of terms) refused(mr({ ...vibe, ...imageType("M", term) }), "WRONG_CONTRAST");
  for (const term of ["MAPLE", "T1", "T2", "NORM", "DIS2D"])
    accepted(mr({ ...vibe, ...imageType("M", term) }), "T1");
  for (const SeriesDescription of [
    "T1MAP_shmolli",
    "t1_mapping",
    "liver pdff",
    "ADCmaps",
    "r2star tra",
    "MapIt t1",
  ])
    refused(mr({ ...vibe, SeriesDescription }), "WRONG_CONTRAST");
  accepted(mr({ ...vibe, SeriesDescription: "t1_vibe maple" }), "T1");
});

test("X7: phase, real and imaginary images are refused by ComplexImageComponent, magnitude is not", () => {
  for (const ComplexImageComponent of ["PHASE", "REAL", "IMAGINARY"])
    refused(mr({ ...vibe, ComplexImageComponent }), "WRONG_CONTRAST");
  accepted(mr({ ...vibe, ComplexImageComponent: "MAGNITUDE" }), "T1");
});

test("X7: a spin echo with a private b-value alone is diffusion, and so is the image without weighting beside it", () => {
  const spin = (bValue: number, n: number) =>
    classicSeries({
      ...trunk,
      modality: "MR",
      attributes: (k) => ({ ...tse, SOPInstanceUID: uid(80 + n, k + 1) }),
    }).map((file) => parseHeader(withPrivate(file, siemens(bValue, bValue === 0 ? [] : [1, 0, 0]))));
  refused(spin(800, 0), "WRONG_CONTRAST");
  accepted(spin(0, 0), "T2");
  const both = selectVolumes([...spin(0, 0), ...spin(800, 1)], { minSlices: 5, rules, choose: "best" });
  assert.deepEqual(
    both.map((choice) => [choice.part, choice.kind === "refused" ? choice.failure.code : null]),
    [
      ["DiffusionBValue=0", "WRONG_CONTRAST"],
      ["DiffusionBValue=800", "WRONG_CONTRAST"],
    ],
  );
});

const dixonType = (...values: readonly string[]): Attributes => ({
  ImageType: ["DERIVED", "PRIMARY", ...values],
});

test("X7: opposed-phase and fat images are refused by ImageType and FrameType, whatever the text says", () => {
  const terms = ["OPP_PHASE", "OUT_PHASE", "OUT_OF_PHASE", "OP", "FAT", "F", "FAT_FRACTION"];
  for (const term of terms) {
    for (const stated of [
      dixonType("DIXON", term),
      dixonType("M", term),
      { FrameType: ["ORIGINAL", term] },
    ]) {
      const { details, sentence } = refused(mr({ ...vibe, ...stated }), "WRONG_CONTRAST");
      assert.equal((details["sopInstanceUids"] as string[]).length, 6);
      assert.ok(sentence.startsWith("ImageType"), sentence);
    }
    refused(mr({ ...vibe, ...dixonType(term), SeriesDescription: "WATER: Ax LAVA Flex" }), "WRONG_CONTRAST");
    refused(mr({ ...vibe, ...dixonType(term) }), "WRONG_CONTRAST", { force: "T1" });
  }
  accepted(ct(imageType("OP")), "CT");
});

test("X7: where no defined term tells, the text of an opposed-phase or a fat image refuses it", () => {
  const texts = [
    "t1_vibe_dixon_tra_bh_opp",
    "t1_vibe_dixon_tra_bh_F",
    "t1_fl2d_opp-in_tra",
    "OutPhase: Ax LAVA Flex",
    "FAT: Ax LAVA Flex",
    "mDIXON-OP",
    "T1 out of phase",
    "dual echo opposed",
  ];
  for (const SeriesDescription of texts) {
    refused(mr({ ...vibe, SeriesDescription }), "WRONG_CONTRAST");
    accepted(mr({ ...vibe, SeriesDescription }), "T1", { force: "T1" });
    accepted(mr({ ...vibe, ...dixonType("DIXON", "WATER"), SeriesDescription }), "T1");
    accepted(mr({ ...vibe, ...dixonType("M", "IN_PHASE"), SeriesDescription }), "T1");
  }
});

test("X7: the words of fat suppression, of operations and of phases exclude nothing", () => {
  const texts = [
    "t1_vibe_fatsat_tra",
    "T1 fat sat",
    "t1_vibe_dixon_tra_bh_W",
    "t1_vibe_dixon_fs_tra",
    "WATER: Ax LAVA Flex",
    "InPhase: Ax LAVA Flex",
    "T1 post op abdomen",
    "t1 portal venous phase",
  ];
  for (const SeriesDescription of texts) accepted(mr({ ...vibe, SeriesDescription }), "T1");
});

test("X7: magnitude, water and phased-array words exclude nothing", () => {
  accepted(mr({ ...vibe, ...imageType("DIXON", "WATER") }), "T1");
  accepted(mr({ ...vibe, ...imageType("M", "ND", "NORM"), SeriesDescription: "t1_vibe portal phase" }), "T1");
});

test("X8, X9, M7: colour, other modalities and frames that nothing describes are refused", () => {
  refused(mr({ ...vibe, PhotometricInterpretation: "RGB", SamplesPerPixel: 3 }), "COLOUR_IMAGE");
  for (const modality of ["PT", "SEG", "SR"]) refused(ct({ Modality: modality }), "MODALITY");
  refused(mr({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.4", NumberOfFrames: "80" }), "MULTI_FRAME");
  refused(mr({ SOPClassUID: "1.2.840.10008.5.1.4.1.1.4.3" }), "COLOUR_IMAGE");
  refused([], "NO_IMAGES");
});

test("S8: few slices are refused before the contrast is looked at", () => {
  refused(mr({}, { slices: 4 }), "TOO_FEW_SLICES");
  accepted(mr(vibe, { slices: 4 }), "T1", { minSlices: 4 });
  const twice = mr(vibe, { slices: 3 });
  refused([...twice, ...twice], "TOO_FEW_SLICES");
});

test("S3, S5, S6, G7, G8: a geometry that cannot be converted is refused before anything is retrieved", () => {
  refused(ct({}, { slices: 4, distanceMm: (k) => (k === 3 ? 20 : 5 * k) }), "MISSING_SLICES");
  refused(ct({}, { distanceMm: (k) => k * k + 5 * k }), "NON_UNIFORM_SPACING");
  refused(ct({}, { driftMm: (k) => [0, 5 * k, 0] }), "GANTRY_TILT");
  refused(ct({ ImagePositionPatient: undefined }), "NO_GEOMETRY");
});

test("G11, G12: images at one position are left to the reader, which sees their pixels", () => {
  const copy = classicSeries({ ...trunk, attributes: (k) => ({ SOPInstanceUID: uid(70, k) }) }).map(
    parseHeader,
  );
  accepted([...ct({}), ...copy], "CT");
});

test("a body part is refused only when the name and the field of view agree", () => {
  const small: SeriesSpec = { pixelSpacing: [22, 22] };
  refused(ct({ BodyPartExamined: "HEAD" }, small), "BODY_PART");
  refused(mr({ ...tse, BodyPartExamined: "KNEE" }, small), "BODY_PART");
  accepted(ct({ BodyPartExamined: "HEAD" }), "CT");
  for (const BodyPartExamined of ["ABDOMEN", "PARTIALBODY", "UNKNOWN", undefined])
    accepted(ct({ BodyPartExamined }, small), "CT");
});

test("a body part is told by AnatomicRegionSequence where BodyPartExamined says nothing", () => {
  const small: SeriesSpec = { pixelSpacing: [22, 22] };
  const region = (CodeValue: string, CodeMeaning: string) => ({
    AnatomicRegionSequence: [{ CodeValue, CodingSchemeDesignator: "SCT", CodeMeaning }],
  });
  refused(ct(region("69536005", "Kopf"), small), "BODY_PART");
  refused(ct(region("T-D1100", "Head"), small), "BODY_PART");
  refused(ct(region("999", "Knee joint"), small), "BODY_PART");
  accepted(ct(region("69536005", "Head")), "CT");
  accepted(ct({ ...region("69536005", "Head"), BodyPartExamined: "ABDOMEN" }, small), "CT");
  const plain = accepted(ct({}), "CT").score;
  assert.equal(accepted(ct(region("113345001", "Bauch")), "CT").score, plain + 5);
});

test("P13: CT without any rescale is left to its pixels, which only signed ones can be", () => {
  const none = { RescaleSlope: undefined, RescaleIntercept: undefined, RescaleType: undefined };
  const { reasons } = accepted(ct(none, { bits: { signed: true } }), "CT");
  assert.ok(reasons.some((reason) => reason.startsWith("no rescale")));
  refused(ct(none), "CT_NO_RESCALE");
  refused(ct({ ...none, RescaleType: "HU" }, { bits: { signed: true } }), "CT_NO_RESCALE");
  refused(ct({ RescaleType: "Z_EFF" }), "CT_NO_RESCALE");
  accepted(ct({ RescaleType: "hu" }), "CT");
});

test("force names the class, with a warning, and overrides text and contrast alone", () => {
  const { warnings, reasons } = accepted(mr({ SeriesDescription: "ff map" }), "T2", { force: "T2" });
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["CONTRAST_FORCED"],
  );
  assert.equal(reasons[0], "T2 named by the caller");
  refused(mr({ ScanningSequence: "EP" }), "WRONG_CONTRAST", { force: "T2" });
  refused(mr({}, { slices: 2 }), "TOO_FEW_SLICES", { force: "T1" });
  refused(ct({}), "MODALITY", { force: "T1" });
  refused(mr({}), "MODALITY", { force: "CT" });
});

test("no sentence or detail repeats the header's text", () => {
  const secret = { SeriesDescription: "scout Doe^John", PatientName: "Doe^John", ProtocolName: "Doe dwi" };
  for (const headers of [
    ct(secret),
    mr({ ...tse, ...secret }),
    mr({ ...secret, SeriesDescription: "Doe" }),
  ]) {
    const selection = select(headers);
    assert.ok(!JSON.stringify(selection).includes("Doe"), JSON.stringify(selection));
  }
});

test("WADO-RS metadata give the same choice as the files", () => {
  const json = headersOf({ modality: "MR", attributes: () => vibe }).map((header) => ({
    "00080060": { vr: "CS", Value: [header["Modality"]] },
    "00080008": { vr: "CS", Value: header["ImageType"] },
    "00080016": { vr: "UI", Value: [header["SOPClassUID"]] },
    "00080018": { vr: "UI", Value: [header["SOPInstanceUID"]] },
    "00180020": { vr: "CS", Value: [header["ScanningSequence"]] },
    "00180021": { vr: "CS", Value: header["SequenceVariant"] },
    "00180080": { vr: "DS", Value: [String(header["RepetitionTime"])] },
    "00180081": { vr: "DS", Value: [header["EchoTime"]] },
    "00181314": { vr: "DS", Value: [header["FlipAngle"]] },
    "00200032": { vr: "DS", Value: header["ImagePositionPatient"] },
    "00200037": { vr: "DS", Value: header["ImageOrientationPatient"] },
    "00280010": { vr: "US", Value: [header["Rows"]] },
    "00280011": { vr: "US", Value: [header["Columns"]] },
    "00280030": { vr: "DS", Value: header["PixelSpacing"] },
  }));
  accepted(json.map(headerFromJson), "T1");
});

const skip = needsShared("fixtures", "dicom");

const fixtureHeaders = (...parts: string[]): readonly Header[] => {
  const folder = sharedFolder("fixtures", "dicom", ...parts);
  return readdirSync(folder).map((file) => parseHeader(readFileSync(`${folder}/${file}`)));
};

const fixtureAnswers: readonly (readonly [string, number, ModelClass | FailureCode])[] = [
  ["ct_abdomen_j2k", 5, "CT"],
  ["ct_padding", 3, "CT"],
  ["missing_slice", 5, "MISSING_SLICES"],
  ["gantry_tilt/001", 5, "GANTRY_TILT"],
  ["too_few_slices", 5, "TOO_FEW_SLICES"],
  ["enhanced_mr", 5, "BODY_PART"],
  ["colour", 5, "COLOUR_IMAGE"],
  ["sagittal_plain", 4, "CONTRAST_UNKNOWN"],
  ["non_square_pixels", 4, "CONTRAST_UNKNOWN"],
];

for (const [folder, minSlices, answer] of fixtureAnswers) {
  test(`the headers of ${folder} answer ${answer}`, { skip }, () => {
    const headers = fixtureHeaders(...folder.split("/"));
    if (answer === "CT" || answer === "T1" || answer === "T2") accepted(headers, answer, { minSlices });
    else refused(headers, answer, { minSlices });
  });
}

test("M1, X7: the enhanced object of a head is T1 by its times, and no trunk by its frames' anatomy", {
  skip,
}, () => {
  const headers = fixtureHeaders("enhanced_mr").map((header) =>
    JSON.parse(JSON.stringify(header).replaceAll("FrameAnatomySequence", "Absent")),
  ) as readonly Header[];
  accepted(headers, "T1");
});

test("the volumes of a diffusion series are all refused, each by its name", { skip }, () => {
  const choices = selectVolumes(fixtureHeaders("dwi_two_bvalues"), { minSlices: 4, rules, choose: "best" });
  assert.deepEqual(
    choices.map((choice) => [choice.part, choice.kind === "refused" ? choice.failure.code : null]),
    [
      ["DiffusionBValue=0", "WRONG_CONTRAST"],
      ["DiffusionBValue=1000", "WRONG_CONTRAST"],
    ],
  );
});

const withEchoes = (...echoes: readonly string[]): readonly Header[] =>
  echoes.flatMap((EchoTime, n) =>
    classicSeries({
      ...trunk,
      modality: "MR",
      attributes: (k) => ({ ...vibe, EchoTime, SOPInstanceUID: uid(80 + n, k + 1) }),
    }).map(parseHeader),
  );

const partsChosen = (headers: readonly Header[], choose: "best" | "all"): readonly (string | null)[] =>
  selectVolumes(headers, { minSlices: 5, rules, choose }).map((choice) =>
    choice.kind === "accepted" ? choice.part : choice.failure.code,
  );

test("of several volumes of one class the best is taken, or all where that is wished; equals are not guessed among", () => {
  const equal = withEchoes("1.2", "2.4");
  assert.deepEqual(partsChosen(equal, "all"), ["EchoTime=1.2", "EchoTime=2.4"]);
  assert.deepEqual(partsChosen(equal, "best"), ["AMBIGUOUS_SERIES", "AMBIGUOUS_SERIES"]);
  const dixon = ["IN_PHASE", "WATER", "FAT"].flatMap((kind, n) =>
    classicSeries({
      ...trunk,
      modality: "MR",
      attributes: (k) => ({
        ...vibe,
        ImageType: ["DERIVED", "PRIMARY", "M", kind],
        SOPInstanceUID: uid(80 + n, k + 1),
      }),
    }).map(parseHeader),
  );
  assert.deepEqual(partsChosen(dixon, "best"), ["NOT_BEST", "ImageType=WATER", "WRONG_CONTRAST"]);
  assert.deepEqual(partsChosen(dixon, "all"), ["ImageType=IN_PHASE", "ImageType=WATER", "WRONG_CONTRAST"]);
});
