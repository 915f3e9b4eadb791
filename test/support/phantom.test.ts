import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { makePhantom, type PhantomOptions } from "../../src/demo/phantom/makePhantom.ts";
import { zyx } from "../../src/domain/axes.ts";
import { phantomOf } from "./phantom.ts";

const cache = mkdtempSync(join(tmpdir(), "panseg-phantoms-"));
after(() => rmSync(cache, { recursive: true, force: true }));

const coarse = { shape: zyx(12, 48, 48), spacingMm: zyx(16, 8.4, 8.4) };
const options: PhantomOptions = { seed: 5, modelClass: "T1", ...coarse };

/** Every kept file with what tells whether it was written anew. */
const kept = (): readonly (readonly [string, number, number])[] =>
  readdirSync(cache, { recursive: true, encoding: "utf8" })
    .filter((name) => !statSync(join(cache, name)).isDirectory())
    .map((name) => [name, statSync(join(cache, name)).ino, statSync(join(cache, name)).mtimeMs] as const);

test("T3: a phantom of the same seed and source is made once, also for another process, and is what makePhantom makes", () => {
  const made = makePhantom(options);
  assert.deepEqual(phantomOf(options, cache), made);
  const [first, ...more] = kept();
  assert.ok(first !== undefined && more.length === 0);
  const reordered = Object.fromEntries(Object.entries(options).toReversed()) as PhantomOptions;
  const again = phantomOf(reordered, cache);
  assert.deepEqual(again, made);
  again.volume.voxels.fill(0);
  assert.deepEqual(phantomOf(options, cache), made, "each call gives one of its own");

  const script = `
    import { phantomOf } from "./phantom.ts";
    const { volume } = phantomOf(${JSON.stringify(options)}, ${JSON.stringify(cache)});
    console.log(volume.voxels.reduce((sum, value) => sum + value, 0));`;
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd,
    encoding: "utf8",
  });
  assert.equal(
    Number(printed),
    made.volume.voxels.reduce((sum, value) => sum + value, 0),
  );
  assert.deepEqual(kept(), [first], "nothing was made a second time");

  phantomOf({ ...options, seed: 6 }, cache);
  assert.equal(kept().length, 2);
});

test("T3: a kept phantom that is not whole is made anew", () => {
  const [[name] = [""]] = kept();
  truncateSync(join(cache, name), 1000);
  for (const seed of [5, 6])
    assert.deepEqual(phantomOf({ ...options, seed }, cache), makePhantom({ ...options, seed }));
});

test("T3: no story makes a phantom of the usual size for itself", () => {
  const tests = fileURLToPath(new URL("..", import.meta.url));
  for (const room of ["product", "viewer", "support"])
    for (const name of readdirSync(join(tests, room)).filter((each) => each.endsWith(".ts"))) {
      if (name.startsWith("phantom.")) continue;
      const text = readFileSync(join(tests, room, name), "utf8");
      assert.doesNotMatch(text, /\bmakePhantom\(/, `${room}/${name} asks phantomOf`);
    }
});
