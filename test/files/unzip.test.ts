import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Failure, FailureError } from "../../src/domain/failure.ts";
import { listFolder } from "../../src/files/listFolder.ts";
import { settingsSchema } from "../../src/settings/settingsSchema.ts";
import { needsTool } from "../support/shared.ts";

const skip = needsTool("python3");
const folder = mkdtempSync(join(tmpdir(), "panseg-unzip-"));
after(() => rmSync(folder, { recursive: true }));

const defaults = settingsSchema.parse({}).input;
type Limits = typeof defaults;

/** An archive by Python's zipfile: `script` has it as `z`. */
const zip = (name: string, script: string): string => {
  const path = join(folder, name);
  const open = `import zipfile\nz = zipfile.ZipFile(${JSON.stringify(path)}, 'w', zipfile.ZIP_DEFLATED)\n`;
  execFileSync("python3", ["-c", `${open}${script}\nz.close()`]);
  return path;
};

const unpackInto = (path: string, name: string, changed: Partial<Limits> = {}) => {
  const tempFolder = join(folder, name);
  return { tempFolder, files: listFolder(path, { tempFolder, limits: { ...defaults, ...changed } }) };
};

const refusalOf = async (path: string, changed: Partial<Limits> = {}): Promise<Failure> => {
  const { tempFolder, files } = unpackInto(path, "refused", changed);
  const error = await files.then(
    () => assert.fail("it was unpacked"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FailureError, String(error));
  assert.equal(existsSync(tempFolder) && readdirSync(tempFolder).length > 0, false, "something was unpacked");
  return error.failure;
};

test("S6: two hundred thousand entries are refused with both numbers before anything is unpacked", {
  skip,
}, async () => {
  const path = zip(
    "many.zip",
    "z.compression = zipfile.ZIP_STORED\nfor n in range(200000): z.writestr(str(n), b'')",
  );
  const { code, sentence, details } = await refusalOf(path);
  assert.equal(code, "TOO_LARGE");
  assert.match(sentence, /200000 entries.*input\.maxZipEntries is 50000/);
  assert.deepEqual(details, { entries: 200_000, limit: 50_000 });
});

test("S6: what the directory announces is judged: all of it, each entry, and how much it grows", {
  skip,
}, async () => {
  const grows = zip("grows.zip", `for n in range(3): z.writestr(str(n), bytes(${100 * 2 ** 20}))`);
  const total = await refusalOf(grows, { maxUnpackedMegabytes: 299 });
  assert.match(total.sentence, /300 MiB; the limit input\.maxUnpackedMegabytes is 299/);
  const single = await refusalOf(grows, { maxEntryMegabytes: 99.5 });
  assert.match(single.sentence, /100 MiB; the limit input\.maxEntryMegabytes is 99\.5/);
  const ratio = await refusalOf(grows);
  assert.match(ratio.sentence, /\d+ times as much; the limit input\.maxZipRatio is 200/);
  for (const { code } of [total, single, ratio]) assert.equal(code, "TOO_LARGE");
  const { files } = unpackInto(grows, "allowed", { maxZipRatio: 2000 });
  assert.equal((await files).length, 3);
});

test("S6: an entry that unpacks to more than the directory announces is a damaged archive, not a full disk", {
  skip,
}, async () => {
  const path = zip("lies.zip", `z.writestr('a', bytes(${2 ** 20}))`);
  execFileSync("python3", [
    "-c",
    `p=${JSON.stringify(path)}
b=bytearray(open(p,'rb').read())
i=b.rindex(b'PK\\x01\\x02')
b[i+24:i+28]=(10).to_bytes(4,'little')
open(p,'wb').write(b)`,
  ]);
  const { files } = unpackInto(path, "lies");
  await assert.rejects(files, /NOT_DICOM/);
});

test("S6: names inside an archive never reach the file system, and its folders are no files", {
  skip,
}, async () => {
  const path = zip(
    "names.zip",
    "z.writestr('a/', b'')\nz.writestr('a/b.dcm', b'one')\nz.writestr('c', b'two')",
  );
  const { files, tempFolder } = unpackInto(path, "names");
  assert.deepEqual(
    (await files).map(({ read }) => Buffer.from(read()).toString()),
    ["one", "two"],
  );
  assert.deepEqual(readdirSync(tempFolder).toSorted(), ["000000.dcm", "000001.dcm"]);
  const outside = zip("outside.zip", "z.writestr('../../x', b'')");
  assert.equal((await refusalOf(outside)).code, "NOT_DICOM");
});
