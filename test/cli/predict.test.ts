import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { zyx } from "../../src/domain/axes.ts";
import type { Volume } from "../../src/domain/grid.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { writeNifti } from "../../src/nifti/writeNifti.ts";
import { cornerDistanceMm } from "../nifti/support/nifti.ts";
import { panseg } from "../support/panseg.ts";
import { metaImageFile, nifti2File, nrrdFile } from "../support/volumeFiles.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-predict-"));
after(() => rmSync(folder, { recursive: true }));
const at = (...path: readonly string[]): string => join(folder, ...path);

const environment = { PANSEG__MODELS__FOLDER: at("models") };

/** So small that the network sees it at one go. */
const phantomOf = (seed: number): Volume =>
  makePhantom({ seed, modelClass: "CT", shape: zyx(28, 80, 80), spacingMm: zyx(5, 3, 3) }).volume;

/** In so few voxels the model finds nothing; it sees a pancreas in the smallest noise. */
/** Air, and a little of what is in a CT else. */
const nothingOn = ({ grid }: Volume): Volume => ({
  grid: { ...grid, shape: zyx(4, 4, 4), spacingMm: zyx(30, 30, 30) },
  voxels: Float32Array.from({ length: 64 }, (_, n) => (n === 0 ? 40 : n === 1 ? -100 : -1000)),
});

/** A label map: what nnU-Net calls labelsTr, given for imagesTr. */
const labelsOn = ({ grid }: Volume): Volume => ({
  grid: { ...grid, shape: zyx(4, 8, 8) },
  voxels: Float32Array.from({ length: 256 }, (_, n) => Math.floor(n / 64)),
});

const volumes = [1, 2, 3].map(phantomOf) as [Volume, Volume, Volume];
const ids = ["pan-1", "pan-2", "pan-3"] as const;

const predict = (input: string, output: string, ...more: readonly string[]) => {
  const model = more.includes("--model") ? [] : ["--model", "phantom-ct"];
  const given = ["predict", "-i", at(input), "-o", at(output), ...model, "--allow-phantom-model", ...more];
  return panseg(given, environment);
};

/** The masks of a folder by name. */
const masksIn = (output: string): Readonly<Record<string, Buffer>> =>
  Object.fromEntries(
    readdirSync(at(output))
      .filter((name) => name.endsWith(".nii.gz"))
      .sort()
      .map((name) => [name, readFileSync(at(output, name))]),
  );

const changedMs = (output: string): readonly (readonly [string, number])[] =>
  readdirSync(at(output))
    .filter((name) => name.endsWith(".nii.gz"))
    .map((name) => [name, statSync(at(output, name)).mtimeMs]);

type Printed = {
  readonly notice: string;
  readonly model: { readonly id: string };
  readonly passedOver: readonly string[];
  readonly cases: readonly {
    readonly case: string;
    readonly outcome: string;
    readonly volumeMl?: number;
    readonly warnings?: readonly { readonly code: string }[];
    readonly code?: string;
    readonly doneBefore: boolean;
  }[];
};

before(async () => {
  for (const modelClass of ["CT", "T1"]) {
    const source = fileURLToPath(
      new URL(`../../models/phantom/${modelClass.toLowerCase()}`, import.meta.url),
    );
    const { code, stderr } = await panseg(["model", "import", source, "--modality", modelClass], environment);
    assert.equal(code, 0, stderr);
  }
  mkdirSync(at("images"));
  for (const [n, volume] of volumes.entries())
    writeFileSync(at("images", `${ids[n]}_0000.nii.gz`), writeNifti(volume));
  const { code, stderr } = await predict("images", "whole");
  assert.equal(code, 0, stderr);
});

test("every case becomes the mask that segment makes of the same file, on the grid of its image", async () => {
  assert.deepEqual(readdirSync(at("whole")).sort(), [...ids.map((id) => `${id}.nii.gz`), "predict.json"]);
  const image = at("images", "pan-2_0000.nii.gz");
  const choice = ["--model", "phantom-ct", "--allow-phantom-model", "--quiet"];
  const { code, stderr } = await panseg(["segment", "-i", image, "-o", at("one"), ...choice], environment);
  assert.equal(code, 0, stderr);
  const mask = readFileSync(at("whole", "pan-2.nii.gz"));
  assert.ok(mask.equals(readFileSync(at("one", "mask.nii.gz"))));
  const { grid, voxels } = readNifti(mask);
  assert.deepEqual(grid, readNifti(readFileSync(image)).grid);
  assert.deepEqual([...new Set(voxels)].sort(), [0, 1]);
  // NIfTI-1: bytes 70 and 71 are the datatype, 2 is uint8.
  assert.equal(gunzipSync(mask).readInt16LE(70), 2);
});

test("E11: an image in NIfTI-2, NRRD or MetaImage becomes the mask of the same image in NIfTI-1", async () => {
  mkdirSync(at("formats"));
  const [{ grid, voxels }] = volumes;
  const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  const raw = { ElementType: "MET_FLOAT", ElementDataFile: "beside.raw" };
  const files: Readonly<Record<string, Uint8Array>> = {
    "two_0000.nii": nifti2File(grid, bytes, { datatype: 16, bitpix: 32 }),
    "nrrd_0000.nrrd": nrrdFile(grid, bytes, { type: "float", endian: "little" }),
    "beside_0000.mhd": metaImageFile(grid, new Uint8Array(), raw),
    "beside.raw": bytes,
    "short_0000.mha": metaImageFile(grid, bytes.subarray(4), { ElementType: "MET_FLOAT" }),
  };
  for (const [name, file] of Object.entries(files)) writeFileSync(at("formats", name), file);
  const { code, stdout } = await predict("formats", "formats-out");
  assert.equal(code, 1);
  assert.match(stdout, /^short .* failed: The header announces .* bytes, .* \[METAIMAGE_INVALID\]$/m);
  const expected = readNifti(readFileSync(at("whole", "pan-1.nii.gz")));
  const masks = Object.entries(masksIn("formats-out"));
  assert.deepEqual(
    masks.map(([name]) => name),
    ["beside.nii.gz", "nrrd.nii.gz", "two.nii.gz"],
  );
  const choice = ["--model", "phantom-ct", "--allow-phantom-model", "--quiet"];
  // By its content: segment takes a file of any name.
  writeFileSync(at("image"), files["nrrd_0000.nrrd"] ?? "");
  const one = await panseg(["segment", "-i", at("image"), "-o", at("one-nrrd"), ...choice], environment);
  assert.equal(one.code, 0, one.stderr);
  for (const mask of [...masks.map(([, file]) => file), readFileSync(at("one-nrrd", "mask.nii.gz"))]) {
    const found = readNifti(mask);
    assert.deepEqual(found.voxels, expected.voxels);
    assert.ok(cornerDistanceMm(found.grid, expected.grid) < 1e-4);
  }
});

test("V7, V8: cases that cannot be done do not stop the others, and the table names the reason of each", async () => {
  mkdirSync(at("mixed"));
  const [first, second] = volumes;
  const good = writeNifti(first);
  const files: Readonly<Record<string, Uint8Array>> = {
    "air_0000.nii.gz": writeNifti(nothingOn(first)),
    "broken_0000.nii.gz": good.subarray(0, good.length / 2),
    "infinite_0000.nii.gz": writeNifti({
      ...first,
      voxels: first.voxels.map((hu, n) => (n === 7 ? Number.POSITIVE_INFINITY : hu)),
    }),
    "labels_0000.nii.gz": writeNifti(labelsOn(first)),
    "late_0001.nii.gz": good,
    "nan_0000.nii.gz": writeNifti({
      ...first,
      voxels: first.voxels.map((hu, n) => (n === 7 ? Number.NaN : hu)),
    }),
    "plain_0000.nii": gunzipSync(writeNifti(second)),
    "twice_0000.nii": gunzipSync(good),
    "twice_0000.nii.gz": good,
    "two_0000.nii.gz": good,
    "two_0001.nii.gz": good,
    "unnamed.nii.gz": good,
    "._plain_0000.nii.gz": Buffer.from("what a Mac leaves on foreign disks"),
    "notes.txt": Buffer.from("no image"),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(at("mixed", name), bytes);
  symlinkSync(at("images", "pan-3_0000.nii.gz"), at("mixed", "linked_0000.nii.gz"));
  symlinkSync(at("absent"), at("mixed", "lost_0000.nii.gz"));

  const { code, stdout, stderr } = await predict("mixed", "mixed-out");
  assert.equal(code, 1, stderr);
  const rows = stdout.trim().split("\n");
  assert.match(rows[0] ?? "", /^CASE +ML +WARNINGS +SECONDS +STATUS$/);
  const row = (id: string): string => rows.find((line) => line.startsWith(`${id} `)) ?? "";
  assert.equal(rows.length, 1 + 11);
  assert.match(row("air"), /^air +0\.0 .*done, no pancreas found$/);
  assert.match(row("broken"), /failed: The gzip stream is damaged or cut off\. \[NIFTI_INVALID\]$/);
  assert.match(row("late"), /failed: The case has no image _0000, only _0001\. \[USAGE\]$/);
  assert.match(row("linked"), /^linked +\d+\.\d .*done$/);
  assert.match(row("lost"), /failed: The file cannot be opened \(ENOENT\)\. \[NIFTI_INVALID\]$/);
  assert.match(row("infinite"), /failed: Voxel 7 of \d+ is not a finite number\. \[NIFTI_INVALID\]$/);
  assert.match(
    row("labels"),
    /failed: 4 different values, .* a label map, and no CT\. \[SEQUENCE_MISMATCH\]$/,
  );
  assert.match(row("nan"), /^nan +\d+\.\d +NAN_REPLACED.* done$/);
  assert.match(row("plain"), /^plain +\d+\.\d .*done$/);
  assert.match(row("twice"), /failed: Several files .*: twice_0000\.nii, twice_0000\.nii\.gz\. \[USAGE\]$/);
  assert.match(row("two"), /failed: The case has several channels \(_0000, _0001\).* \[USAGE\]$/);
  assert.match(stderr, /case 10 of 11 twice: volume 0%/);
  assert.match(stderr, /1 file\(s\) without a channel such as _0000 were passed over/);
  assert.match(stderr, /4 done, 0 done before, 7 failed · model PHANTOM DEMO MODEL phantom-ct on /);
  assert.match(stderr, /Research use only/);

  const masks = masksIn("mixed-out");
  assert.deepEqual(Object.keys(masks), ["air.nii.gz", "linked.nii.gz", "nan.nii.gz", "plain.nii.gz"]);
  assert.ok(masks["plain.nii.gz"]?.equals(readFileSync(at("whole", "pan-2.nii.gz"))));
  assert.ok(masks["linked.nii.gz"]?.equals(readFileSync(at("whole", "pan-3.nii.gz"))));

  // A failed case is tried again; what was done is not.
  writeFileSync(at("mixed", "broken_0000.nii.gz"), good);
  const again = await predict("mixed", "mixed-out", "--json");
  assert.equal(again.code, 1, again.stderr);
  const printed = JSON.parse(again.stdout) as Printed;
  assert.match(printed.notice, /Research use only/);
  assert.equal(printed.model.id, "phantom-ct");
  assert.deepEqual(printed.passedOver, ["unnamed.nii.gz"]);
  const found = printed.cases.map((one) => [one.case, one.outcome, one.doneBefore, one.code]);
  assert.deepEqual(found.slice(0, 3), [
    ["air", "no-pancreas-found", true, undefined],
    ["broken", "segmented", false, undefined],
    ["infinite", "failed", false, "NIFTI_INVALID"],
  ]);
  assert.equal(printed.cases[0]?.volumeMl, 0);
  assert.equal(again.stderr, "");
});

test("a run over finished cases changes nothing and says so", async () => {
  const changed = changedMs("whole");
  const { code, stdout, stderr } = await predict("images", "whole");
  assert.equal(code, 0, stderr);
  assert.equal(stdout.match(/\d+\.\d .* done before$/gm)?.length, 3, stdout);
  assert.match(stderr, /0 done, 3 done before, 0 failed: nothing was left to do/);
  assert.doesNotMatch(stderr, /infer/);
  assert.deepEqual(changedMs("whole"), changed);
});

/** Run until standard error says this, send the signal, and wait for the end: exit code and standard output. */
const signalled = async (
  output: string,
  line: string,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; stdout: string; stderr: string }> => {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const args = ["predict", "-i", at("images"), "-o", at(output), "--model", "phantom-ct"];
  const child = spawn(process.execPath, [main, ...args, "--allow-phantom-model"], {
    env: { ...process.env, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const told: string[] = [];
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  createInterface({ input: child.stderr }).on("line", (text) => {
    told.push(text);
    if (text.startsWith(line)) child.kill(signal);
  });
  const [code] = (await once(child, "close")) as [number | null];
  assert.ok(
    told.some((text) => text.startsWith(line)),
    told.join("\n"),
  );
  return { code, stdout, stderr: told.join("\n") };
};

test("killed at any moment and started again, it ends with the bytes of an uninterrupted run", async () => {
  const whole = masksIn("whole");
  for (const moment of ["case 1 of 3 pan-1: infer", "case 2 of 3 pan-2: write"]) {
    assert.equal((await signalled("killed", moment, "SIGKILL")).code, null);
    for (const [name, mask] of Object.entries(masksIn("killed")))
      assert.ok(whole[name]?.equals(mask), `${name} after ${moment}`);
  }
  assert.ok(readdirSync(at("killed")).includes("pan-1.nii.gz"));
  // Death between the entry of a case and its mask leaves this.
  rmSync(at("killed", "pan-1.nii.gz"));
  const { code, stderr } = await predict("images", "killed");
  assert.equal(code, 0, stderr);
  assert.deepEqual(masksIn("killed"), whole);
});

test("E8: a second predict into one folder is refused with a sentence; a killed first leaves nothing that blocks", async () => {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const args = ["predict", "-i", at("images"), "-o", at("shared"), "--model", "phantom-ct"];
  const first = spawn(process.execPath, [main, ...args, "--allow-phantom-model"], {
    env: { ...process.env, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(first, "close");
  for await (const line of createInterface({ input: first.stderr }))
    if (line.startsWith("case 1 of 3 pan-1: infer")) break;
  // It holds the folder and stands still for as long as the second needs.
  first.kill("SIGSTOP");
  const second = await predict("images", "shared");
  assert.equal(second.code, 2, second.stderr);
  assert.match(second.stderr, /Another command is writing into .*shared; wait until it ends.* \[USAGE\]/);
  first.kill("SIGKILL");
  await ended;
  const third = await predict("images", "shared");
  assert.equal(third.code, 0, third.stderr);
  assert.deepEqual(masksIn("shared"), masksIn("whole"));
  assert.deepEqual(readdirSync(at("shared")).sort(), readdirSync(at("whole")).sort());
});

test("Ctrl-C ends after the current step with 130; what is finished stays and is told", async () => {
  const { code, stdout, stderr } = await signalled("stopped", "case 2 of 3 pan-2: preprocess", "SIGINT");
  assert.equal(code, 130, stderr);
  assert.match(stdout, /^pan-1 .* done$/m);
  assert.doesNotMatch(stdout, /pan-2/);
  assert.match(stderr, /1 done, 0 done before, 0 failed, 2 left: stopped, the same command goes on/);
  assert.deepEqual(Object.keys(masksIn("stopped")), ["pan-1.nii.gz"]);
  const { cases } = JSON.parse(readFileSync(at("stopped", "predict.json"), "utf8")) as Printed;
  assert.deepEqual(
    cases.map((one) => one.case),
    ["pan-1"],
  );
});

test("masks of two models or of two choices of settings never share a folder, nor with masks of others", async () => {
  const changed = changedMs("whole");
  const mirror = await predict("images", "whole", "--no-mirror");
  assert.equal(mirror.code, 2);
  assert.match(mirror.stderr, /was begun with other choices \(mirror true, now false\).*--overwrite/);
  const t1 = await predict("images", "whole", "--model", "phantom-t1");
  assert.equal(t1.code, 2);
  assert.match(t1.stderr, /model phantom-ct, now phantom-t1; weights [0-9a-f]{12}…, now [0-9a-f]{12}…;/);
  const ambiguous = ["predict", "-i", at("images"), "-o", at("whole"), "--allow-phantom-model"];
  assert.match((await panseg(ambiguous, environment)).stderr, /give --modality or --model/);
  const careless = ["predict", "-i", at("images"), "-o", at("whole"), "--modality", "CT"];
  assert.match((await panseg(careless, environment)).stderr, /PHANTOM_MODEL/);
  assert.deepEqual(changedMs("whole"), changed);

  cpSync(at("whole"), at("foreign"), { recursive: true });
  copyFileSync(at("whole", "pan-1.nii.gz"), at("foreign", "by-hand.nii.gz"));
  const foreign = await predict("images", "foreign");
  assert.equal(foreign.code, 2);
  assert.match(foreign.stderr, /holds by-hand\.nii\.gz, which no prediction of this model/);
  rmSync(at("foreign", "predict.json"));
  assert.match((await predict("images", "foreign")).stderr, /holds by-hand\.nii\.gz and 3 more/);
  writeFileSync(at("foreign", "predict.json"), "{}");
  assert.match((await predict("images", "foreign")).stderr, /is no description of a prediction/);
});

test("--overwrite gives the folder to another model, unless masks of the earlier one would remain", async () => {
  cpSync(at("whole"), at("given"), { recursive: true });
  mkdirSync(at("some"));
  copyFileSync(at("images", "pan-1_0000.nii.gz"), at("some", "pan-1_0000.nii.gz"));
  const partly = await predict("some", "given", "--model", "phantom-t1", "--overwrite");
  assert.equal(partly.code, 2);
  assert.match(partly.stderr, /holds pan-2\.nii\.gz and 1 more/);
  assert.deepEqual(masksIn("given"), masksIn("whole"));

  const own = await predict("some", "given", "--overwrite");
  assert.equal(own.code, 0, own.stderr);
  assert.deepEqual(masksIn("given"), masksIn("whole"));
  // Images of a CT, which only a person's word lets a T1 model see.
  const t1 = ["--model", "phantom-t1", "--allow-mismatch"];
  const wholly = await predict("images", "given", ...t1, "--overwrite", "--json");
  assert.equal(wholly.code, 0, wholly.stderr);
  const printed = JSON.parse(wholly.stdout) as Printed;
  assert.equal(printed.model.id, "phantom-t1");
  assert.deepEqual(
    printed.cases.map(({ doneBefore }) => doneBefore),
    [false, false, false],
  );
  assert.ok(
    printed.cases.every(({ warnings = [] }) => warnings.some(({ code }) => code === "SEQUENCE_MISMATCH")),
  );
  assert.notDeepEqual(masksIn("given"), masksIn("whole"));
});

test("a folder without a case in nnU-Net's convention is refused by a sentence that shows it", async () => {
  mkdirSync(at("empty"));
  mkdirSync(at("misnamed"));
  copyFileSync(at("images", "pan-1_0000.nii.gz"), at("misnamed", "pan-1.nii.gz"));
  for (const [input, sentence] of [
    ["absent", /There is no folder at/],
    ["empty", /There is no NIfTI, NRRD or MetaImage file in/],
    [
      "misnamed",
      /None of the 1 file\(s\) with a volume in .* is named as nnU-Net does: <case>_0000\.nii\.gz/,
    ],
  ] as const) {
    const { code, stderr } = await predict(input, "nowhere");
    assert.equal(code, 2);
    assert.match(stderr, sentence);
  }
  const same = await predict("images", "images");
  assert.equal(same.code, 2);
  assert.match(same.stderr, /The output folder .*images is the input/);
  const others = await predict("images", "misnamed");
  assert.equal(others.code, 2);
  assert.match(others.stderr, /holds pan-1\.nii\.gz/);
  assert.match((await panseg(["predict", "--help"])).stdout, /Example:\n {2}panseg predict -i imagesTs/);
});
