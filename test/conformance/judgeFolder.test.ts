import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { oddSeries } from "../../src/demo/phantom/oddSeries.ts";
import { parseHeader, text } from "../../src/dicom/file/header.ts";
import { needsShared, needsTool, sharedFolder } from "../support/shared.ts";
import { judgeFolder, type SeriesFindings } from "./judgeFolder.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-judge-"));
after(() => rmSync(folder, { recursive: true }));

const skip = needsTool("dcm2niix");

const unexplained = (found: readonly SeriesFindings[]): readonly string[] =>
  found.flatMap(({ seriesUid, findings }) =>
    findings.flatMap(({ verdict, part, text }) =>
      verdict === "unexplained" ? [`${seriesUid} ${part}: ${text}`] : [],
    ),
  );

const count = (found: readonly SeriesFindings[], wanted: string): number =>
  found.flatMap(({ findings }) => findings).filter(({ verdict }) => verdict === wanted).length;

test("acceptance 1: every fixture converts as dcm2niix converts it, or differs for a known reason", {
  skip: skip || needsShared("fixtures", "dicom"),
}, async () => {
  const found = await judgeFolder(sharedFolder("fixtures"));
  assert.deepEqual(unexplained(found), []);
  assert.ok(count(found, "equal") >= 9, `${count(found, "equal")} equal`);
  assert.ok(found.length >= 20, `${found.length} series`);
});

test("acceptance 1: every odd series of a phantom converts as dcm2niix converts it, or differs for a known reason", {
  skip,
}, async () => {
  const odd = oddSeries(7);
  // Some bear one UID, as the same series sent in another way.
  const sent = new Map<string, number>();
  for (const { name, files } of odd) {
    const uid = text(parseHeader(files[0]?.bytes ?? new Uint8Array()), "SeriesInstanceUID") ?? "";
    const round = sent.get(uid) ?? 0;
    sent.set(uid, round + 1);
    mkdirSync(join(folder, String(round), name), { recursive: true });
    for (const file of files) writeFileSync(join(folder, String(round), name, file.name), file.bytes);
  }
  const found: SeriesFindings[] = [];
  for (const round of readdirSync(folder)) found.push(...(await judgeFolder(join(folder, round))));
  assert.deepEqual(unexplained(found), []);
  assert.equal(found.length, odd.length);
  assert.ok(count(found, "equal") >= 12, `${count(found, "equal")} equal`);
});
