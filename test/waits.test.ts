import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { eventually, inTime } from "./support/eventually.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "panseg-waits-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Where timers are made for all others. Benchmarks are no tests. */
const keepers = ["support/eventually.ts", "support/slowly.ts", "support/fileLimit.ts", "waits.test.ts"];
const sources = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("bench/") && !keepers.includes(name))
  .map((name) => ({ name, text: readFileSync(join(here, name), "utf8") }));

const linesWith = (pattern: RegExp, isOf: (name: string) => boolean = () => true): readonly string[] =>
  sources
    .filter(({ name }) => isOf(name))
    .flatMap(({ name, text }) =>
      text.split("\n").flatMap((line, n) => (pattern.test(line) ? [`${name}:${n + 1} ${line.trim()}`] : [])),
    );

test("T1: no test waits for a time: timers are made in one place, and no loop looks at the clock", () => {
  assert.ok(sources.length > 300, "the files were found");
  assert.deepEqual(linesWith(/\bset(Timeout|Interval)\(|\b(while|for) \(.*(Date|performance)\.now/), []);
  const timerImports = linesWith(/from "(node:)?timers(\/promises)?"/);
  assert.deepEqual(
    timerImports.filter((line) => !line.includes("import { setImmediate }")),
    [],
  );
});

test("T4: no test has a limit of its own that a quiet machine drew: those of the command hold for all", () => {
  assert.deepEqual(
    linesWith(/\btimeout(: ?[\d_]+| = [\d_]+)/, (name) => name.endsWith(".test.ts")),
    [],
  );
  const { scripts } = JSON.parse(readFileSync(join(here, "../package.json"), "utf8")) as {
    scripts: Readonly<Record<string, string>>;
  };
  for (const tier of ["unit", "outside"]) {
    assert.ok(scripts["test"]?.includes(`npm run test:${tier}`));
    assert.ok(scripts[`test:${tier}`]?.startsWith(`node test/tier.ts ${tier} `));
  }
  assert.match(
    readFileSync(join(here, "tier.ts"), "utf8"),
    /"--import", "\.\/test\/support\/fileLimit\.ts", "--test", "--test-timeout=\d+"/,
  );
});

test("T1: a fact that never comes ends the wait with its name", async () => {
  await assert.rejects(
    eventually("the moon rises", () => false, { limitMs: 60 }),
    /waited 0\.06 s for: the moon rises/,
  );
  await assert.rejects(
    inTime("a reply", new Promise<never>(() => {}), { limitMs: 60 }),
    /waited 0\.06 s for: a reply/,
  );
  let asked = 0;
  assert.equal(await eventually("the third answer", () => (++asked === 3 ? asked : null), { everyMs: 1 }), 3);
});

test("T4: every test file belongs to one tier, and none of the quick one starts anything", async () => {
  const filesOf = async (tier: string): Promise<readonly string[]> => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(here, "tier.ts"), tier, "--list"]);
    return stdout.trim().split("\n");
  };
  const [unit, outside] = await Promise.all([filesOf("unit"), filesOf("outside")]);
  const all = readdirSync(here, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".test.ts"),
  );
  assert.deepEqual([...unit, ...outside].toSorted(), all.map((name) => `test/${name}`).toSorted());
  for (const known of [
    "test/geometry/vector.test.ts",
    "test/nnunet/tiles.test.ts",
    "test/settings/readSettings.test.ts",
  ])
    assert.ok(unit.includes(known), known);
  for (const known of [
    "test/product/kill.test.ts",
    "test/jobs/kills.test.ts",
    "test/cli/main.test.ts",
    "test/viewer/ohif.test.ts",
  ])
    assert.ok(outside.includes(known), known);
});

/** Without what would make a runner within a runner refuse to run. */
const { NODE_TEST_CONTEXT: _, ...environment } = process.env;

const runTests = (args: readonly string[], settings: Readonly<Record<string, string>> = {}) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const runner = ["--import", join(here, "support/fileLimit.ts"), "--test", ...args];
    execFile(process.execPath, runner, { env: { ...environment, ...settings } }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });

const hangs = {
  waits: 'import { eventually } from "EVENTUALLY";\nawait eventually("the moon rises", () => false);',
  blocks: "for (;;);",
};

for (const [how, code] of Object.entries(hangs))
  test(`T1: a file that ${how} for ever is ended at its limit and says in which test`, async () => {
    const helper = new URL("support/eventually.ts", import.meta.url).href;
    const [lead = "", body = lead] = code.replace("EVENTUALLY", helper).split("\n");
    const head = `import { test } from "node:test";\n${lead === body ? "" : lead}\n`;
    const file = join(folder, `${how}.test.ts`);
    writeFileSync(file, `${head}test("quick", () => {});\ntest("endless", async () => {\n${body}\n});\n`);
    const { code: exit, output } = await inTime(
      "the runner ends",
      runTests([file], { PANSEG_TEST_FILE_LIMIT_S: "2" }),
    );
    assert.equal(exit, 1);
    assert.match(output, new RegExp(`${how}\\.test\\.ts passed its limit of 2 s in the test "endless"`));
    if (how === "waits") assert.match(output, /waiting for: the moon rises/);
  });

test("T4: workers that are killed at random get every job done while every core is busy with something else", async (t) => {
  for (let core = 0; core < availableParallelism(); core++) {
    const other = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
    t.after(() => other.kill("SIGKILL"));
  }
  const chaos = [join(here, "jobs/kills.test.ts"), "--test-name-pattern=F3 workers"].toReversed();
  const { code, output } = await inTime("the killed workers' jobs are done", runTests(chaos));
  assert.equal(code, 0, output);
  assert.match(output, /pass [1-9]/);
});
