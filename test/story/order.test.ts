import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { composeTeller, software } from "../../src/compose.ts";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { parseHeader } from "../../src/dicom/file/header.ts";
import { zyx } from "../../src/domain/axes.ts";
import type { Failure } from "../../src/domain/failure.ts";
import type { NewSegmentJob } from "../../src/domain/job.ts";
import type { Header } from "../../src/domain/series.ts";
import { importModel } from "../../src/importer/importModel.ts";
import { makeLog } from "../../src/processes/log.ts";
import { settingsSchema } from "../../src/settings/settingsSchema.ts";
import { orderSegmentation } from "../../src/story/order.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-order-"));
after(() => rmSync(folder, { recursive: true }));

const demoCt = fileURLToPath(new URL("../../models/phantom/ct", import.meta.url));
const phantom = makePhantom({ seed: 1, modelClass: "CT", shape: zyx(6, 32, 32), spacingMm: zyx(5, 8, 8) });
const headers: readonly Header[] = writeSeries(phantom).map(({ bytes }) => parseHeader(bytes));
const series = { studyUid: "1.2", seriesUid: "1.2.3" };

before(() =>
  importModel({ source: demoCt, modelsFolder: folder, modelClass: "CT", softwareVersion: software.version }),
);

const order = (of: readonly Header[], allowPhantomModel = false, part = ""): NewSegmentJob | Failure =>
  orderSegmentation(
    series,
    of,
    { modelClass: "CT", part },
    composeTeller(settingsSchema.parse({ models: { folder, allowPhantomModel } }), makeLog("silent")),
  );

const codeOf = (outcome: NewSegmentJob | Failure): string | null => ("code" in outcome ? outcome.code : null);

test("a demo model runs on phantoms, and on anything else only where it is allowed to", () => {
  assert.equal(codeOf(order(headers)), null);
  const patient = headers.map((header) => ({ ...header, QualityControlImage: "NO" }));
  assert.equal(codeOf(order(patient)), "PHANTOM_MODEL");
  assert.equal(codeOf(order(patient, true)), null);
});

test("one image that is no phantom's is enough to refuse, and so is another machine's name", () => {
  const [first = {}, ...others] = headers;
  assert.equal(codeOf(order([{ ...first, QualityControlImage: null }, ...others])), "PHANTOM_MODEL");
  assert.equal(codeOf(order([{ ...first, ManufacturerModelName: "SOMATOM" }, ...others])), "PHANTOM_MODEL");
  assert.equal(codeOf(order([])), "PHANTOM_MODEL");
});

test("equal series, model and settings ask for one job; a slice more, or another attempt, for another", () => {
  const keyOf = (outcome: NewSegmentJob | Failure): string => ("key" in outcome ? outcome.key : "");
  assert.notEqual(keyOf(order(headers)), "");
  assert.equal(keyOf(order(headers)), keyOf(order([...headers].reverse())));
  assert.notEqual(keyOf(order(headers)), keyOf(order(headers.slice(1))));
  assert.notEqual(keyOf(order(headers)), keyOf(order(headers, false, "EchoTime=2.4")));
});
