import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { FailureError } from "../../src/domain/failure.ts";
import { lockDataFolder } from "../../src/jobs/files/lock.ts";
import { repetitions, startChild } from "./support/child.ts";
import { privateFolder } from "./support/privateFolder.ts";

const isLocked = (folder: string) => (error: unknown) => {
  assert.ok(error instanceof FailureError);
  assert.equal(error.failure.code, "DATA_DIR_LOCKED");
  assert.ok(error.failure.sentence.includes(folder));
  return true;
};

const kills = repetitions("PANSEG_TEST_LOCKS", 3);

test(`F29 a second service is refused while the first lives, and let in after its kill -9, ${kills} times`, async () => {
  const { path, dispose } = privateFolder();
  for (let n = 0; n < kills; n++) {
    const owner = startChild("owner", path);
    await owner.says("locked");
    assert.throws(() => lockDataFolder(path), isLocked(path));
    const second = startChild("owner", path);
    assert.equal(await second.end, 2);
    assert.deepEqual(second.lines, [`DATA_DIR_LOCKED Another service owns the data folder ${path}.`]);
    owner.signal("SIGKILL");
    await owner.end;
    lockDataFolder(path).release();
  }
  dispose();
});

test("F29 the lock holds against other processes until it is released", async () => {
  const { path, dispose } = privateFolder();
  const { release } = lockDataFolder(path);
  assert.equal(await startChild("owner", path).end, 2);
  assert.throws(() => lockDataFolder(path), isLocked(path), "also within one process");
  release();
  release();
  const next = startChild("owner", path);
  await next.says("locked");
  next.signal("SIGKILL");
  await next.end;
  dispose();
});

test("an absent data folder is made, for this user alone", () => {
  const { path, dispose } = privateFolder();
  const folder = `${path}/a/b`;
  const { release } = lockDataFolder(folder);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(`${folder}/service.lock`).mode & 0o777, 0o600);
  release();
  dispose();
});
