import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, test } from "node:test";
import { listFolder } from "../../src/files/listFolder.ts";
import { settingsSchema } from "../../src/settings/settingsSchema.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-folder-"));
after(() => rmSync(folder, { recursive: true }));

const limits = settingsSchema.parse({}).input;
const unpacking = { tempFolder: join(folder, "unused"), limits };

const make = (name: string): string => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};

const listed = async (path: string): Promise<readonly string[]> =>
  (await listFolder(path, unpacking)).map(({ name }) => relative(path, name));

test("links to files and to folders are followed, broken ones are passed over", async () => {
  const [study, elsewhere] = [make("study"), make("elsewhere")];
  writeFileSync(join(study, "1.dcm"), "one");
  writeFileSync(join(elsewhere, "2.dcm"), "two");
  writeFileSync(join(make("elsewhere/below"), "3.dcm"), "three");
  symlinkSync(join(elsewhere, "2.dcm"), join(study, "2.dcm"));
  symlinkSync(join(elsewhere, "below"), join(study, "more"));
  symlinkSync(join(elsewhere, "absent.dcm"), join(study, "0.dcm"));
  linkSync(join(study, "1.dcm"), join(study, "4.dcm"));
  assert.deepEqual(await listed(study), ["1.dcm", "2.dcm", "4.dcm", "more/3.dcm"]);
  const instances = await listFolder(study, unpacking);
  assert.deepEqual(
    instances.map(({ read }) => Buffer.from(read()).toString()),
    ["one", "two", "one", "three"],
  );
});

test("a loop of links, and a link to itself, end", async () => {
  const loop = make("loop");
  writeFileSync(join(make("loop/a"), "1.dcm"), "one");
  symlinkSync(loop, join(loop, "a", "up"));
  symlinkSync(join(loop, "a"), join(loop, "b"));
  symlinkSync("self", join(loop, "self"));
  assert.deepEqual(await listed(loop), ["a/1.dcm"]);
});

test("a folder that is a link itself is a folder", async () => {
  const real = make("real");
  writeFileSync(join(real, "1.dcm"), "one");
  symlinkSync(real, join(folder, "alias"));
  assert.deepEqual(await listed(join(folder, "alias")), ["1.dcm"]);
});

test("S6: a folder of more files than the limit is refused with the number, also when they lie in many", async () => {
  for (const below of ["", "a", "a/b"])
    for (const name of ["1", "2", "3"]) writeFileSync(join(make(`many/${below}`), name), "one");
  const list = (maxFiles: number) =>
    listFolder(join(folder, "many"), { ...unpacking, limits: { ...limits, maxFiles } });
  assert.equal((await list(9)).length, 9);
  for (const maxFiles of [1, 3, 8])
    await assert.rejects(
      list(maxFiles),
      new RegExp(`TOO_LARGE: .*more than ${maxFiles} files.*input.maxFiles`),
    );
});
