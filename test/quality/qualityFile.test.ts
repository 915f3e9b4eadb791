import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openQualityFile } from "../../src/quality/qualityFile.ts";
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

test("a file that is damaged or of another version is none", (t) => {
  const path = join(temporaryFolder(t), "quality.json");
  for (const text of ["{", "null", "[]", '{"format":"panseg-quality-0"}']) {
    writeFileSync(path, text);
    assert.equal(openQualityFile(path).read(), null, text);
  }
});
