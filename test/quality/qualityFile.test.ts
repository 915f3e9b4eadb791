import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { memoryOf } from "../../src/quality/memory.ts";
import { openQualityFile } from "../../src/quality/qualityFile.ts";
import { readPancreasNames } from "../../src/settings/pancreasNames.ts";
import { temporaryFolder } from "../pacs/fakeArchive.ts";
import { casesOf, recordOf } from "./cases.ts";

test("an audit comes back as it was, readable by this user alone, with nothing left beside it", (t) => {
  const folder = join(temporaryFolder(t), "data");
  const path = join(folder, "quality.json");
  const file = openQualityFile(path);
  assert.equal(file.read(), null);
  const record = recordOf(casesOf([0.9, 0.8]));
  file.write(record);
  assert.deepEqual(openQualityFile(path).read(), record);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ["quality.json"]);
});

test("a reader sees what another process wrote, and reads an unchanged file once", (t) => {
  const path = join(temporaryFolder(t), "quality.json");
  const [reader, writer] = [openQualityFile(path), openQualityFile(path)];
  writer.write(recordOf(casesOf([0.9])));
  const first = reader.read();
  assert.equal(reader.read(), first);
  writer.write(recordOf(casesOf([0.9, 0.8])));
  assert.equal(reader.read()?.cases.length, 2);
});

test("E2: what the first format kept goes on, its course judged anew and other organs looked at again", (t) => {
  const path = join(temporaryFolder(t), "quality.json");
  const dices = [...Array.from({ length: 20 }, () => 1), ...Array.from({ length: 10 }, () => 0.24)];
  const { names: _, ...record } = recordOf(casesOf(dices));
  const seg = (sopInstanceUid: string) => ({
    studyUid: "1.1",
    seriesUid: "1.2",
    sopInstanceUid,
    studyDate: null,
  });
  const known = [
    {
      ...seg("1.3"),
      sourceSeriesUid: "1.9",
      isOurs: true,
      algorithmType: "AUTOMATIC",
      scanner: null,
      contentDate: "20250101",
      contentTime: "120000",
    },
    { ...seg("1.4"), otherOrgan: true },
  ];
  const unjudged = { scanner: null, cases: 30, target: 1, sd: 0, points: [] };
  const drift = [
    { ...unjudged, status: "no-spread", sentence: "The first 20 cases all have a Dice of 100.0 %." },
  ];
  writeFileSync(path, JSON.stringify({ format: "panseg-quality-1", ...record, drift, known }));
  const found = openQualityFile(path).read();
  assert.ok(found);
  assert.deepEqual([found.cases, found.groups, found.known], [record.cases, record.groups, known]);
  assert.deepEqual(
    found.drift.map(({ status }) => status),
    ["alarm", "alarm"],
  );
  const memory = memoryOf(found, readPancreasNames(null));
  assert.deepEqual([...memory.known.keys()], ["1.3"]);
});

test("a file that is damaged or of another version is none", (t) => {
  const path = join(temporaryFolder(t), "quality.json");
  for (const text of ["{", "null", "[]", '{"format":"panseg-quality-0"}']) {
    writeFileSync(path, text);
    assert.equal(openQualityFile(path).read(), null, text);
  }
});
