import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FailureError } from "../src/domain/failure.ts";
import { maskSecrets, readSettings, settingsSchema } from "../src/settings.ts";

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

test("a sweep at a time that cron does not understand is refused before anything starts", () => {
  assert.equal(
    problemsOf(() => readSettings(null, { PANSEG__WATCH__SWEEPCRON: "every full moon" })).length,
    1,
  );
});

test("config/README.md lists every key with its default, and no other", () => {
  const page = readFileSync(new URL("../config/README.md", import.meta.url), "utf8");
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
  const example = new URL("../config/example.yaml", import.meta.url).pathname;
  assert.equal(readSettings(example, {}).pacs.kind, "orthanc");
});
