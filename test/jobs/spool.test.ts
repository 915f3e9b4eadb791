import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { openSpool } from "../../src/jobs/files/spool.ts";
import { spooledOf } from "../contract/jobStoreBench.ts";
import { startChild } from "./support/child.ts";
import { privateFolder } from "./support/privateFolder.ts";

const spooled = (seg = "SEG bytes", sr: string | null = "SR bytes") =>
  spooledOf("1.2.1", {
    seg: Buffer.from(seg),
    ...(sr !== null && { sr: Buffer.from(sr) }),
    "text-report": Buffer.from("first other"),
    "key-image": Buffer.from("second other"),
  });

/** Runs in a folder of its own. */
const inFolder = (play: (folder: string) => void): void => {
  const { path, dispose } = privateFolder();
  play(`${path}/spool`);
  dispose();
};

describe("spool", () => {
  test("what is kept is read back byte for byte, also by the next process", () =>
    inFolder((folder) => {
      const kept = openSpool(folder).keep("key", spooled());
      assert.deepEqual(kept, spooled());
      assert.deepEqual(openSpool(folder).read("key"), spooled());
      assert.equal(openSpool(folder).read("another key"), null);
    }));

  test("an object that does not exist is absent, one without bytes is not", () =>
    inFolder((folder) => {
      const spool = openSpool(folder);
      const { objects } = spool.keep("key", spooledOf("1.2.1", { sr: new Uint8Array(0) }));
      assert.deepEqual(
        objects.map(({ name, bytes }) => [name, bytes.length]),
        [["sr", 0]],
      );
    }));

  test("F10 the first bytes under a key stand: a second build is answered with them", () =>
    inFolder((folder) => {
      openSpool(folder).keep("key", spooled());
      const again = openSpool(folder);
      assert.deepEqual(again.keep("key", spooled("other SEG", null)), spooled());
      assert.deepEqual(again.read("key"), spooled());
    }));

  test("a removed entry is gone without a trace, and may be removed twice", () =>
    inFolder((folder) => {
      const spool = openSpool(folder);
      spool.keep("key", spooled());
      spool.remove("key");
      spool.remove("key");
      assert.equal(spool.read("key"), null);
      assert.deepEqual(readdirSync(folder), []);
      spool.keep("key", spooled("new"));
      assert.deepEqual(spool.read("key"), spooled("new"));
    }));

  test("folders and files are for this user alone, and named by a hash whatever the key", () =>
    inFolder((folder) => {
      const spool = openSpool(folder);
      spool.keep("../../etc/\u0000passwd", spooled());
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      const [entry = "", ...others] = readdirSync(folder);
      assert.match(entry, /^[0-9a-f]{64}$/);
      assert.deepEqual(others, []);
      assert.equal(statSync(`${folder}/${entry}`).mode & 0o777, 0o700);
      const files = readdirSync(`${folder}/${entry}`);
      assert.deepEqual(files.toSorted(), [
        "key-image-1.dcm",
        "overview.png",
        "result.json",
        "seg.dcm",
        "sr.dcm",
        "text-report.dcm",
      ]);
      for (const file of files) assert.equal(statSync(`${folder}/${entry}/${file}`).mode & 0o777, 0o600);
    }));
});

describe("damage", () => {
  const entryOf = (folder: string): string => `${folder}/${readdirSync(folder)[0]}`;

  for (const file of [
    "key-image-1.dcm",
    "text-report.dcm",
    "overview.png",
    "result.json",
    "seg.dcm",
    "sr.dcm",
  ]) {
    const faults: readonly [string, (path: string) => void][] = [
      ["missing", (path) => rmSync(path)],
      ["cut off", (path) => writeFileSync(path, readFileSync(path).subarray(0, -1))],
      ["empty", (path) => writeFileSync(path, "")],
      ["longer", (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from(" ")]))],
    ];
    for (const [name, fault] of faults) {
      test(`an entry whose ${file} is ${name} is moved aside and can be kept anew`, () =>
        inFolder((folder) => {
          const spool = openSpool(folder);
          spool.keep("key", spooled());
          fault(`${entryOf(folder)}/${file}`);
          assert.equal(spool.read("key"), null);
          assert.match(readdirSync(folder)[0] ?? "", /^damaged-[0-9a-f]{64}-/);
          assert.deepEqual(spool.keep("key", spooled("new")), spooled("new"));
        }));
    }

    test(`one changed bit anywhere in ${file} is noticed`, () =>
      inFolder((folder) => {
        const spool = openSpool(folder);
        spool.keep("key", spooled());
        const path = `${entryOf(folder)}/${file}`;
        const good = readFileSync(path);
        for (let n = 0; n < good.length; n++) {
          writeFileSync(path, good.with(n, (good[n] ?? 0) ^ (1 << (n % 8))));
          assert.equal(spool.read("key"), null, `byte ${n}`);
          const [aside = ""] = readdirSync(folder);
          renameSync(`${folder}/${aside}`, dirname(path));
        }
      }));
  }

  test("a file where the entry's folder should be is moved aside too", () =>
    inFolder((folder) => {
      const spool = openSpool(folder);
      spool.keep("key", spooled());
      const entry = entryOf(folder);
      rmSync(entry, { recursive: true });
      writeFileSync(entry, "");
      assert.equal(spool.read("key"), null);
      assert.ok(!existsSync(entry));
    }));
});

describe("kill -9", () => {
  for (const verb of ["keep", "remove"] as const) {
    test(`F2 killed before any call to the file system, ${verb} has happened or has not, and nothing is left over`, async () => {
      const { path, dispose } = privateFolder();
      const whole = spooledOf("1.2.1", {
        seg: Buffer.alloc(70_000, 7),
        sr: Buffer.from("SR"),
        "text-report": Buffer.from("text"),
      });
      const outcomes: boolean[] = [];
      for (let call = 1; ; call++) {
        const folder = `${path}/${call}`;
        if (verb === "remove") openSpool(folder).keep("key", whole);
        const child = startChild("spooler", folder, call, verb);
        const end = await child.end;
        const spool = openSpool(folder);
        const found = spool.read("key");
        if (found !== null) assert.deepEqual(found, whole, `call ${call}`);
        assert.equal(readdirSync(folder).length, found === null ? 0 : 1, `leftovers of call ${call}`);
        outcomes.push(found !== null);
        assert.deepEqual(spool.keep("key", whole), whole, "and it can be kept now");
        if (end === 0) break;
        assert.equal(end, "SIGKILL");
      }
      // It turns once and never back: before the rename not, after it done.
      const turn = outcomes.indexOf(verb === "keep");
      assert.ok(turn > 0 && outcomes.slice(turn).every((is) => is === (verb === "keep")), `${outcomes}`);
      dispose();
    });
  }

  test("what a living process is writing is not cleared away by another one", () =>
    inFolder((folder) => {
      mkdirSync(`${folder}/unfinished-${process.ppid}-x`, { recursive: true });
      mkdirSync(`${folder}/unfinished-${process.pid}-x`);
      mkdirSync(`${folder}/unfinished-${2 ** 22 + 1}-x`);
      openSpool(folder);
      assert.deepEqual(readdirSync(folder), [`unfinished-${process.ppid}-x`]);
    }));
});
