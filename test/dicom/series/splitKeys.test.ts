import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headerFromJson, parseHeader } from "../../../src/dicom/file/header.ts";
import { type Attributes, classicSeries, shuffled, uid } from "../../support/dicomSeries.ts";
import { ge, type PrivateSpec, philips, siemens, withPrivate } from "../file/withPrivate.ts";
import { codes, read, refusal, uidsOf } from "./support.ts";
import { assertSplit, ids, slices, together, two } from "./together.ts";

/** Where nothing is to be seen, all phases have the same pixels. */
const emptyEnd = (n: number, change: (k: number) => Attributes): readonly Uint8Array[] =>
  classicSeries({
    modality: "MR",
    stored: (k, row, column) => (k === 0 || k === slices - 1 ? 0 : 100 * n + 10 * k + row + column),
    attributes: (k) => ({ SOPInstanceUID: uid(60 + n, k + 1), InstanceNumber: 1, ...change(k) }),
  });

describe("G11, G12: copies are told from volumes by what the headers say", () => {
  const keys: readonly (readonly [string, (n: number) => Attributes, readonly string[]])[] = [
    [
      "TemporalPositionIdentifier",
      (n) => ({ TemporalPositionIdentifier: n + 1 }),
      ["TemporalPositionIdentifier=1", "TemporalPositionIdentifier=2"],
    ],
    ["EchoTime", (n) => ({ EchoTime: `${n + 1}` }), ["EchoTime=1", "EchoTime=2"]],
    [
      "AcquisitionTime",
      (n) => ({ AcquisitionTime: `10200${n}` }),
      ["AcquisitionTime=1", "AcquisitionTime=2"],
    ],
  ];
  for (const [key, change, expected] of keys)
    test(`G11: phases by ${key} keep their identical empty end slices`, async () => {
      const files = [0, 1].flatMap((n) => emptyEnd(n, () => change(n)));
      assert.deepEqual(ids(files), expected);
      for (const [n, part] of expected.entries()) {
        for (const seed of [1, 2, 3]) {
          const { source, warnings } = await read(shuffled(files, seed), { part });
          assert.deepEqual(
            source.frames.map(({ sopInstanceUid }) => sopInstanceUid),
            Array.from({ length: slices }, (_, k) => uid(60 + n, k + 1)),
          );
          assert.ok(!warnings.some(({ code }) => code === "DUPLICATE_DROPPED"));
        }
      }
    });

  test("G11: phases by the order of their numbers keep their identical empty end slices", async () => {
    const files = [0, 1].flatMap((n) => emptyEnd(n, (k) => ({ InstanceNumber: slices * n + k + 1 })));
    for (const part of ["InstanceOrder=1", "InstanceOrder=2"]) {
      const series = await read(files, { part });
      assert.equal(series.source.frames.length, slices);
      assert.ok(codes(series).includes("SPLIT_BY_INSTANCE"));
    }
  });

  test("G11: a copy of one image of two echoes under a new UID is dropped, and the echoes are two volumes", async () => {
    const files = two({ EchoTime: "1" }, { EchoTime: "2" });
    const [copy] = classicSeries({
      modality: "MR",
      stored: (k, row, column) => 10 * k + row + column,
      attributes: () => ({ SOPInstanceUID: uid(99), EchoTime: "1", InstanceNumber: 7 }),
    });
    assert.ok(copy !== undefined);
    for (const seed of [1, 2, 3])
      for (const [part, first] of [
        ["EchoTime=1", 0],
        ["EchoTime=2", 100],
      ] as const) {
        const series = await read(shuffled([...files, copy], seed), { part });
        assert.equal(series.source.frames.length, slices);
        assert.equal(series.volume.voxels[0], first);
        assert.deepEqual(series.warnings[0]?.code, "DUPLICATE_DROPPED");
        assert.deepEqual(series.warnings[0]?.details?.["sopInstanceUids"], [uid(99)]);
      }
  });

  test("G12: an image that differs from its like in one pixel stays ambiguous", async () => {
    const files = two({ EchoTime: "1" }, { EchoTime: "2" });
    const [other] = classicSeries({
      modality: "MR",
      stored: (k, row, column) => 10 * k + row + column + (row === 3 && column === 3 ? 1 : 0),
      attributes: () => ({ SOPInstanceUID: uid(99), EchoTime: "1" }),
    });
    assert.ok(other !== undefined);
    const failure = await refusal(read([...files, other]), "AMBIGUOUS_POSITIONS");
    assert.ok(uidsOf(failure).includes(uid(99)));
  });
});

test("1c SOP class: CT and MR images of one series are never one volume", async () => {
  const [ct, mr] = [
    classicSeries({ attributes: (k) => ({ SOPInstanceUID: uid(60, k + 1) }) }),
    classicSeries({
      modality: "MR",
      origin: [-100, -120, 160],
      attributes: (k) => ({ SOPInstanceUID: uid(61, k + 1) }),
    }),
  ];
  const files = [...ct, ...mr];
  assert.deepEqual(ids(files).toSorted(), ["SOPClass=CT", "SOPClass=MR"]);
  for (const modality of ["CT", "MR"] as const) {
    const { source } = await read(files, { part: `SOPClass=${modality}` });
    assert.equal(source.modality, modality);
    assert.equal(source.frames.length, 6);
  }
});

describe("G9: frames of reference", () => {
  const space = (n: number, origin: number, FrameOfReferenceUID: string | null) =>
    classicSeries({
      slices: 5,
      origin: [-100, -120, origin],
      attributes: (k) => ({ SOPInstanceUID: uid(60 + n, k + 1), FrameOfReferenceUID }),
    });

  test("G9: an image without one joins two others never", async () => {
    // Its UID sorts first, so that it is the one that all others are compared with.
    const [nameless = new Uint8Array()] = space(-50, 20, null);
    const files = [nameless, ...space(0, 40, uid(1, 1)), ...space(1, 150, uid(1, 2))];
    for (const seed of [1, 2, 3]) {
      assert.deepEqual(ids(shuffled(files, seed)), ["FrameOfReference=1", "FrameOfReference=2"]);
      const first = await read(shuffled(files, seed), { part: "FrameOfReference=1" });
      assert.equal(first.source.frames.length, 5);
      assert.ok(codes(first).includes("PARTS_DROPPED"));
    }
  });

  test("G9: images without one belong to the only one that the others name", async () => {
    const files = [...space(0, 40, null), ...space(1, 140, uid(1, 1))];
    const { source } = await read(files);
    assert.equal(source.frames.length, 10);
    assert.equal(source.frameOfReferenceUid, uid(1, 1));
  });
});

describe("1c: two keys together", () => {
  const crossed = (first: (n: number) => Attributes, second: (n: number) => Attributes) =>
    together([0, 1, 2, 3].map((n) => ({ attributes: () => ({ ...first(n >> 1), ...second(n & 1) }) })));

  test("1c EchoTime, TemporalPositionIdentifier: echoes at several times are a volume for each pair", () =>
    assertSplit(
      crossed(
        (n) => ({ EchoTime: `${n + 1}` }),
        (n) => ({ TemporalPositionIdentifier: n + 1 }),
      ),
      [
        "EchoTime=1,TemporalPositionIdentifier=1",
        "EchoTime=1,TemporalPositionIdentifier=2",
        "EchoTime=2,TemporalPositionIdentifier=1",
        "EchoTime=2,TemporalPositionIdentifier=2",
      ],
    ));

  test("1c EchoTime, AcquisitionTime: echoes at times that alone tell the phases apart", () =>
    assertSplit(
      crossed(
        (n) => ({ EchoTime: `${n + 1}` }),
        (n) => ({ AcquisitionTime: `10200${n}` }),
      ),
      ["1", "2"].flatMap((echo) => ["1", "2"].map((time) => `EchoTime=${echo},AcquisitionTime=${time}`)),
    ));
});

/** Four images at each position: one without weighting, three with their own direction, numbered without any order. */
const diffusion = (spec: (bValue: number, direction: readonly number[]) => PrivateSpec) => {
  const volumes: readonly (readonly [number, readonly number[]])[] = [
    [0, [0, 0, 0]],
    [800, [1, 0, 0]],
    [800, [0, 1, 0]],
    [800, [-0.5, 0.5, Math.SQRT1_2]],
  ];
  const scattered = shuffled(
    Array.from({ length: 4 * slices }, (_, n) => n + 1),
    5,
  );
  return volumes.flatMap(([bValue, direction], n) =>
    classicSeries({
      modality: "MR",
      stored: (k, row, column) => 100 * n + 10 * k + row + column,
      attributes: (k) => ({ SOPInstanceUID: uid(60 + n, k + 1), InstanceNumber: scattered[slices * n + k] }),
    }).map((file) => withPrivate(file, spec(bValue, direction))),
  );
};

describe("1c DiffusionBValue, gradient direction: weighting by diffusion", () => {
  const expected = ["0", "800_-0.5_0.5_0.707", "800_0_1_0", "800_1_0_0"].map(
    (value) => `DiffusionGradient=${value}`,
  );
  for (const [vendor, spec] of Object.entries({ siemens, ge, philips }))
    test(`1c DiffusionBValue: b 0 and three directions of b 800 in private elements of ${vendor} are four volumes`, async () => {
      const files = diffusion(spec);
      assert.deepEqual(ids(files).toSorted(), expected);
      for (const part of expected) {
        const series = await read(files, { part });
        assert.equal(series.source.frames.length, slices);
        assert.equal(
          new Set(series.source.frames.map(({ sopInstanceUid }) => sopInstanceUid.split(".").at(-2))).size,
          1,
        );
      }
    });

  test("H3: private b-values are read by their creator's block, and in the usual one where a vendor's creators were removed", () => {
    const [file = new Uint8Array()] = classicSeries({
      modality: "MR",
      attributes: () => ({ Manufacturer: "GE MEDICAL SYSTEMS" }),
    });
    const bValueOf = (spec: PrivateSpec): unknown => parseHeader(withPrivate(file, spec))["DiffusionBValue"];
    assert.equal(bValueOf(ge(1_000_000_800, [])), 800);
    assert.equal(bValueOf(ge(800, []).map((element) => ({ ...element, block: 0x11 }))), 800);
    assert.equal(bValueOf(ge(800, []).map((element) => ({ ...element, creator: null }))), 800);
    assert.equal(bValueOf(ge(800, []).map((element) => ({ ...element, creator: "ACME" }))), undefined);
    assert.equal(bValueOf(siemens(800, []).map((element) => ({ ...element, creator: null }))), undefined);
  });

  test("H7: WADO-RS metadata give the same private b-value, as numbers or as bytes", () => {
    const mr = { "00080060": { vr: "CS", Value: ["MR"] } };
    const json = headerFromJson({
      ...mr,
      "00190010": { vr: "LO", Value: ["SIEMENS MR HEADER"] },
      "0019100C": { vr: "IS", Value: [800] },
      "0019100E": { vr: "FD", Value: [0, 0.6, 0.8] },
    });
    assert.equal(json["DiffusionBValue"], 800);
    assert.deepEqual(json["DiffusionGradientOrientation"], [0, 0.6, 0.8]);
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(500);
    const binary = headerFromJson({
      ...mr,
      "20010011": { vr: "LO", Value: ["Philips Imaging DD 001"] },
      "20011103": { vr: "UN", InlineBinary: bytes.toString("base64") },
    });
    assert.equal(binary["DiffusionBValue"], 500);
  });

  test("H3: a private b-value that is no number, or one of a CT image, is none", () => {
    const [file = new Uint8Array()] = classicSeries({ modality: "MR" });
    const spoiled = withPrivate(
      file,
      siemens(800, []).map((element) => ({ ...element, value: Buffer.from("8O0 ") })),
    );
    assert.equal(parseHeader(spoiled)["DiffusionBValue"], undefined);
    const [ct = new Uint8Array()] = classicSeries();
    assert.equal(parseHeader(withPrivate(ct, siemens(800, [])))["DiffusionBValue"], undefined);
  });
});
