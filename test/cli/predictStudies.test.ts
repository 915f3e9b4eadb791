import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { zyx } from "../../src/domain/axes.ts";
import type { ModelClass } from "../../src/domain/plan.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { panseg } from "../support/panseg.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-studies-"));
after(() => rmSync(folder, { recursive: true }));
const at = (...path: readonly string[]): string => join(folder, ...path);
const environment = { PANSEG__MODELS__FOLDER: at("models") };

/** Four patients, two of them in one folder, at any depth and among other files. */
const series: readonly (readonly [path: string, seed: number, modelClass: ModelClass])[] = [
  ["a", 41, "CT"],
  ["b/c/d", 42, "T1"],
  ["mixed", 43, "CT"],
  ["mixed", 44, "CT"],
];

const put = (path: string, seed: number, modelClass: ModelClass): readonly string[] => {
  const phantom = makePhantom({ seed, modelClass, shape: zyx(28, 80, 80), spacingMm: zyx(5, 3, 3) });
  mkdirSync(at("studies", path), { recursive: true });
  return writeSeries(phantom, { series: `${path}-${seed}` }).map(({ name, bytes }) => {
    const file = at("studies", path, `${seed}-${name}`);
    writeFileSync(file, bytes);
    return file;
  });
};

const predict = (output: string, ...more: readonly string[]) =>
  panseg(["predict", "-i", at("studies"), "-o", at(output), "--device", "cpu", ...more], environment);

type Printed = {
  readonly refused: readonly { readonly code: string; readonly seriesUid: string }[];
  readonly cases: readonly {
    readonly case: string;
    readonly outcome: string;
    readonly code?: string;
    readonly volumeMl?: number;
    readonly doneBefore: boolean;
    readonly source: { readonly seriesUid: string };
  }[];
};

const printedBy = ({ stdout }: { readonly stdout: string }): Printed => JSON.parse(stdout) as Printed;

const foldersIn = (output: string): readonly string[] =>
  readdirSync(at(output), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

const masksIn = (output: string): readonly Buffer[] =>
  foldersIn(output).map((name) => readFileSync(at(output, name, "mask.nii.gz")));

let broken: readonly string[] = [];

before(async () => {
  for (const modelClass of ["CT", "T1"]) {
    const source = fileURLToPath(
      new URL(`../../models/phantom/${modelClass.toLowerCase()}`, import.meta.url),
    );
    const { code, stderr } = await panseg(["model", "import", source, "--modality", modelClass], environment);
    assert.equal(code, 0, stderr);
  }
  for (const [path, seed, modelClass] of series) put(path, seed, modelClass);
  // A class without a model, and what is no image at all.
  put("t2", 45, "T2");
  writeFileSync(at("studies", "notes.txt"), "no image");
});

test("P6: a tree of studies is segmented like a folder of cases, and again nothing is left to do", async () => {
  const { code, stdout, stderr } = await predict("whole");
  assert.equal(code, 0, stderr);
  const rows = stdout.trim().split("\n");
  assert.match(rows[0] ?? "", /^CASE +ML +WARNINGS +SECONDS +STATUS$/);
  assert.equal(rows.filter((row) => / done$/.test(row)).length, 4, stdout);
  assert.match(stdout, /not eligible: No T2 model is installed\. \[NO_MODEL\]/);
  assert.match(stderr, /4 done, 0 done before, 0 failed, 1 not eligible/);
  assert.match(stderr, /series \d of 5: infer/);
  const names = foldersIn("whole");
  assert.equal(names.length, 4);
  // The number of the series and a short form of its UID; nothing of the patient.
  for (const name of names) assert.match(name, /^\d+_[0-9a-f]{12}$/);
  for (const name of names) {
    const files = readdirSync(at("whole", name));
    for (const file of ["mask.nii.gz", "seg.dcm", "sr.dcm", "overview.png", "result.json"])
      assert.ok(files.includes(file), `${name}/${file}`);
    assert.ok(readNifti(readFileSync(at("whole", name, "mask.nii.gz"))).voxels.some((label) => label === 1));
  }
  const again = await predict("whole", "--json");
  assert.equal(again.code, 0, again.stderr);
  const { cases, refused } = printedBy(again);
  assert.deepEqual(
    cases.map(({ case: id, doneBefore }) => [id, doneBefore]).sort(),
    names.map((name) => [name, true]),
  );
  assert.deepEqual(
    refused.map((one) => one.code),
    ["NO_MODEL"],
  );
  // Each is what segment makes of its series alone.
  const alone = ["segment", "-i", at("studies", "a"), "-o", at("alone"), "--device", "cpu", "--quiet"];
  assert.equal((await panseg(alone, environment)).code, 0);
  const mask = readFileSync(at("alone", "mask.nii.gz"));
  assert.ok(masksIn("whole").some((other) => other.equals(mask)));
});

test("P6: killed in the middle and started again, it ends with the masks of an uninterrupted run", async () => {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  // The order of the series is that of their UIDs; in which place the refused one stands is nobody's business.
  for (const [nth, signal] of [
    [2, "SIGKILL"],
    [1, "SIGINT"],
  ] as const) {
    const args = ["predict", "-i", at("studies"), "-o", at("killed"), "--device", "cpu"];
    const child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, NO_COLOR: "1", ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const told: string[] = [];
    createInterface({ input: child.stderr }).on("line", (text) => {
      told.push(text);
      const begun = told.filter((each) => each.endsWith(": infer 0%")).length;
      if (begun === nth && text.endsWith(": infer 0%")) child.kill(signal);
    });
    const [code] = (await once(child, "close")) as [number | null];
    assert.equal(code, signal === "SIGINT" ? 130 : null, told.join("\n"));
    for (const name of foldersIn("killed").filter((each) => !each.endsWith(".part")))
      assert.ok(readdirSync(at("killed", name)).includes("result.json"));
  }
  const ended = await predict("killed", "--json");
  assert.equal(ended.code, 0, ended.stderr);
  assert.ok(printedBy(ended).cases.some(({ doneBefore }) => doneBefore));
  assert.deepEqual(foldersIn("killed"), foldersIn("whole"));
  assert.deepEqual(masksIn("killed"), masksIn("whole"));
});

test("P6: a broken series fails alone, ends with 1, and is tried again; a late slice makes its case anew", async () => {
  cpSync(at("whole"), at("later"), { recursive: true });
  broken = put("broken", 46, "CT");
  const [victim = ""] = broken;
  const good = readFileSync(victim);
  // Its header promises pixels that are not there.
  writeFileSync(victim, good.subarray(0, good.length - 4000));
  const late = readdirSync(at("studies", "a")).sort().at(-1) ?? "";
  rmSync(at("studies", "a", late));
  const first = await predict("later", "--json");
  assert.equal(first.code, 1, first.stderr);
  const { cases } = printedBy(first);
  assert.equal(cases.length, 5);
  assert.equal(cases.filter(({ outcome }) => outcome === "failed").length, 1);
  assert.deepEqual(
    cases
      .filter(({ doneBefore }) => !doneBefore)
      .map(({ outcome }) => outcome)
      .sort(),
    ["failed", "segmented"],
  );
  writeFileSync(victim, good);
  const second = await predict("later", "--json");
  assert.equal(second.code, 0, second.stderr);
  assert.equal(printedBy(second).cases.filter(({ doneBefore }) => !doneBefore).length, 1);
});

test("P6: results of another choice never share the folder, and nothing eligible ends with 3", async () => {
  const mirror = await predict("whole", "--no-mirror");
  assert.equal(mirror.code, 2);
  assert.match(mirror.stderr, /was begun with other choices \(mirror true, now false\)/);
  const nothing = await panseg(
    ["predict", "-i", at("studies", "t2"), "-o", at("nothing"), "--json"],
    environment,
  );
  assert.equal(nothing.code, 3, nothing.stderr);
  assert.deepEqual(printedBy(nothing).cases, []);
});

test("P6: what convert wrote is predicted, each volume by a model of its class alone", async () => {
  const converted = await panseg(
    ["convert", "-i", at("studies"), "-o", at("volumes"), "--quiet"],
    environment,
  );
  assert.equal(converted.code, 0, converted.stderr);
  const choice = ["--modality", "T1", "--allow-phantom-model", "--device", "cpu", "--json"];
  const { code, stdout, stderr } = await panseg(
    ["predict", "-i", at("volumes"), "-o", at("masks"), ...choice],
    environment,
  );
  assert.equal(code, 0, stderr);
  const printed = JSON.parse(stdout) as {
    cases: readonly { case: string; outcome: string }[];
    passedOver: readonly string[];
  };
  assert.equal(printed.cases.length, 1, stdout);
  assert.equal(printed.cases[0]?.outcome, "segmented");
  assert.ok(readdirSync(at("masks")).includes(`${printed.cases[0]?.case}.nii.gz`));
  const volumes = readdirSync(at("volumes")).filter((name) => name.endsWith(".nii.gz"));
  assert.equal(printed.passedOver.length, volumes.length - 1);
});
