import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Command } from "commander";
import { addCommands, runCommand } from "../../src/cli/commands.ts";
import { compileCacheFolder } from "../../src/cli/compileCache.ts";
import { nodeProblem } from "../../src/cli/nodeVersion.js";
import { panseg } from "../support/panseg.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-start-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The modules of this program, and the packages, that a run imported. */
const importedBy = (args: readonly string[], main = "src/cli/main.ts"): readonly string[] => {
  const watcher = join(folder, "watcher.mjs");
  writeFileSync(
    watcher,
    `import { registerHooks } from "node:module";
     import { appendFileSync } from "node:fs";
     registerHooks({ load: (url, context, next) => { appendFileSync(process.env.SEEN, url + "\\n"); return next(url, context); } });`,
  );
  const seen = join(folder, "seen");
  writeFileSync(seen, "");
  execFileSync(process.execPath, ["--import", watcher, main, ...args], {
    env: { ...process.env, SEEN: seen },
    stdio: "ignore",
  });
  return readFileSync(seen, "utf8").split("\n");
};

const heavy = /onnxruntime|express|winston|dcmjs|vega|\/zod\/|\/yaml\/|src\/(compose|settings|pipeline)\.ts/;

test("T2: version and help import neither a command nor what commands need", () => {
  for (const args of [["--version"], ["--help"]]) {
    const modules = importedBy(args);
    assert.ok(modules.some((url) => url.endsWith("src/cli/main.ts")));
    assert.deepEqual(
      modules.filter((url) => heavy.test(url)),
      [],
    );
  }
});

test("T2: a command imports its own file and no other command's", () => {
  const files = importedBy(["config", "print"]).filter((url) => /src\/cli\//.test(url));
  const names = files.map((url) => url.replace(/.*src\/cli\//, ""));
  assert.ok(names.includes("config.ts"));
  for (const other of ["segment.ts", "evaluate.ts", "serve.ts", "demo.ts"]) assert.ok(!names.includes(other));
});

test("T2: help is complete, however it is asked for", async () => {
  const { stdout } = await panseg(["--help"]);
  const commands = [...stdout.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name ?? "");
  for (const name of ["demo", "serve", "segment", "predict", "explain", "convert", "model", "evaluate"])
    assert.ok(commands.includes(name), name);
  for (const name of ["readers", "report", "audit-quality", "retract", "jobs", "doctor", "config"])
    assert.ok(commands.includes(name), name);
  const asked = await panseg(["segment", "--help"]);
  assert.match(asked.stdout, /--no-mirror/);
  assert.deepEqual(await panseg(["help", "segment"]), asked);
  assert.deepEqual(await panseg(["help", "model", "import"]), await panseg(["model", "import", "--help"]));
});

test("T2: options keep their defaults, those of --no-mirror and --no-save too", async () => {
  const program = new Command("panseg").exitOverride();
  addCommands(program);
  const seen: unknown[] = [];
  program.hook("preAction", (_program, command) => {
    seen.push(command.opts()["mirror"] ?? command.opts()["save"]);
    throw new Error("seen");
  });
  const files = ["-i", ".", "-o", join(folder, "out")];
  for (const words of [["segment", ...files], ["predict", ...files], ["audit-quality"]])
    await assert.rejects(runCommand(program, words), /seen/);
  assert.deepEqual(seen, [true, true, true]);
});

test("T2: what was compiled is kept for the next start, and a folder that cannot be written is no harm", async () => {
  const cache = join(folder, "cache");
  const first = await panseg(["--version"], { XDG_CACHE_HOME: cache });
  assert.equal(first.code, 0);
  assert.ok(readdirSync(join(cache, "panseg", "compiled")).length > 0);
  assert.deepEqual(await panseg(["--version"], { XDG_CACHE_HOME: cache }), first);
  // Not even root makes a folder below a file.
  const file = join(folder, "file");
  writeFileSync(file, "");
  assert.deepEqual(await panseg(["--version"], { XDG_CACHE_HOME: file }), first);
});

test("T2: the cache lies where only its user writes", () => {
  assert.equal(
    compileCacheFolder({ CACHE_DIRECTORY: "/var/cache/panseg:/else", XDG_CACHE_HOME: "/x" }),
    "/var/cache/panseg/panseg/compiled",
  );
  assert.equal(compileCacheFolder({ XDG_CACHE_HOME: "/x" }), "/x/panseg/compiled");
  assert.match(compileCacheFolder({}) ?? "", /\.cache\/panseg\/compiled$/);
});

test("P7: a Node that is too old is refused in a sentence, and package.json says the same", () => {
  for (const version of ["18.20.8", "20.20.2", "22.23.3", "23.11.1"])
    assert.match(nodeProblem(version) ?? "", /needs Node\.js 24 or newer, and this is \d+\.\d+\.\d+\./);
  for (const version of ["24.0.0", "24.21.0", "25.1.0", "100.0.0"]) assert.equal(nodeProblem(version), null);
  const { engines, bin, scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
    engines: { node: string };
    bin: { panseg: string };
    scripts: Record<string, string>;
  };
  assert.equal(engines.node, ">=24");
  // What is called must be readable by the Node that it refuses, with all that it imports before it refuses.
  assert.match(bin.panseg, /\.js$/);
  assert.equal(scripts["panseg"], `node ${bin.panseg}`);
  const imported = importedBy(["--version"], bin.panseg).filter((url) => url.includes("/src/"));
  assert.deepEqual(
    imported.slice(0, 3).map((url) => url.replace(/.*\//, "")),
    ["panseg.js", "nodeVersion.js", "main.ts"],
  );
});
