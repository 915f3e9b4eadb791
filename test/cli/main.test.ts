import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { ResultSummary } from "../../src/domain/result.ts";
import { writeZip } from "../importer/torchZip.ts";
import { panseg } from "../support/panseg.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const settings = {
  PANSEG__DATAFOLDER: join(folder, "data"),
  PANSEG__MODELS__FOLDER: join(folder, "models"),
  PANSEG__PACS__DICOMWEBURL: "http://127.0.0.1:9/dicom-web",
  PANSEG__PACS__ORTHANCURL: "http://127.0.0.1:9",
};

test("help names every command, an example and the exit codes, and bears the research notice", async () => {
  const { code, stdout } = await panseg(["--help"]);
  assert.equal(code, 0);
  for (const word of ["serve", "segment", "model", "jobs", "doctor", "config", "Examples:", "Exit codes:"])
    assert.ok(stdout.includes(word), word);
  assert.match(stdout, /Research use only/);
  for (const command of [["segment"], ["serve"], ["model", "import"], ["jobs", "list"], ["doctor"]])
    assert.match((await panseg([...command, "--help"])).stdout, /Example:/, command.join(" "));
});

test("usage errors end with 2, a missing model folder with 5, and neither shows a stack", async () => {
  for (const [args, expected] of [
    [["nonsense"], 2],
    [["segment"], 2],
    [["segment", "-i", join(folder, "absent"), "-o", folder], 2],
    [["model", "import", join(folder, "absent"), "--modality", "CT"], 5],
    [["model", "import", folder, "--modality", "PET"], 2],
    [["model", "verify", "absent"], 5],
    [["jobs", "show", "7"], 2],
  ] as const) {
    const { code, stderr } = await panseg(args, settings);
    assert.equal(code, expected, `${args.join(" ")}: ${stderr}`);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
});

test("config check names every problem; config print masks secrets", async () => {
  const wrong = await panseg(["config", "check"], { PANSEG__HTTP__PORT: "x", PANSEG__NOTHING: "1" });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /http\.port/);
  assert.match(wrong.stderr, /PANSEG__NOTHING/);
  const shown = await panseg(["config", "print"], { PANSEG__PACS__PASSWORD: "canary" });
  assert.equal(shown.code, 0);
  assert.doesNotMatch(shown.stdout, /canary/);
});

test("doctor says what is missing and ends with 1", async () => {
  const { code, stdout } = await panseg(["doctor", "--json"], settings);
  assert.equal(code, 1);
  const { findings } = JSON.parse(stdout) as { findings: { check: string; state: string }[] };
  const stateOf = (name: string) => findings.find(({ check }) => check === name)?.state;
  assert.equal(stateOf("program"), "ok");
  assert.equal(stateOf("models"), "problem");
  assert.equal(stateOf("archive"), "problem");
});

describe("with an imported model", { skip: needsShared("vectors", "ct") }, () => {
  before(async () => {
    const source = sharedFolder("vectors", "ct", "model");
    const imported = await panseg(
      ["model", "import", source, "--modality", "CT", "--licence", "for tests"],
      settings,
    );
    assert.equal(imported.code, 0, imported.stderr);
  });

  test("model list and verify show it, and a changed file is found", async () => {
    assert.match(
      (await panseg(["model", "list"], settings)).stdout,
      /pansegnet-ct\s+CT\s+nnTransUNetTrainerV2/,
    );
    assert.equal((await panseg(["model", "verify"], settings)).code, 0);
    const plan = join(folder, "models", "pansegnet-ct", "plan.json");
    const good = readFileSync(plan, "utf8");
    writeFileSync(plan, good.replace("0.5", "0.6").replace("3", "4"));
    const { code, stderr } = await panseg(["model", "verify"], settings);
    writeFileSync(plan, good);
    assert.equal(code, 5);
    assert.match(stderr, /MODEL_CORRUPT/);
  });

  test("segment prints progress and ends with one line that a person wants to read", async () => {
    const out = join(folder, "out");
    const input = sharedFolder("fixtures", "dicom", "ct_abdomen_j2k");
    const { code, stdout, stderr } = await panseg(
      ["segment", "-i", input, "-o", out, "--no-mirror"],
      settings,
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /infer \d+%/);
    assert.match(stderr, /SHORT_COVERAGE/);
    const lines = stdout.trim().split("\n");
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? "",
      /Pancreas \d+\.\d ml · model pansegnet-ct on CPU · \d+ warning\(s\) · \d+ s · files in/,
    );
    assert.deepEqual(readdirSync(out).sort(), [
      // The overview, and the four slices that hold the mask.
      ...[1, 2, 3, 4, 5].map((n) => `key-image-${n}.dcm`),
      "mask.nii.gz",
      "overview.png",
      "result.json",
      "seg.dcm",
      "sr.dcm",
      "text-report.dcm",
    ]);
  });

  test("segment of a NIfTI file prints one JSON object and writes mask and result", async () => {
    const out = join(folder, "nifti");
    const input = sharedFolder("vectors", "ct_same_grid", "input.nii.gz");
    const args = ["segment", "-i", input, "-o", out, "--no-mirror", "--json", "--device", "cpu"];
    const { code, stdout, stderr } = await panseg(args, settings);
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout) as ResultSummary;
    assert.equal(result.executionProvider, "cpu");
    assert.match(result.notice, /Research use only/);
    assert.deepEqual(readdirSync(out).sort(), ["mask.nii.gz", "overview.png", "result.json"]);
  });

  test("a zip of a study with names that lead elsewhere is read by content, and nothing is written outside", async () => {
    const source = sharedFolder("fixtures", "dicom", "ct_abdomen_j2k");
    const zip = join(folder, "study.zip");
    const names = readdirSync(source).sort();
    const files = names.map((name, i) => ({
      name: `series/${i}/${name}`,
      bytes: readFileSync(join(source, name)),
    }));
    writeZip(zip, [{ name: "README.txt", bytes: Buffer.from("not an image") }, ...files]);
    const out = join(folder, "zip");
    const { code, stdout, stderr } = await panseg(
      ["segment", "-i", zip, "-o", out, "--no-mirror", "--json"],
      settings,
    );
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as ResultSummary).series?.instances, names.length);
    const hostile = join(folder, "hostile.zip");
    writeZip(hostile, [{ name: "../../escaped.dcm", bytes: files[0]?.bytes ?? Buffer.alloc(0) }]);
    const refused = await panseg(["segment", "-i", hostile, "-o", out], settings);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /NOT_DICOM/);
    assert.throws(() => readFileSync(join(tmpdir(), "..", "escaped.dcm")));
  });

  test("a series that is not for us ends with 3, a code, a remedy and no files", async () => {
    const out = join(folder, "refused");
    const input = sharedFolder("fixtures", "dicom", "gantry_tilt");
    const { code, stderr } = await panseg(["segment", "-i", input, "-o", out], settings);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /GANTRY_TILT/);
    assert.throws(() => readdirSync(out));
  });
});
