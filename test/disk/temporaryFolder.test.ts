import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeTemporaryFolder, removeAbandonedFolders } from "../../src/disk/temporaryFolder.ts";
import { FailureError } from "../../src/domain/failure.ts";
import { said, startChild } from "../jobs/support/child.ts";
import { privateFolder } from "../jobs/support/privateFolder.ts";

const owners = async (parent: string, count: number) => {
  const children = Array.from({ length: count }, () => startChild("unpacker", parent));
  await Promise.all(children.map((child) => child.says("holds")));
  const folders = children.map(({ lines }) => said(lines, "holds")[0] ?? "");
  return children.map((child, n) => ({ child, folder: folders[n] as string }));
};

test("S6: a folder whose process was killed is removed by the next, one whose process lives is not", async () => {
  const { path, dispose } = privateFolder();
  const [dead, living] = await owners(path, 2);
  assert.ok(dead && living);
  try {
    dead.child.signal("SIGKILL");
    await dead.child.end;
    assert.ok(existsSync(join(dead.folder, "unpacked.dcm")), "nothing was left to remove");
    const mine = makeTemporaryFolder(path);
    assert.equal(existsSync(dead.folder), false);
    assert.ok(existsSync(join(living.folder, "unpacked.dcm")), "a living process lost its files");
    assert.equal(statSync(mine.path).mode & 0o077, 0);
    assert.equal(removeAbandonedFolders(path), 0, "a folder was taken from its owner");
    mine.remove();
    mine.remove();
    assert.deepEqual(readdirSync(path), [living.folder.split("/").at(-1)]);
  } finally {
    living.child.signal("SIGKILL");
    await living.child.end;
    dispose();
  }
});

test("S6: links, files and folders of another name are nobody's leftovers, and stay", () => {
  const { path, dispose } = privateFolder();
  try {
    const kept = join(path, "study");
    mkdirSync(kept);
    writeFileSync(join(kept, "1.dcm"), "one");
    symlinkSync(kept, join(path, "panseg-held-link"));
    writeFileSync(join(path, "panseg-held-file"), "");
    mkdirSync(join(path, "panseg-results"));
    assert.equal(removeAbandonedFolders(path), 0);
    assert.equal(readdirSync(path).length, 4);
    assert.ok(existsSync(join(kept, "1.dcm")));
  } finally {
    dispose();
  }
});

test("S6: processes that begin at one moment never remove each other's folder", async () => {
  const { path, dispose } = privateFolder();
  const all = await owners(path, 6);
  try {
    assert.equal(new Set(all.map(({ folder }) => folder)).size, 6);
    for (const { folder } of all) assert.ok(existsSync(join(folder, "unpacked.dcm")), folder);
  } finally {
    for (const { child } of all) {
      child.signal("SIGKILL");
      await child.end;
    }
    assert.equal(removeAbandonedFolders(path), 6);
    dispose();
  }
});

test("S6: a temporary folder that cannot be made is named with the remedy", () => {
  assert.throws(
    () => makeTemporaryFolder("/proc/none"),
    (error: unknown) =>
      error instanceof FailureError &&
      error.failure.code === "FOLDER_UNWRITABLE" &&
      /\/proc\/none/.test(error.failure.sentence) &&
      /TMPDIR/.test(error.failure.remedy),
  );
});
