import assert from "node:assert/strict";
import { readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openPictures } from "../../src/jobs/files/pictures.ts";
import { privateFolder } from "./support/privateFolder.ts";

const png = (text: string): Uint8Array => Buffer.from(text);

test("a picture is read back under its job's key, also by the next process; an unknown key has none", async () => {
  const { path, dispose } = privateFolder();
  openPictures(`${path}/pictures`).keep("a key of 1/../2", png("first"));
  const again = openPictures(`${path}/pictures`);
  assert.equal(Buffer.from((await again.read("a key of 1/../2")) ?? []).toString(), "first");
  assert.equal(await again.read("another"), null);
  again.keep("a key of 1/../2", png("second"));
  assert.equal(Buffer.from((await again.read("a key of 1/../2")) ?? []).toString(), "second");
  assert.equal(readdirSync(`${path}/pictures`).length, 1);
  dispose();
});

test("pictures are for this user alone, and go when they are older than asked", async () => {
  const { path, dispose } = privateFolder();
  const folder = join(path, "pictures");
  const pictures = openPictures(folder);
  pictures.keep("old", png("old"));
  const [file = ""] = readdirSync(folder);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
  utimesSync(join(folder, file), new Date("2026-01-01"), new Date("2026-01-01"));
  pictures.keep("new", png("new"));
  assert.equal(pictures.removeOlder(Date.parse("2026-01-02")), 1);
  assert.equal(await pictures.read("old"), null);
  assert.notEqual(await pictures.read("new"), null);
  dispose();
});
