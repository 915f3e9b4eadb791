import assert from "node:assert/strict";
import test from "node:test";
import { parseHeader } from "../../../src/dicom/file/header.ts";
import { buildRejection } from "../../../src/dicom/write/buildRejection.ts";
import { buildSr } from "../../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../../src/dicom/write/buildTextReport.ts";
import { measureMask } from "../../../src/measure/measureMask.ts";
import { deIdentifiedCase } from "./matrixCases.ts";
import { allOf, objectsOf, segmentationTypes } from "./matrixObjects.ts";
import { canariesIn } from "./matrixPrivate.ts";
import { maskOf } from "./sources.ts";

/** Objects of every kind by name: what a result consists of, what is written of an empty one, and what withdraws it. */
const everyKind = async (): Promise<ReadonlyMap<string, Uint8Array>> => {
  const built = new Map<string, Uint8Array>();
  for (const type of segmentationTypes) {
    const objects = await objectsOf(deIdentifiedCase, type);
    const { context, source, seg, sr } = objects;
    for (const [n, { bytes }] of allOf(objects).entries()) built.set(`${type} ${n}`, bytes);
    const note = buildRejection(
      {
        objects: [sr, seg].map(({ object }) => ({ ...object, studyUid: source.studyUid })),
        reason: "safety",
        resultKey: context.resultKey,
        rejectedAtMs: context.orderedAtMs,
        manufacturer: context.settings.manufacturer,
        seriesNumberBase: context.settings.seriesNumberBase,
        software: context.software,
      },
      sr.bytes,
    );
    built.set(`${type} rejection note`, note.bytes);
    const empty = maskOf(source.grid, []);
    const nothing = measureMask(empty, { grid: source.grid, voxels: new Float32Array(empty.voxels.length) });
    built.set(`${type} empty report`, buildSr(nothing, null, context).bytes);
    built.set(`${type} empty report in words`, buildTextReport(nothing, null, context).bytes);
  }
  return built;
};

test("SEG-3, SEG-4: private elements, wherever they stand, and what names people and places stay in the source", async () => {
  const [file] = deIdentifiedCase.images.files;
  assert.ok(file !== undefined);
  // 13 texts; two private blocks in it and one in each of three sequences, of four elements.
  assert.equal(canariesIn(file).length, 13 + 5 * 4);
  const built = await everyKind();
  assert.equal(built.size, 3 * 8);
  for (const [name, bytes] of built) {
    assert.deepEqual(canariesIn(bytes), [], name);
    const texts = Buffer.from(bytes).toString("latin1");
    assert.ok(!texts.includes("CANARY"), name);
    assert.ok(!("Laterality" in parseHeader(bytes)), name);
    // What is meant to be copied was: the objects are of this patient, and say that it was de-identified.
    for (const kept of ["ANON^MATRIX", "Clean all", "MODIFIED"]) assert.ok(texts.includes(kept), name);
  }
});

test("SEG-3: where objects are dated like the study, nothing tells the year in which they were made", async () => {
  for (const [name, bytes] of await everyKind()) {
    const texts = Buffer.from(bytes).toString("latin1");
    assert.ok(texts.includes("20240131"), name);
    // UIDs are long numbers, which hold every year.
    assert.ok(!texts.replaceAll(/[\d.]{12,}/g, "").includes("2025"), name);
  }
});
