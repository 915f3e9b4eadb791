import assert from "node:assert/strict";
import { test } from "node:test";
import { number, parseHeader } from "../../../src/dicom/file/header.ts";
import { buildRejection } from "../../../src/dicom/write/buildRejection.ts";
import { buildSeg } from "../../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { asymmetricMask, makeContext, makeSource } from "./sources.ts";

const numbersWith = (seriesNumberBase: number, sourceNumber: number | null): readonly (number | null)[] => {
  const source = makeSource({ header: { SeriesNumber: sourceNumber } });
  const context = makeContext(source, { settings: { seriesNumberBase } });
  const mask = asymmetricMask(source.grid);
  const measures = measureMask(mask, { grid: source.grid, voxels: new Float32Array(mask.voxels.length) });
  const seg = buildSeg(mask, context);
  const sr = buildSr(measures, seg.object, context);
  const note = buildRejection(
    {
      objects: [{ ...sr.object, studyUid: source.studyUid }],
      reason: "quality",
      resultKey: context.resultKey,
      rejectedAtMs: context.orderedAtMs,
      manufacturer: "panseg",
      seriesNumberBase,
      software: context.software,
    },
    sr.bytes,
  );
  const words = buildTextReport(measures, seg.object, context);
  return [seg, sr, words, note].map(({ bytes }) => number(parseHeader(bytes), "SeriesNumber"));
};

test("series numbers follow the source's from the site's base on, in steps of a thousand", () => {
  assert.deepEqual(numbersWith(9000, 4), [9004, 10004, 11004, 13000]);
  assert.deepEqual(numbersWith(70000, 4), [70004, 71004, 72004, 74000]);
  assert.deepEqual(numbersWith(9000, 1234), [9000, 10000, 11000, 13000]);
  assert.deepEqual(numbersWith(9000, null), [9000, 10000, 11000, 13000]);
});
