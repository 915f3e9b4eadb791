import assert from "node:assert/strict";
import test from "node:test";
import { verdictLine } from "../../src/cli/demoTable.ts";
import { parseHeader } from "../../src/dicom/file/header.ts";
import { readSrVolumeMl } from "../../src/dicom/verify/readSr.ts";
import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../src/dicom/write/buildTextReport.ts";
import type { Header } from "../../src/domain/series.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { keyPictures } from "../../src/story/illustrate.ts";
import { judgeMask } from "../../src/trust/judgeMask.ts";
import { makeContext, makeSource, maskOf } from "../dicom/write/sources.ts";

/** Seven voxels of 74.2 mm³: 0.5194 ml. */
const source = makeSource({ shape: [6, 7, 8], spacingMm: [4, 4.31, 4.304] });
const mask = maskOf(source.grid, [
  ...[2, 3, 4, 5, 6].map((x) => [3, 3, x] as const),
  ...[3, 4].map((x) => [2, 3, x] as const),
]);
const volume = { grid: source.grid, voxels: Float32Array.from(mask.voxels) };
const measures = measureMask(mask, volume);
const warnings = judgeMask(mask, measures);
const context = makeContext(source, {
  warnings,
  settings: { volumeInDescription: true, volumeInLabel: true },
});

/** Every text in a header, at any depth. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value.replaceAll("\r\n", " ")];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsOf) : [];
};

/** Volumes that people read in texts; the error of the voxels and what healthy adults have are others. */
const volumesIn = (texts: readonly string[]): readonly string[] =>
  texts
    .map((text) => text.replaceAll(/±\S+ ml|\S+ to \S+ ml/g, ""))
    .flatMap((text) => text.match(/[<\d.]+ ?(ml|mL|cm3|cm³|cc)\b/g) ?? []);

test("P3: people read one volume, in one unit and to one decimal, wherever they read it", () => {
  assert.match(measures.volumeMl.toFixed(4), /^0\.519/);
  const seg = buildSeg(mask, context);
  const headers: Readonly<Record<string, Header>> = {
    seg: parseHeader(seg.bytes),
    sr: parseHeader(buildSr(measures, seg.object, context).bytes),
    text: parseHeader(buildTextReport(measures, seg.object, context).bytes),
  };
  const seen: Readonly<Record<string, readonly string[]>> = {
    ...Object.fromEntries(
      Object.entries(headers).map(([kind, header]) => [kind, volumesIn(textsOf(header))]),
    ),
    pictures: keyPictures(volume, { mask, measures, warnings }, context).flatMap(({ marks }) =>
      volumesIn(marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []))),
    ),
    console: volumesIn([
      verdictLine({
        ...{ name: "CT", reason: "", state: "done", asExpected: true, dice: 1, seconds: {} },
        ...{ volumeMl: measures.volumeMl, trueVolumeMl: measures.volumeMl },
      } as unknown as Parameters<typeof verdictLine>[0]),
    ]),
  };
  for (const [place, volumes] of Object.entries(seen)) {
    assert.ok(volumes.length > 0, place);
    assert.deepEqual([...new Set(volumes)], ["0.5 ml"], `${place}: ${volumes}`);
  }
  // The coded value keeps its precision.
  const { bytes } = buildSr(measures, seg.object, context);
  assert.ok(Math.abs(readSrVolumeMl(bytes) - measures.volumeMl) <= 1e-6);
});
