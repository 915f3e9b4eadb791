import assert from "node:assert/strict";
import { test } from "node:test";
import { refusedByRule, type SeriesSubject, scoreSeries } from "../../../src/dicom/select/rules.ts";
import type { SeriesRule } from "../../../src/domain/rules.ts";
import type { Header } from "../../../src/domain/series.ts";
import { readSeriesRules } from "../../../src/settings/seriesRules.ts";

const rules = readSeriesRules(null);

type Measured = Partial<SeriesSubject["measured"]>;

const subjectOf = (header: Header, measured: Measured = {}): SeriesSubject => ({
  header,
  words: [header["ProtocolName"], header["SeriesDescription"], header["SequenceName"]]
    .map((value) => String(value ?? ""))
    .join(" | ")
    .toLowerCase(),
  measured: {
    slices: null,
    sliceSpacingMm: null,
    coverageMm: null,
    fieldOfViewMm: null,
    degreesOffAxial: null,
    ...measured,
  },
});

const ct = (header: Header, measured: Measured = {}): number =>
  scoreSeries(rules, "CT", subjectOf({ Modality: "CT", ...header }, measured)).score;

test("a CT in portal venous phase is better than arterial, delayed and native ones", () => {
  const phases = ["Abdomen ven", "Abdomen art", "Abdomen delayed", "Abdomen native"].map((text) =>
    ct({ SeriesDescription: text }),
  );
  assert.deepEqual(
    phases,
    phases.toSorted((a, b) => b - a),
  );
  assert.equal(new Set(phases).size, 4);
});

test("a soft kernel is better than none named, and that better than a sharp one, for every vendor", () => {
  for (const [soft, sharp] of [
    ["B30f", "B70f"],
    ["Br40d", "Bl57d"],
    ["STANDARD", "LUNG"],
    ["B", "YC"],
    ["FC08", "FC51"],
  ]) {
    assert.ok(ct({ ConvolutionKernel: soft }) > ct({}));
    assert.ok(ct({}) > ct({ ConvolutionKernel: sharp }));
  }
});

test("thin slices, long coverage and a trunk's field of view count; what is unknown counts nothing", () => {
  assert.ok(ct({}, { sliceSpacingMm: 3 }) > ct({}, { sliceSpacingMm: 4 }));
  assert.ok(ct({}, { sliceSpacingMm: 4 }) > ct({}, { sliceSpacingMm: 6 }));
  assert.ok(ct({}, { sliceSpacingMm: 6 }) > ct({}, { sliceSpacingMm: 8 }));
  assert.ok(ct({}, { coverageMm: 200 }) > ct({}, { coverageMm: 100 }));
  assert.ok(ct({}, { coverageMm: 100 }) > ct({}, { coverageMm: 60 }));
  assert.equal(ct({}), 50);
});

test("a Dixon water image is better than the in-phase one, for T1 alone", () => {
  const score = (type: string): number =>
    scoreSeries(rules, "T1", subjectOf({ Modality: "MR", ImageType: ["DERIVED", "PRIMARY", "M", type] }))
      .score;
  assert.ok(score("WATER") > score("IN_PHASE"));
  assert.ok(score("IN_PHASE") > score("OTHER"));
  const water = subjectOf({ Modality: "MR", ImageType: ["ORIGINAL", "PRIMARY", "M", "WATER"] });
  assert.equal(scoreSeries(rules, "T2", water).score, 50);
});

test("text excludes by whole words, and diffusion words only in MR", () => {
  const refusal = (header: Header): string | null => refusedByRule(rules, subjectOf(header))?.code ?? null;
  assert.equal(refusal({ SeriesDescription: "Topogram 0.6" }), "LOCALIZER");
  assert.equal(refusal({ SeriesDescription: "ABD MIP" }), "DERIVED_NOT_VOLUME");
  assert.equal(refusal({ Modality: "MR", SeriesDescription: "ep2d_diff_b50" }), "WRONG_CONTRAST");
  assert.equal(refusal({ Modality: "CT", SeriesDescription: "b50 kernel" }), null);
  assert.equal(refusal({ SeriesDescription: "Location unknown, simple" }), null);
});

test("a site's rule may ask for attributes, ranges and exceptions", () => {
  const site: readonly SeriesRule[] = [
    {
      because: "trauma scanner",
      where: { StationName: "^TRAUMA", KVP: [null, 100] },
      unless: { SeriesDescription: "pancreas" },
      refuse: "SITE_RULE",
    },
  ];
  const refusal = (header: Header): string | null => refusedByRule(site, subjectOf(header))?.because ?? null;
  assert.equal(refusal({ StationName: "TRAUMA1", KVP: 80 }), "trauma scanner");
  assert.equal(refusal({ StationName: "TRAUMA1", KVP: 120 }), null);
  assert.equal(refusal({ StationName: "TRAUMA1" }), null);
  assert.equal(refusal({ StationName: "TRAUMA1", KVP: 80, SeriesDescription: "Pancreas" }), null);
  assert.equal(refusal({ KVP: 80 }), null);
});

test("the reasons of a score say what moved it, and add up to it", () => {
  const { score, because } = scoreSeries(
    rules,
    "CT",
    subjectOf(
      { Modality: "CT", ConvolutionKernel: "B30f", SeriesDescription: "Abdomen ven" },
      { coverageMm: 60 },
    ),
  );
  assert.equal(
    because.reduce((sum, reason) => sum + Number.parseInt(reason, 10), 50),
    score,
  );
  assert.ok(because.includes("+10 soft kernel"));
  assert.ok(because.includes("-20 covers less than 80 mm"));
});
