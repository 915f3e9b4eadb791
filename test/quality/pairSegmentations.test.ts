import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownSegmentation } from "../../src/domain/quality.ts";
import { pairSegmentations } from "../../src/quality/pairSegmentations.ts";

const segmentation = (name: string, changed: Partial<KnownSegmentation> = {}): KnownSegmentation => ({
  studyUid: "1",
  seriesUid: `series ${name}`,
  sopInstanceUid: name,
  sourceSeriesUid: "ct",
  isOurs: false,
  algorithmType: "MANUAL",
  scanner: null,
  contentDate: "20250601",
  contentTime: "120000",
  studyDate: "20250530",
  ...changed,
});

const ours = (name: string, changed: Partial<KnownSegmentation> = {}): KnownSegmentation =>
  segmentation(name, { isOurs: true, algorithmType: "AUTOMATIC", ...changed });

const told = (segmentations: readonly KnownSegmentation[], includeAutomatic = false) => {
  const { pairs, leftOut } = pairSegmentations(segmentations, { includeAutomatic });
  return {
    pairs: pairs.map((pair) => `${pair.ours.sopInstanceUid} ${pair.correction.sopInstanceUid}`),
    leftOut: leftOut.map(({ sopInstanceUid, code }) => `${sopInstanceUid} ${code}`),
  };
};

test("the newest correction is compared with the newest of ours that the person can have seen", () => {
  const all = [
    ours("first", { contentDate: "20250501" }),
    ours("shown", { contentTime: "0800" }),
    ours("rerun", { contentDate: "20250701" }),
    segmentation("draft", { contentTime: "115959.5" }),
    segmentation("final"),
  ];
  const expected = { pairs: ["shown final"], leftOut: ["draft OTHER_CORRECTION"] };
  assert.deepEqual(told(all), expected);
  assert.deepEqual(told(all.toReversed()), expected);
});

test("without any of ours before the correction, the newest of ours is compared", () => {
  const later = ["20250602", "20250603"].map((contentDate) => ours(contentDate, { contentDate }));
  assert.deepEqual(told([...later, segmentation("early")]).pairs, ["20250603 early"]);
  assert.deepEqual(
    told([ours("ours"), segmentation("undated", { contentDate: "", contentTime: "" })]).pairs,
    ["ours undated"],
  );
});

test("what another algorithm made without a person corrects nothing unless asked for", () => {
  const all = [ours("ours"), segmentation("other", { algorithmType: "AUTOMATIC" })];
  assert.deepEqual(told(all), { pairs: [], leftOut: ["other MADE_BY_ALGORITHM"] });
  assert.deepEqual(told(all, true), { pairs: ["ours other"], leftOut: [] });
  const byHand = segmentation("by hand", { contentDate: "20250501" });
  assert.deepEqual(told([...all, byHand], true).pairs, ["ours by hand"]);
  for (const algorithmType of ["SEMIAUTOMATIC", "MANUAL", null])
    assert.deepEqual(told([ours("ours"), segmentation("by hand", { algorithmType })]).pairs, [
      "ours by hand",
    ]);
});

test("corrections of series that we did not segment, or that name none, say so; ours alone say nothing", () => {
  const all = [
    ours("ours", { sourceSeriesUid: "another" }),
    ours("of nothing", { sourceSeriesUid: null }),
    segmentation("alone"),
    segmentation("nameless", { sourceSeriesUid: null }),
  ];
  assert.deepEqual(told(all), {
    pairs: [],
    leftOut: ["nameless NO_SOURCE_SERIES", "alone NOTHING_OF_OURS"],
  });
});
