import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FailureError } from "../../src/domain/failure.ts";
import { maskSecrets } from "../../src/settings/maskSecrets.ts";
import { readSettings } from "../../src/settings/readSettings.ts";
import { readSeriesRules } from "../../src/settings/seriesRules.ts";
import { settingsSchema } from "../../src/settings/settingsSchema.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-settings-"));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const problemsOf = (run: () => unknown): readonly string[] => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof FailureError);
    assert.equal(error.failure.code, "SETTINGS_INVALID");
    return error.failure.details["problems"] as string[];
  }
  return [];
};

test("nothing given means the defaults", () => {
  assert.deepEqual(readSettings(null, {}), settingsSchema.parse({}));
});

test("the environment overlays the file, whatever the case, and numbers and truths are read as such", () => {
  const path = file("a.yaml", "http: { port: 1 }\nwatch: { everySeconds: 7 }\n");
  const settings = readSettings(path, {
    PANSEG__HTTP__PORT: "99",
    panseg__inference__mirror: "false",
    PANSEG__WATCH__SWEEPDAYS: "null",
  });
  assert.equal(settings.http.port, 99);
  assert.equal(settings.watch.everySeconds, 7);
  assert.equal(settings.inference.mirror, false);
  assert.equal(settings.watch.sweepDays, null);
});

test("a secret comes from a file, stays text though it looks like a number, and is masked when shown", () => {
  const settings = readSettings(null, { PANSEG__PACS__PASSWORD_FILE: file("secret", "0123\n") });
  assert.equal(settings.pacs.password, "0123");
  assert.ok(!JSON.stringify(maskSecrets(settings)).includes("0123"));
});

test("every problem is reported at once: unknown names, wrong types, missing files, broken YAML", () => {
  const problems = problemsOf(() =>
    readSettings(file("b.yaml", "http: { port: many }\nnothing: 1\n"), {
      PANSEG__NO__SUCH: "1",
      PANSEG__PACS__PASSWORD_FILE: join(folder, "absent"),
    }),
  );
  assert.equal(problems.length, 4, problems.join("\n"));
  assert.equal(problemsOf(() => readSettings(file("c.yaml", "a: [1"), {})).length, 1);
  assert.equal(problemsOf(() => readSettings(join(folder, "absent.yaml"), {})).length, 1);
});

test("D1: only loopback addresses can be listened on", () => {
  assert.equal(problemsOf(() => readSettings(null, { PANSEG__HTTP__HOST: "0.0.0.0" })).length, 1);
});

test("S7: every number has bounds, which the sentence names", () => {
  const leaves = (node: object, before: readonly string[]): (readonly string[])[] =>
    Object.entries(node).flatMap(([key, value]) => {
      if (typeof value === "number" || key === "days") return [[...before, key]];
      return typeof value === "object" && value !== null ? leaves(value, [...before, key]) : [];
    });
  const numbers = leaves(settingsSchema.parse({}), []);
  assert.ok(numbers.length >= 30, `${numbers.length}`);
  for (const names of numbers)
    for (const value of ["1e12", "-1", "-0.5", "often", "true"]) {
      const problems = problemsOf(() =>
        readSettings(null, { [`PANSEG__${names.join("__").toUpperCase()}`]: value }),
      );
      assert.equal(problems.length, 1, `${names.join(".")} ${value}: ${problems.join()}`);
      assert.match(
        problems[0] ?? "",
        new RegExp(
          `^${names.join("\\.")}: is no (whole )?number (from [\\d.]+ to \\d+|above 0, \\d+ at most)$`,
        ),
      );
    }
});

test("a sweep at a time that cron does not understand is refused before anything starts", () => {
  assert.equal(
    problemsOf(() => readSettings(null, { PANSEG__WATCH__SWEEPCRON: "every full moon" })).length,
    1,
  );
});

test("config/README.md lists every key with its default, and no other", () => {
  const page = readFileSync(new URL("../../config/README.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| `([\w.]+)` \| (?:`([^`]*)`|([^|]*)) \|/gm)].map(
    ([, key, value, words]) => [key, value ?? words] as const,
  );
  const leaves = (node: object, prefix: string): (readonly [string, unknown])[] =>
    Object.entries(node).flatMap(([key, value]) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? leaves(value, `${prefix}${key}.`)
        : [[prefix + key, value] as const],
    );
  const expected = leaves(settingsSchema.parse({}), "").map(
    ([key, value]) => [key, key === "inference.threads" ? "number of cores" : JSON.stringify(value)] as const,
  );
  assert.deepEqual(new Map(listed), new Map(expected));
  assert.equal(listed.length, expected.length);
});

test("the example settings are valid", () => {
  const example = new URL("../../config/example.yaml", import.meta.url).pathname;
  assert.equal(readSettings(example, {}).pacs.kind, "orthanc");
});

test("S7: an address that carries a user name, a password or a query is refused with the remedy, and never repeated", () => {
  for (const address of [
    "http://reader:s3cret@archive/dicom-web",
    "http://reader@archive/dicom-web",
    "http://:s3cret@archive/dicom-web",
    "https://archive/dicom-web?token=s3cret",
    "https://archive/dicom-web#s3cret",
    "s3cret",
    "ftp://s3cret@archive",
  ])
    for (const tree of [
      { pacs: { dicomwebUrl: address } },
      { pacs: { orthancUrl: address } },
      { destinations: [{ name: "second", dicomwebUrl: address }] },
    ]) {
      const problems = problemsOf(() => readSettings(file("url.json", JSON.stringify(tree)), {}));
      assert.ok(problems.length > 0, JSON.stringify(tree));
      assert.match(problems[0] ?? "", /Url: /);
      assert.ok(!problems.join().includes("s3cret"), problems.join());
      if (address.startsWith("http")) assert.match(problems[0] ?? "", /password|bearerToken/);
    }
  assert.equal(
    readSettings(file("ok.yaml", "pacs: { dicomwebUrl: 'http://a/b/' }"), {}).pacs.dicomwebUrl,
    "http://a/b",
  );
});

test("S7: a token that no header can carry is told by the check, not by every request", () => {
  for (const token of ["two words", "line\nbreak", "ü", ""])
    assert.equal(
      problemsOf(() => readSettings(file("t.json", JSON.stringify({ pacs: { bearerToken: token } })), {}))
        .length,
      1,
    );
});

test("S7: files that expand, nest or grow without end, are folders, or quote a secret in their fault, are said what they are", () => {
  const aliases = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]`);
  const bomb = file("bomb.yaml", ["a0: &a0 [x]", ...aliases].join("\n"));
  const deep = file("deep.yaml", "[".repeat(10_000));
  const long = file("long.yaml", `# ${"x".repeat(2 ** 21)}`);
  const quoting = file("quoting.yaml", 'pacs: { password: "s3cret" } "s3cret"\n}s3cret');
  const cases: readonly (readonly [string, RegExp])[] = [
    [bomb, /aliases/],
    [deep, /nested too deep|Flow sequence/],
    [long, /2097154 bytes long; at most 1048576/],
    [quoting, /line \d+/],
    [folder, /is a folder/],
    [join(folder, "absent"), /no such file/],
    [file("list.yaml", "- 1"), /must hold a map/],
    [file("unknown-alias.yaml", "a: *b"), /aliases/],
  ];
  for (const [path] of cases)
    for (const read of [() => readSettings(path, {}), () => readSeriesRules(path)]) {
      const problems = problemsOf(read);
      assert.ok(problems.length > 0 && problems.length <= 10, `${path}: ${problems.length}`);
      assert.ok(!problems.join().includes("s3cret"), problems.join());
    }
  for (const [path, words] of cases)
    assert.match(problemsOf(() => readSettings(path, {})).join("\n"), words, path);
});

test("S7: the password file of a destination is read with the settings: absent it is a problem, present it is masked", () => {
  const tree = (passwordFile: string) => ({
    destinations: [{ name: "second", dicomwebUrl: "http://archive", username: "reader", passwordFile }],
  });
  const read = (passwordFile: string) => readSettings(file("d.json", JSON.stringify(tree(passwordFile))), {});
  assert.deepEqual(
    problemsOf(() => read(join(folder, "absent"))),
    ["destinations.0.passwordFile: no such file"],
  );
  assert.deepEqual(
    problemsOf(() => read(folder)),
    ["destinations.0.passwordFile: is a folder"],
  );
  const settings = read(file("second-password", "s3cret\n"));
  assert.equal(settings.destinations[0]?.password, "s3cret");
  assert.ok(!JSON.stringify(maskSecrets(settings)).includes("s3cret"));
});

test("D5: times and days of the full listing are judged before it begins", () => {
  const problems = (name: string, value: string) =>
    problemsOf(() => readSettings(null, { [`PANSEG__WATCH__${name}`]: value })).join();
  assert.match(
    problems("FULLSWEEPCRON", "every day"),
    /watch\.fullSweepCron: is no time that cron understands/,
  );
  for (const since of ["yesterday", "2026-02-30", "1 January"])
    assert.match(problems("SINCE", since), /watch\.since: .*2026-01-31/, since);
  for (const since of ["all", "2026-02-28"]) assert.equal(problems("SINCE", since), "");
  assert.equal(readSettings(null, { PANSEG__WATCH__FULLSWEEPCRON: "null" }).watch.fullSweepCron, null);
});
