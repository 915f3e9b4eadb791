import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noRepairs } from "../../../src/domain/series.ts";
import { type Attributes, classicSeries, type SeriesSpec, shuffled, uid } from "../../support/dicomSeries.ts";
import { needsShared, sharedFolder } from "../../support/shared.ts";
import { codes, instancesOf, read, refusal, uidsOf } from "./support.ts";
import { partsOf } from "./together.ts";

/** One of several stacks in a series: slice k lies at `fromMm` + k · `apartMm`. */
type Stack = {
  readonly fromMm: number;
  readonly apartMm: number;
  readonly slices?: number;
  readonly attributes: (k: number) => Attributes;
  readonly driftMm?: SeriesSpec["driftMm"];
  /** How far slice k strays along the normal. */
  readonly wanderMm?: (k: number) => number;
};

const slices = 8;

/** The files of stacks, with voxels of their own, all 5 mm thick unless they say otherwise. */
const stacked = (modality: "CT" | "MR", stacks: readonly Stack[]): readonly Uint8Array[] =>
  stacks.flatMap(({ fromMm, apartMm, attributes, driftMm, wanderMm = () => 0, slices: own = slices }, n) =>
    classicSeries({
      modality,
      slices: own,
      distanceMm: (k) => fromMm + apartMm * k + wanderMm(k),
      ...(driftMm && { driftMm }),
      stored: (k, row, column) => 1000 + 100 * n + 10 * k + row + column,
      attributes: (k) => ({ SOPInstanceUID: uid(60 + n, k + 1), InstanceNumber: 1 + k, ...attributes(k) }),
    }),
  );

/**
 * Stacks whose positions lie exactly between each other's; each differs from the others in what `attributes` gives it.
 */
const between = (
  modality: "CT" | "MR",
  count: number,
  apartMm: number,
  attributes: (n: number, k: number) => Attributes,
): readonly Uint8Array[] =>
  stacked(
    modality,
    Array.from({ length: count }, (_, n) => ({
      fromMm: (n * apartMm) / count,
      apartMm,
      attributes: (k: number) => attributes(n, k),
    })),
  );

/** The parts as their names, sizes and reasons, the same in any order and for headers alone. */
const outcome = (files: readonly Uint8Array[]): readonly string[] => {
  const say = (own: readonly Uint8Array[]): readonly string[] =>
    partsOf(own).map(({ id, images, failure }) => `${id} ${images.length} ${failure?.code ?? "volume"}`);
  const first = say(files);
  for (const seed of [1, 2, 3]) assert.deepEqual(say(shuffled(files, seed)), first);
  return first;
};

/** Every part holds the images of one stack alone, and its slices lie `apartMm` apart. */
const assertVolumes = async (
  files: readonly Uint8Array[],
  parts: readonly string[],
  apartMm: number,
): Promise<void> => {
  assert.deepEqual(
    outcome(files),
    parts.map((id) => `${id} ${files.length / parts.length} volume`),
  );
  for (const part of parts) {
    const { source, volume } = await read(shuffled(files, 7), { part });
    const stacks = new Set(source.frames.map(({ sopInstanceUid }) => sopInstanceUid.split(".").at(-2)));
    assert.equal(stacks.size, 1, part);
    assert.ok(Math.abs(volume.grid.spacingMm[0] - apartMm) < 1e-6);
  }
};

const assertWhole = async (files: readonly Uint8Array[]): Promise<void> => {
  const { source, warnings } = await read(files);
  assert.equal(source.frames.length, files.length);
  assert.ok(!warnings.some(({ code }) => code === "SPLIT_BY_INSTANCE" || code === "PARTS_DROPPED"));
  assert.deepEqual(outcome(files), [` ${files.length} volume`]);
};

const clock = (seconds: number): string =>
  [3600, 60, 1]
    .map((unit, n) => String(Math.floor(seconds / unit) % (n === 0 ? 24 : 60)).padStart(2, "0"))
    .join("");

test("V2: acquisitions at one time of day of two days are two volumes", () =>
  assertVolumes(
    between("CT", 2, 6, (n, k) => ({
      AcquisitionDate: n === 0 ? "20240102" : "20240103",
      AcquisitionTime: clock(36_000 + k),
    })),
    ["AcquisitionTime=1", "AcquisitionTime=2"],
    6,
  ));

test("V2: repetition times that follow the breath of a triggered MR leave it whole", () =>
  assertWhole(
    stacked("MR", [
      {
        fromMm: 0,
        apartMm: 6,
        slices: 15,
        attributes: (k) => ({ RepetitionTime: String([3800, 4100, 3800, 4400][k % 4]) }),
      },
    ]),
  ));

test("V2: kinds of a computed CT that alternate along the stack are volumes of their own", () =>
  assertVolumes(
    between("CT", 2, 12, (n) => ({
      ImageType: ["ORIGINAL", "PRIMARY", "AXIAL", n === 0 ? "IODINE" : "WATER"],
    })),
    ["ReconstructedKind=AXIAL+IODINE", "ReconstructedKind=AXIAL+WATER"],
    12,
  ));

describe("V2: what by the standard is another volume is one although no two images share a position", () => {
  const certain: readonly (readonly [string, "CT" | "MR", readonly [unknown, unknown]])[] = [
    ["TemporalPositionIdentifier", "MR", ["1", "2"]],
    ["ContrastBolusAgentPhase", "CT", ["ARTERIAL", "VENOUS"]],
    ["AcquisitionContrast", "MR", ["T1", "T2"]],
    ["StackID", "MR", ["1", "2"]],
    ["EchoNumbers", "MR", ["1", "2"]],
    ["EchoTime", "MR", ["20", "80"]],
    ["InversionTime", "MR", ["100", "2500"]],
    ["FlipAngle", "MR", ["10", "70"]],
    ["DiffusionBValue", "MR", [0, 800]],
    ["ConvolutionKernel", "CT", ["B30f", "B60f"]],
    ["KVP", "CT", ["80", "140"]],
  ];
  for (const [key, modality, values] of certain) {
    // 12 mm apart and 5 mm thick: nothing but the attribute speaks against one volume of 6 mm.
    test(`V2 ${key}: values that alternate along the stack are two volumes`, () =>
      assertVolumes(
        between(modality, 2, 12, (n) => ({ [key]: values[n] })),
        values.map((value) => `${key}=${value}`),
        12,
      ));

    test(`V2 ${key}: values in blocks that follow each other, or another for each slice, are one volume`, async () => {
      const [low, high] = values;
      await assertWhole(
        stacked(modality, [
          { fromMm: 0, apartMm: 6, attributes: () => ({ [key]: low }) },
          { fromMm: 48, apartMm: 6, attributes: () => ({ [key]: high }) },
        ]),
      );
      const own = (k: number): unknown => (typeof low === "number" ? 10 * k : `${k + 1}`);
      await assertWhole(
        stacked(modality, [{ fromMm: 0, apartMm: 6, attributes: (k) => ({ [key]: own(k) }) }]),
      );
    });
  }

  test("V2 TemporalPositionIdentifier: three time points are three volumes", () =>
    assertVolumes(
      between("MR", 3, 12, (n) => ({ TemporalPositionIdentifier: n + 1 })),
      [1, 2, 3].map((n) => `TemporalPositionIdentifier=${n}`),
      12,
    ));

  test("V2 TemporalPositionIdentifier: echoes that share positions, at times that lie between them, are a volume for each pair", () =>
    assertVolumes(
      stacked(
        "MR",
        [0, 1, 2, 3].map((n) => ({
          fromMm: 3.5 * (n & 1),
          apartMm: 7,
          attributes: () => ({ EchoTime: `${1 + (n >> 1)}`, TemporalPositionIdentifier: 1 + (n & 1) }),
        })),
      ),
      ["1", "2"].flatMap((echo) =>
        [1, 2].map((time) => `EchoTime=${echo},TemporalPositionIdentifier=${time}`),
      ),
      7,
    ));

  test("V2 TemporalPositionIdentifier: a time point that lacks a slice is refused with the numbers, not laid between the others", async () => {
    const files = between("MR", 2, 12, (n) => ({ TemporalPositionIdentifier: n + 1 }));
    for (const without of [files.length - 1, 12]) {
      const failure = await refusal(read(files.toSpliced(without, 1)), "MIXED_ACQUISITIONS");
      assert.match(failure.sentence, /2 values of TemporalPositionIdentifier alternate .*\(8 and 7 images\)/);
      assert.deepEqual(failure.details["slices"], [8, 7]);
      assert.equal(uidsOf(failure).length, 15);
    }
  });
});

describe("V2: what may also be a pass over one volume is judged by what the slices cover", () => {
  const numbered = (n: number): Attributes => ({ AcquisitionNumber: n + 1 });

  test("V2 AcquisitionNumber: slices that each acquisition has side by side are two volumes, of CT and of MR", async () => {
    const parts = ["AcquisitionNumber=1", "AcquisitionNumber=2"];
    for (const modality of ["CT", "MR"] as const)
      for (const apartMm of [5, 6, 7.5])
        await assertVolumes(between(modality, 2, apartMm, numbered), parts, apartMm);
  });

  test("V2 AcquisitionNumber: MR concatenations, whose slices are side by side only together, are one volume", async () => {
    for (const [count, apartMm] of [
      [2, 12],
      [2, 20],
      [3, 15],
      [3, 18],
      [4, 24],
    ] as const)
      await assertWhole(
        between("MR", count, apartMm, (n) => ({ ...numbered(n), AcquisitionTime: clock(36000 + 40 * n) })),
      );
  });

  test("V2 AcquisitionNumber: SpacingBetweenSlices says of MR which of the two it is, whatever the thickness", async () => {
    const stating = (mm: number, thickness: unknown) =>
      between("MR", 2, 12, (n) => ({
        ...numbered(n),
        SpacingBetweenSlices: `${mm}`,
        SliceThickness: thickness,
      }));
    for (const thickness of ["5", "10", undefined]) {
      await assertWhole(stating(6, thickness));
      await assertVolumes(stating(12, thickness), ["AcquisitionNumber=1", "AcquisitionNumber=2"], 12);
    }
  });

  test("V2 AcquisitionNumber: passes over the slabs of one volume are one volume", () =>
    assertWhole(
      stacked(
        "MR",
        [0, 1, 2, 3].map((n) => ({
          fromMm: 96 * (n >> 1) + 6 * (n & 1),
          apartMm: 12,
          attributes: () => numbered(n),
        })),
      ),
    ));

  test("V2 AcquisitionNumber: what cannot be told is refused with the numbers", async () => {
    const unknown = between("MR", 2, 12, (n) => ({ ...numbered(n), SliceThickness: undefined }));
    const failure = await refusal(read(unknown), "MIXED_ACQUISITIONS");
    assert.equal(
      failure.sentence,
      "2 values of AcquisitionNumber alternate along the stack (8 and 8 images, 12.000 mm apart each and 6.000 mm together); with slices of unknown thickness they may be one volume or several.",
    );
    assert.deepEqual(
      { ...failure.details, sopInstanceUids: 0 },
      {
        attribute: "AcquisitionNumber",
        slices: [8, 8],
        aloneMm: 12,
        togetherMm: 6,
        sliceThicknessMm: null,
        sopInstanceUids: 0,
      },
    );
    // CT never passes twice over one volume, but thin slices with gaps may be meant to fill each other's.
    await refusal(read(between("CT", 2, 12, numbered)), "MIXED_ACQUISITIONS");
  });

  test("V2 AcquisitionTime: CT acquisitions a minute apart are two volumes, also where every slice has its own time", async () => {
    const parts = ["AcquisitionTime=1", "AcquisitionTime=2"];
    const started = (n: number): Attributes => ({ AcquisitionTime: clock(36000 + 60 * n) });
    await assertVolumes(between("CT", 2, 5, started), parts, 5);
    const running = (n: number, k: number): Attributes => ({
      AcquisitionTime: `${clock(36000 + 60 * n)}.${k}5`,
    });
    await assertVolumes(between("CT", 2, 5, running), parts, 5);
    const asDateTime = (n: number, k: number): Attributes => ({
      AcquisitionDateTime: `20240131${clock(36000 + 60 * n)}.${k}5`,
    });
    await assertVolumes(between("CT", 2, 5, asDateTime), parts, 5);
    const thrice = (n: number): Attributes => ({ AcquisitionTime: clock(36000 + 35 * n + 5 * (n >> 1)) });
    await assertVolumes(between("CT", 3, 5, thrice), [...parts, "AcquisitionTime=3"], 5);
  });

  test("V2 AcquisitionTime: odd slices and then the even ones, seconds or a breath later, are one volume", async () => {
    for (const pauseSeconds of [2, 5, 60])
      await assertWhole(between("MR", 2, 12, (n) => ({ AcquisitionTime: clock(36000 + pauseSeconds * n) })));
    const eachItsOwn = between("MR", 2, 12, (n, k) => ({ AcquisitionTime: clock(36000 + slices * n + k) }));
    await assertWhole(eachItsOwn);
    const unknownThickness = between("MR", 2, 12, (n) => ({
      AcquisitionTime: clock(36000 + 3 * n),
      SliceThickness: undefined,
    }));
    await assertWhole(unknownThickness);
  });

  test("V2 AcquisitionTime: one volume of several breath-holds, and CT with a time for every slice, are one volume", async () => {
    const holds = [0, 1, 2].map((n) => ({
      fromMm: 48 * n,
      apartMm: 6,
      attributes: () => ({ AcquisitionTime: clock(36000 + 45 * n), AcquisitionNumber: n + 1 }),
    }));
    await assertWhole(stacked("MR", holds));
    await assertWhole(stacked("CT", holds));
    await assertWhole(
      stacked("CT", [{ fromMm: 0, apartMm: 5, attributes: (k) => ({ AcquisitionTime: clock(36000 + k) }) }]),
    );
  });

  test("V2 TriggerTime: two delays over the same stretch are two volumes; a delay for each slice, or for each set of slices taken at once, is one", async () => {
    await assertVolumes(
      between("MR", 2, 6, (n) => ({ TriggerTime: `${250 * n}` })),
      ["TriggerTime=0", "TriggerTime=250"],
      6,
    );
    await assertWhole(
      stacked("MR", [{ fromMm: 0, apartMm: 6, attributes: (k) => ({ TriggerTime: `${40 * k}` }) }]),
    );
    await assertWhole(between("MR", 4, 24, (n) => ({ TriggerTime: `${600 * n}` })));
  });

  test("V2 ContrastBolusAgent: images with and without contrast are two volumes, and no part is named after the agent", () =>
    assertVolumes(
      between("CT", 2, 5, (n) => (n === 0 ? {} : { ContrastBolusAgent: "Omnipaque for Doe^John" })),
      ["ContrastBolusAgent=given", "ContrastBolusAgent=none"],
      5,
    ));

  test("V2 ContentTime, InstanceNumber: when images were made or numbered makes no volumes where no position repeats", () =>
    assertWhole(
      between("MR", 2, 6, (n, k) => ({
        ContentTime: clock(36000 + 60 * n + k),
        InstanceNumber: 1 + k + slices * n,
      })),
    ));
});

describe("V2: what tells two stacks of overlapping slices apart makes them volumes", () => {
  type Pair = readonly [unknown, unknown];
  const told: readonly (readonly [string, "CT" | "MR", Pair, readonly [string, string]])[] = [
    ["PatientPosition", "CT", ["HFS", "FFS"], ["PatientPosition=FFS", "PatientPosition=HFS"]],
    [
      "ImageType",
      "CT",
      [
        ["ORIGINAL", "PRIMARY", "AXIAL"],
        ["DERIVED", "PRIMARY", "AXIAL"],
      ],
      ["PixelDataCharacteristics=DERIVED+PRIMARY", "PixelDataCharacteristics=ORIGINAL+PRIMARY"],
    ],
    ["ScanOptions", "MR", ["FS", "PFP"], ["ScanOptions=FS", "ScanOptions=PFP"]],
    ["ScanOptions", "MR", [undefined, ["FS", "PFP"]], ["ScanOptions=FS+PFP", "ScanOptions=none"]],
    ["FilterType", "CT", ["BODY", "HEAD"], ["FilterType=BODY", "FilterType=HEAD"]],
    ["GantryDetectorTilt", "CT", ["0", "12.5"], ["GantryDetectorTilt=0", "GantryDetectorTilt=12.5"]],
    ["SliceThickness", "CT", ["5", "4"], ["SliceThickness=4", "SliceThickness=5"]],
    ["SequenceName", "MR", ["fl3d for Doe", "tse2d for Doe"], ["SequenceName=1", "SequenceName=2"]],
    ["ProtocolName", "CT", ["Doe^John arterial", "Doe^John venous"], ["ProtocolName=1", "ProtocolName=2"]],
    ["SeriesDescription", "MR", ["Doe a", "Doe b"], ["SeriesDescription=1", "SeriesDescription=2"]],
    ["SeriesTime", "CT", ["101500", "101600"], ["SeriesTime=1", "SeriesTime=2"]],
    [
      "ContrastBolusStartTime",
      "CT",
      ["101500", undefined],
      ["ContrastBolusStartTime=1", "ContrastBolusStartTime=2"],
    ],
    ["ContentTime", "CT", ["101500", "101600"], ["ContentTime=1", "ContentTime=2"]],
  ];
  for (const [key, modality, values, parts] of told) {
    test(`V2, V4 ${key}: ${values.map(String).join(" and ")}, shifted by half a slice or by a third, are two volumes`, async () => {
      await assertVolumes(
        between(modality, 2, 5, (n) => ({ [key]: values[n] })),
        parts,
        5,
      );
      const third = stacked(
        modality,
        values.map((value, n) => ({
          fromMm: n * 1.7,
          apartMm: 5,
          slices: slices - n,
          attributes: () => ({ [key]: value }),
        })),
      );
      assert.equal(outcome(third).filter((part) => part.endsWith("volume")).length, 2);
    });

    test(`V2 ${key}: ${values.map(String).join(" and ")} in blocks, or in no order, are one volume`, async () => {
      const [low, high] = values;
      for (const isHigh of [(k: number) => k >= 8, (k: number) => [1, 4, 5, 9, 11, 14].includes(k)])
        await assertWhole(
          stacked(modality, [
            {
              fromMm: 0,
              apartMm: 2.5,
              slices: 16,
              attributes: (k) => ({ [key]: isHigh(k) ? high : low }),
            },
          ]),
        );
    });
  }

  test("V2 PatientPosition, ImageType: make volumes of slices that leave gaps too", () =>
    assertVolumes(
      between("CT", 2, 12, (n) => ({ PatientPosition: n === 0 ? "HFS" : "FFS" })),
      ["PatientPosition=FFS", "PatientPosition=HFS"],
      12,
    ));

  test("V2: whatever else alternates along overlapping slices refuses them, by its name and never its value", async () => {
    for (const [key, values] of [
      ["SeriesNumber", ["3", "4"]],
      ["FilterMaterial", ["TIN", "WEDGE"]],
      ["ContrastBolusRoute", ["IV for Doe", "oral for Doe"]],
      ["ContrastBolusVolume", [undefined, "90"]],
    ] as const) {
      const files = between("CT", 2, 5, (n) => ({ [key]: values[n] }));
      const failure = await refusal(read(files), "MIXED_ACQUISITIONS");
      assert.equal(
        failure.sentence,
        `2 values of ${key} alternate along the stack (8 and 8 images, 5.000 mm apart each and 2.500 mm together); with slices of 5 mm each value is a stack of its own, and the attribute does not tell of what.`,
      );
      assert.deepEqual(failure.details["slices"], [8, 8]);
      assert.equal(uidsOf(failure).length, 16);
      // Slices that are side by side only together are one volume, and so are overlapping ones in which nothing alternates.
      await assertWhole(between("MR", 2, 12, (n) => ({ [key]: values[n] })));
    }
  });

  test("V2, V4: who was scanned, where, by what and in what geometry says nothing of overlapping slices", async () => {
    for (const [key, values] of [
      ["StationName", ["CT1", "CT2"]],
      ["InstitutionName", ["A", undefined]],
      ["SoftwareVersions", [["a", "b"], ["a"]]],
      ["DeviceSerialNumber", ["1", "2"]],
      ["PatientName", ["A^B", "ANON"]],
      ["PatientID", ["1", "2"]],
      ["PatientWeight", ["70", undefined]],
      ["PatientComments", ["a", "b"]],
      ["StudyDescription", ["a", "b"]],
      ["OperatorsName", ["A", "B"]],
      ["DeidentificationMethod", ["a", "b"]],
      ["DateOfLastCalibration", ["20240101", "20240102"]],
      ["BodyPartExamined", ["ABDOMEN", "PELVIS"]],
      ["Laterality", ["L", undefined]],
      ["ReconstructionDiameter", ["350", "351"]],
      ["DataCollectionDiameter", ["500", "501"]],
      ["DistanceSourceToPatient", ["570", "571"]],
      ["TableHeight", ["150", "152"]],
      ["TableFeedPerRotation", [23, 24]],
      ["RevolutionTime", [0.5, 0.6]],
      ["SpiralPitchFactor", [0.6, 0.8]],
      ["FocalSpots", ["0.7", "1.2"]],
      ["IrradiationEventUID", [uid(80, 1), uid(80, 2)]],
      // Fractions of a second apart, and how a text was typed.
      ["AcquisitionTime", ["101500", "101500.25"]],
      ["ContentTime", ["101500", "101500.75"]],
      ["SeriesDescription", ["Abd 5.0", "ABD  5.0"]],
      ["ScanOptions", ["HELICAL MODE", "helical mode"]],
      ["ConvolutionKernel", ["B30f", "B30F"]],
    ] as const)
      await assertWhole(between("CT", 2, 5, (n) => ({ [key]: values[n] })));
  });

  test("V2: parts are asked again, and slabs of which nothing tells which belong together are refused", async () => {
    const four = stacked(
      "CT",
      [0, 1, 2, 3].map((n) => ({
        fromMm: 1.25 * n,
        apartMm: 5,
        attributes: () => ({ ProtocolName: `${n >> 1}`, ScanOptions: n % 2 === 0 ? "A" : "B" }),
      })),
    );
    assert.deepEqual(
      outcome(four),
      ["A", "B"].flatMap((option) => [1, 2].map((n) => `ScanOptions=${option},ProtocolName=${n} 8 volume`)),
    );
    const slabs = between("CT", 2, 5, (n, k) => ({ ProtocolName: `${n}, ${k >> 2}` }));
    assert.match(
      (await refusal(read(slabs), "MIXED_ACQUISITIONS")).sentence,
      /^4 values of ProtocolName alternate along the stack \(4 and 4 and 4 and 4 images, .*\); some go on where others end/,
    );
  });

  test("V2: overlapping slices of one acquisition are one volume, however the dose and the counting vary", async () => {
    const varying = (k: number): Attributes => ({
      XRayTubeCurrent: String([200, 220][k % 2]),
      Exposure: String([90, 110][k % 2]),
      WindowCenter: String([40, 50][k % 2]),
      InstanceNumber: 1 + (k >> 1),
      ContentTime: clock(36_000 + k),
      InstanceCreationTime: clock(36_000 + (k % 2)),
    });
    await assertWhole(
      stacked("CT", [
        {
          fromMm: 0,
          apartMm: 2,
          slices: 20,
          attributes: (k) => ({ ...varying(k), SliceThickness: "3.2" }),
        },
      ]),
    );
  });
});

/** In no order: each of the values about as often. */
const scattered = (k: number, count: number): number => (((k * 7919 + 13) % 101) * 31 + k * k) % count;

describe("V2, V6: noise in a header makes no moments", () => {
  const noisy: readonly (readonly [string, "CT" | "MR", readonly unknown[]])[] = [
    ["EchoTime", "MR", ["90", "90.000001", "89.999998"]],
    ["EchoTime", "MR", ["80.0", "80.00000119"]],
    ["FlipAngle", "MR", ["150", "149.99998"]],
    ["FlipAngle", "MR", ["150", "149", "148", "147", "146"]],
    ["InversionTime", "MR", ["160", "161"]],
    ["InversionTime", "MR", ["160", "170"]],
    ["KVP", "CT", ["120", "119.9"]],
    ["ConvolutionKernel", "CT", ["B30f", "B30F"]],
    [
      "ImageType",
      "CT",
      [
        ["ORIGINAL", "PRIMARY", "AXIAL"],
        ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"],
      ],
    ],
    [
      "ImageType",
      "MR",
      [
        ["ORIGINAL", "PRIMARY", "M", "ND", "NORM"],
        ["ORIGINAL", "PRIMARY", "M", "NORM", "ND"],
      ],
    ],
  ];
  for (const [key, modality, values] of noisy)
    test(`V2, V6 ${key}: ${values.map(String).join(", ")} in no order leave the stack whole`, async () => {
      for (const apartMm of [6, 3])
        await assertWhole(
          stacked(modality, [
            {
              fromMm: 0,
              apartMm,
              slices: 20,
              attributes: (k) => ({ [key]: values[scattered(k, values.length)] }),
            },
          ]),
        );
    });

  test("V2, V6: and two echoes, inversion times or kernels that lie by turns are still two volumes", async () => {
    for (const [key, modality, low, high] of [
      ["EchoTime", "MR", ["20", "20.00001"], ["80", "79.9999"]],
      ["InversionTime", "MR", ["100", "100.5"], ["2500", "2501"]],
      ["KVP", "CT", ["80", "80.1"], ["140", "139.9"]],
      ["ConvolutionKernel", "CT", ["B30f", "B30F"], ["B60f", "B60F"]],
    ] as const)
      for (const fromMm of [0, 6]) {
        const volumes = outcome(
          stacked(
            modality,
            [low, high].map((values, n) => ({
              fromMm: fromMm * n,
              apartMm: 12,
              attributes: (k: number) => ({ [key]: values[scattered(k, 2)] }),
            })),
          ),
        );
        assert.deepEqual(
          volumes.map((each) => each.replace(/^.* (\d+ volume)$/, "$1")),
          ["8 volume", "8 volume"],
          key,
        );
      }
  });

  test("V2, V6: a flip angle or inversion time by turns of which one lacks slices is refused", async () => {
    for (const key of ["FlipAngle", "InversionTime"])
      for (const without of [15, 12, 3]) {
        const files = between("MR", 2, 12, (n) => ({ [key]: n === 0 ? "20" : "70" }));
        await refusal(read(files.toSpliced(without, 1)), "MIXED_ACQUISITIONS");
      }
  });

  test("V2, V6: one noisy time point is a time point among others", () =>
    assertVolumes(
      stacked(
        "MR",
        [0, 1, 2].map((n) => ({
          fromMm: 0,
          apartMm: 5,
          attributes: (k: number) => ({
            TemporalPositionIdentifier: n + 1,
            FlipAngle: n === 1 ? ["10", "10.0001"][scattered(k, 2)] : "10",
          }),
        })),
      ),
      [1, 2, 3].map((n) => `TemporalPositionIdentifier=${n}`),
      5,
    ));
});

test("V2: two counts of CT slices that alternate in space over each other's thickness are refused", async () => {
  const counted = (numberOf: (n: number, k: number) => number) =>
    between("CT", 2, 5, (n, k) => ({ InstanceNumber: numberOf(n, k) }));
  for (const numberOf of [
    (n: number, k: number) => 1 + k + slices * n,
    (n: number, k: number) => 1 + k + slices * (1 - n),
    (n: number, k: number) => 100 - k - slices * n,
  ])
    assert.match(
      (await refusal(read(shuffled(counted(numberOf), 4)), "MIXED_ACQUISITIONS")).sentence,
      /^2 values of InstanceNumber alternate along the stack \(8 and 8 images, 5\.000 mm apart each/,
    );
  await refusal(
    read(between("CT", 2, 5, (n, k) => ({ DimensionIndexValues: [n + 1, k + 1], InstanceNumber: 1 }))),
    "MIXED_ACQUISITIONS",
  );
  for (const numberOf of [
    (n: number, k: number) => 1 + 2 * k + n,
    (n: number, k: number) => 100 - 2 * k - n,
    (n: number, k: number) => 1 + (((2 * k + n) * 7) % 17),
    () => 1,
  ])
    await assertWhole(counted(numberOf));
});

describe("V4: acquisitions that overlap in part are volumes where each is an even stack", () => {
  const acquisition = (n: number, fromMm: number, count: number, apartMm = 5): Stack => ({
    fromMm,
    apartMm,
    slices: count,
    attributes: () => ({ AcquisitionNumber: n }),
  });
  const series: readonly (readonly [string, readonly Stack[], readonly string[]])[] = [
    ["three shared positions", [acquisition(1, 0, 14), acquisition(2, 55, 13)], ["1 14", "2 13"]],
    ["one shared position", [acquisition(1, 0, 8), acquisition(2, 35, 8)], ["1 8", "2 8"]],
    ["one inside the other", [acquisition(1, 0, 14), acquisition(2, 20, 6)], ["1 14", "2 6"]],
    [
      "a chain of three",
      [acquisition(1, 0, 10), acquisition(2, 40, 10), acquisition(3, 80, 9)],
      ["1 10", "2 10", "3 9"],
    ],
    ["other distances", [acquisition(1, 0, 14), acquisition(2, 20, 9, 2.5)], ["1 14", "2 9"]],
    ["no shared position", [acquisition(1, 0, 14), acquisition(2, 42.5, 13)], ["1 14", "2 13"]],
    ["a third of a slice between them", [acquisition(1, 0, 14), acquisition(2, 41.6, 13)], ["1 14", "2 13"]],
  ];
  for (const [name, stacks, expected] of series)
    test(`V4: ${name}`, () =>
      assert.deepEqual(
        outcome(stacked("CT", stacks)),
        expected.map((each) => `AcquisitionNumber=${each} volume`),
      ));

  test("V4: by the pause between them where nothing numbers them", () => {
    const timed = (n: number, fromMm: number, count: number): Stack => ({
      ...acquisition(1, fromMm, count),
      attributes: (k) => ({ AcquisitionTime: `${clock(36000 + 30 * n)}.${k + 10}` }),
    });
    assert.deepEqual(outcome(stacked("CT", [timed(0, 0, 14), timed(1, 55, 13)])), [
      "AcquisitionTime=1 14 volume",
      "AcquisitionTime=2 13 volume",
    ]);
  });

  test("V4: each is read to its own voxels, also where both see the same nothing at the shared positions", async () => {
    const files = [0, 1].flatMap((n) =>
      classicSeries({
        slices: 8,
        distanceMm: (k) => 25 * n + 5 * k,
        stored: (k, row, column) =>
          5 * n + k >= 5 && 5 * n + k <= 7 ? 0 : 1000 + 100 * n + 10 * k + row + column,
        attributes: (k) => ({ SOPInstanceUID: uid(60 + n, k + 1), AcquisitionNumber: n + 1 }),
      }),
    );
    for (const [n, part] of ["AcquisitionNumber=1", "AcquisitionNumber=2"].entries()) {
      const series = await read(shuffled(files, 3), { part });
      assert.deepEqual(
        series.source.frames.map(({ sopInstanceUid }) => sopInstanceUid),
        Array.from({ length: 8 }, (_, k) => uid(60 + n, k + 1)),
      );
      assert.ok(!codes(series).includes("DUPLICATE_DROPPED"));
    }
  });

  test("V4: under a tilted gantry each is a sheared stack of its own", () => {
    const tilted = [acquisition(1, 0, 14), acquisition(2, 55, 13)].map((stack) => ({
      ...stack,
      driftMm: (k: number) => [0, 0.27 * (stack.fromMm + 5 * k), 0] as const,
    }));
    assert.deepEqual(outcome(stacked("CT", tilted)), [
      "AcquisitionNumber=1 14 GANTRY_TILT",
      "AcquisitionNumber=2 13 GANTRY_TILT",
    ]);
  });

  test("V4: acquisitions that follow each other without sharing anything are one volume", () =>
    assertWhole(stacked("CT", [acquisition(1, 0, 8), acquisition(2, 40, 8)])));

  test("V4: one that lacks a slice, or halves of two moments that nothing joins, stay ambiguous", async () => {
    const hole = stacked("CT", [acquisition(1, 0, 14), acquisition(2, 55, 13)]).toSpliced(5, 1);
    await refusal(read(hole), "AMBIGUOUS_POSITIONS");
    const halves = [acquisition(1, 0, 8), acquisition(2, 40, 8), acquisition(3, 0, 8), acquisition(4, 40, 7)];
    await refusal(read(stacked("CT", halves)), "AMBIGUOUS_POSITIONS");
  });

  test("V4: time points of which one lacks its last slice stay ambiguous, although their times differ", async () => {
    const points = [0, 1].map((n) => ({
      fromMm: 0,
      apartMm: 6,
      slices: slices - n,
      attributes: () => ({ TemporalPositionIdentifier: n + 1, AcquisitionTime: clock(36000 + 30 * n) }),
    }));
    await refusal(read(stacked("MR", points)), "AMBIGUOUS_POSITIONS");
    const shifted = points.map((point, n) => ({ ...point, fromMm: 3 * n }));
    await refusal(read(stacked("MR", shifted)), "MIXED_ACQUISITIONS");
  });

  test("V4: passes over two time points of which one lacks a slice are no volumes at twice the distance", async () => {
    const passes = [0, 1, 2, 3].map((n) => ({
      fromMm: 6 * (n & 1),
      apartMm: 12,
      attributes: () => ({ AcquisitionNumber: n + 1, AcquisitionTime: clock(36000 + 30 * n) }),
    }));
    await refusal(read(stacked("MR", passes).slice(0, -1)), "AMBIGUOUS_POSITIONS");
  });
});

describe("V5: images lie at one position within a hundredth of the slice distance", () => {
  const timed = (n: number): Attributes => ({ TemporalPositionIdentifier: n + 1 });
  const shifted = (apartMm: number, shiftsMm: readonly number[], attributes: (n: number) => Attributes) =>
    stacked(
      "MR",
      shiftsMm.map((fromMm, n) => ({ fromMm, apartMm, attributes: () => attributes(n) })),
    );

  test("V5: time points that are rounded otherwise are volumes at their own distance", async () => {
    for (const shiftMm of [0.001, 0.02, 0.06, 0.2])
      await assertVolumes(
        shifted(7, [0, shiftMm], timed),
        ["TemporalPositionIdentifier=1", "TemporalPositionIdentifier=2"],
        7,
      );
    await assertVolumes(
      shifted(7, [0, 0.02, 0.035], timed),
      [1, 2, 3].map((n) => `TemporalPositionIdentifier=${n}`),
      7,
    );
  });

  test("V5: and so they are by a time, or by the order of their numbers alone", async () => {
    await assertVolumes(
      shifted(7, [0, 0.02], (n) => ({ AcquisitionTime: clock(36000 + 20 * n) })),
      ["AcquisitionTime=1", "AcquisitionTime=2"],
      7,
    );
    const ordered = stacked("MR", [
      { fromMm: 0, apartMm: 7, attributes: (k) => ({ InstanceNumber: 1 + k }) },
      { fromMm: 0.02, apartMm: 7, attributes: (k) => ({ InstanceNumber: 1 + slices + k }) },
    ]);
    await assertVolumes(ordered, ["InstanceOrder=1", "InstanceOrder=2"], 7);
  });

  test("V5: copies that were rounded otherwise are dropped", async () => {
    const series = await read([
      ...classicSeries({ distanceMm: (k) => 7 * k }),
      ...classicSeries({
        distanceMm: (k) => 7 * k + 0.02,
        attributes: (k) => ({ SOPInstanceUID: uid(70, k + 1) }),
      }),
    ]);
    assert.equal(series.source.frames.length, 6);
    assert.deepEqual(codes(series), ["DUPLICATE_DROPPED", "SHORT_COVERAGE"]);
  });

  test("V5: thin slices are slices, also where a hole in the stack is wide", async () => {
    for (const apartMm of [0.05, 0.1, 0.2]) {
      const { source } = await read(
        stacked("CT", [{ fromMm: 0, apartMm, slices: 12, attributes: () => ({}) }]),
      );
      assert.equal(source.frames.length, 12);
    }
    const holed = classicSeries({ slices: 12, distanceMm: (k) => 0.3 * (k + (k > 6 ? 4 : 0)) });
    assert.match(
      (await refusal(read(holed), "MISSING_SLICES")).sentence,
      /^4 slices are missing at 1 place;/,
    );
  });

  test("V5: no refusal counts more missing slices than there are slices", async () => {
    for (const shiftMm of [0.08, 0.2, 0.5, 1])
      for (const count of [2, 3]) {
        const files = shifted(
          7,
          Array.from({ length: count }, (_, n) => n * shiftMm),
          () => ({}),
        );
        const failure = await refusal(read(files), "NON_UNIFORM_SPACING");
        assert.match(failure.sentence, new RegExp(`^The slices are ${count} even stacks of 8 and 8`));
        assert.match(failure.sentence, /7\.000 mm apart each/);
        assert.deepEqual(failure.details["shiftsMm"], Array<number>(count - 1).fill(shiftMm));
      }
    const irregular = [0, 0.3, 9, 18, 27, 36.2, 45];
    const failure = await refusal(
      read(classicSeries({ slices: 7, distanceMm: (k) => irregular[k] ?? 0 })),
      "NON_UNIFORM_SPACING",
    );
    assert.match(failure.sentence, /varies from 0\.300 to 9\.200 mm/);
  });
});

describe("V5: what an image is of stands fast before it is known where it lies", () => {
  /** The same strays every time, of all sizes up to ±1. */
  const stray = (n: number, k: number): number => Math.sin(12.9898 * (1 + n) + 78.233 * (1 + k));
  const strayed = (
    apartMm: number,
    byMm: number,
    shiftMm: number,
    attributes: readonly Attributes[],
  ): readonly Uint8Array[] =>
    attributes.flatMap((own, n) =>
      classicSeries({
        modality: "MR",
        slices: 12,
        distanceMm: (k) => apartMm * k + shiftMm * n + byMm * stray(n, k),
        stored: (k, row, column) => 1000 + 100 * n + 10 * k + row + column,
        attributes: (k) => ({ SOPInstanceUID: uid(60 + n, k + 1), InstanceNumber: 1 + k, ...own }),
      }),
    );

  test("V5: time points, echoes and both at once are volumes where some positions coincide and others do not", () => {
    const point = (n: number): Attributes => ({ TemporalPositionIdentifier: n });
    const echo = (n: number): Attributes => ({ EchoTime: String(20 * n) });
    for (const byMm of [0.03, 0.1]) {
      const apartMm = byMm === 0.03 ? 3 : 5;
      assert.deepEqual(
        outcome(strayed(apartMm, byMm, 0, [point(1), point(2), point(3)])),
        [1, 2, 3].map((n) => `TemporalPositionIdentifier=${n} 12 volume`),
      );
      assert.deepEqual(
        outcome(strayed(apartMm, byMm, 0, [echo(1), echo(2)])),
        [20, 40].map((ms) => `EchoTime=${ms} 12 volume`),
      );
      const both = [1, 2].flatMap((n) => [1, 2].map((m) => ({ ...point(n), ...echo(m) })));
      assert.deepEqual(
        outcome(strayed(apartMm, byMm, 0, both)),
        [1, 2].flatMap((n) =>
          [20, 40].map((ms) => `TemporalPositionIdentifier=${n},EchoTime=${ms} 12 volume`),
        ),
      );
    }
  });

  test("V5: time points that lost slices at other ends, or stray too far, are refused all the same", async () => {
    const points = [1, 2].map((n) => ({ TemporalPositionIdentifier: n }));
    const files = strayed(3, 0.03, 0, points);
    await refusal(read(files.filter((_, k) => k !== 0 && k !== 23)), "AMBIGUOUS_POSITIONS");
    await refusal(read(strayed(1, 0.1, 0, points)), "AMBIGUOUS_POSITIONS");
  });

  test("V5: moments that lie between each other's slices and drift are never laid into one stack, whatever may be repaired", async () => {
    // Each gap is within what jitter allows of half the distance; the positions are not.
    const drifting = (byMm: number, attributes: (n: number) => Attributes) =>
      stacked(
        "MR",
        [0, 1].map((n) => ({
          fromMm: 1.25 * n,
          apartMm: 2.5,
          slices: 12,
          attributes: () => attributes(n),
          wanderMm: (k: number) => byMm * Math.sin((2 * k + n) / 3),
        })),
      );
    for (const missingSlices of [0, 100])
      for (const byMm of [0.06, 0.1]) {
        const nameless = drifting(byMm, () => ({}));
        const reading = read(nameless, { repairs: { ...noRepairs, missingSlices } });
        const failure = await refusal(reading, "NON_UNIFORM_SPACING");
        assert.match(failure.sentence, /^The slice distance varies from 1\.2\d+ to 1\.2\d+ mm/);
      }
    const timed = (n: number): Attributes => ({ TemporalPositionIdentifier: n + 1 });
    assert.deepEqual(
      outcome(drifting(0.06, timed)),
      [1, 2].map((n) => `TemporalPositionIdentifier=${n} 12 volume`),
    );
    assert.deepEqual(outcome(drifting(0.1, timed)), [" 24 MIXED_ACQUISITIONS"]);
  });

  test("V5: two moments a third of a slice apart are no stack with holes to be filled", async () => {
    const files = stacked("MR", [
      { fromMm: 0, apartMm: 6, attributes: () => ({}) },
      { fromMm: 2, apartMm: 6, attributes: () => ({}) },
    ]);
    const failure = await refusal(
      read(files, { repairs: { ...noRepairs, missingSlices: 100 } }),
      "NON_UNIFORM_SPACING",
    );
    assert.match(
      failure.sentence,
      /^The slice distances repeat every 2 slices: either slices are missing at regular places, or these are 2 stacks of 8 and 8/,
    );
  });
});

describe("V6: a refusal says nothing that may not be so", () => {
  const along = (gaps: readonly number[], driftMm?: SeriesSpec["driftMm"]): readonly Uint8Array[] =>
    classicSeries({
      slices: gaps.length + 1,
      distanceMm: (k) => gaps.slice(0, k).reduce((a, b) => a + b, 0),
      ...(driftMm && { driftMm }),
    });
  const times = (count: number, gap: number): readonly number[] => Array<number>(count).fill(gap);

  test("V4, V6: acquisitions at 3 and at 6 mm that cover the same stretch are volumes by what tells them apart", () => {
    for (const fromMm of [0, 1.5, 1])
      for (const key of ["AcquisitionNumber", "ProtocolName", "SeriesTime"]) {
        const files = stacked("CT", [
          { fromMm: 0, apartMm: 3, slices: 21, attributes: () => ({ [key]: "1", SliceThickness: "3" }) },
          { fromMm, apartMm: 6, slices: 10, attributes: () => ({ [key]: "2", SliceThickness: "3" }) },
        ]);
        // Positions are shared: what differs in copies too tells nothing.
        if (fromMm === 0 && key !== "AcquisitionNumber") continue;
        assert.deepEqual(outcome(files), [`${key}=1 21 volume`, `${key}=2 10 volume`]);
      }
  });

  test("V4, V6: what may be acquisitions of other distances is not called missing slices alone", async () => {
    for (const gaps of [
      [...times(20, 3), ...times(21, 6)],
      [...times(10, 5), 205, ...times(10, 5)].map((gap) => Math.min(gap, 100)),
      [...times(60, 3), ...times(4, 6)],
    ]) {
      const failure = await refusal(read(along(gaps)), "MISSING_SLICES");
      assert.match(
        failure.sentence,
        /^The slices lie \d\.000 mm apart here and \d+\.000 mm there: either \d+ slices are missing at \d+ places?, or they are of several acquisitions\.$/,
      );
    }
    const few = await refusal(read(along([...times(9, 3), 6, ...times(9, 3), 6, 3])), "MISSING_SLICES");
    assert.equal(few.sentence, "2 slices are missing at 2 places; the others lie 3.000 mm apart.");
  });

  test("V6: a stack of which every fifth slice is missing is not called five stacks", async () => {
    const files = along(Array.from({ length: 24 }, (_, k) => (k % 5 === 4 ? 6 : 3)));
    assert.equal(
      (await refusal(read(files), "MISSING_SLICES")).sentence,
      "4 slices are missing at 4 places; the others lie 3.000 mm apart.",
    );
  });

  test("V6: stacks that jump sideways are not called tilted", async () => {
    const jump = along(times(11, 5), (k) => [0, k < 6 ? 0 : 30, 0]);
    const failure = await refusal(read(jump), "GANTRY_TILT");
    assert.equal(
      failure.sentence,
      "The slices do not lie above each other, nor on a slope: they stray sideways by up to 30.0 mm.",
    );
    assert.match(failure.remedy, /one place of the table/);
    assert.equal(failure.details["angleDegrees"], undefined);
  });
});

describe("V6: images at one position are called what they are", () => {
  const monitor = (attributes: (n: number) => Attributes, positions = 1) =>
    stacked(
      "CT",
      Array.from({ length: 12 }, (_, n) => ({
        fromMm: 0,
        apartMm: 5,
        slices: positions,
        attributes: () => attributes(n),
      })),
    );

  test("V6: a bolus monitor is refused once, whatever tells its images apart, and never as so many single slices", async () => {
    const ways: readonly ((n: number) => Attributes)[] = [
      () => ({}),
      (n) => ({ AcquisitionNumber: n + 1 }),
      (n) => ({ AcquisitionTime: clock(36000 + 2 * n) }),
      (n) => ({ ContentTime: clock(36000 + 2 * n) }),
      (n) => ({ InstanceNumber: n + 1 }),
    ];
    for (const way of ways) {
      const files = monitor(way);
      assert.deepEqual(outcome(files), [" 12 ONE_POSITION"]);
      const failure = await refusal(read(files, { minSlices: 1 }), "ONE_POSITION");
      assert.match(failure.sentence, /^All 12 images lie at one position/);
      assert.deepEqual([failure.details["images"], failure.details["positions"]], [12, 1]);
    }
  });

  test("V6: and one that looks at two positions says so", async () => {
    const failure = await refusal(read(monitor((n) => ({ AcquisitionNumber: n + 1 }), 2)), "TOO_FEW_SLICES");
    assert.equal(failure.sentence, "24 images lie at 2 positions; slices at 5 at least are needed.");
  });

  test("V6: copies of one slice are one slice", async () => {
    const copies = [0, 1, 2].flatMap((n) =>
      classicSeries({ slices: 1, attributes: () => ({ SOPInstanceUID: uid(60 + n, 1) }) }),
    );
    assert.equal((await read(copies, { minSlices: 1 })).source.frames.length, 1);
  });
});

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "V2",
    "two-time-points-interleaved",
    ["TemporalPositionIdentifier=1 20 volume", "TemporalPositionIdentifier=2 20 volume"],
  ],
  ["V3", "nonimage-in-series", [" 20 volume"]],
  ["V4", "overlapping-acquisitions", ["AcquisitionNumber=1 14 volume", "AcquisitionNumber=2 13 volume"]],
  [
    "V5",
    "4d-jitter-20um",
    ["TemporalPositionIdentifier=1 20 volume", "TemporalPositionIdentifier=2 20 volume"],
  ],
  ["V6", "bolus-monitor-one-position", [" 24 ONE_POSITION"]],
];

for (const [id, name, expected] of cases)
  test(`${id}: the series that was found (${name}) is what its README says`, {
    skip: needsShared("fixtures", "cases", name),
  }, () => {
    const files = instancesOf(sharedFolder("fixtures", "cases", name))
      .filter((instance) => instance.name.endsWith(".dcm"))
      .map((instance) => instance.read());
    assert.deepEqual(outcome(files), expected);
  });
