/** P4: what people really type. Each mistake ends with a sentence and its exit code, before any work, leaving nothing. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { zyx } from "../../src/domain/axes.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { writeNifti } from "../../src/nifti/writeNifti.ts";
import { panseg } from "../support/panseg.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-mistakes-"));
const at = (...path: readonly string[]): string => join(folder, ...path);
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const model = fileURLToPath(new URL("../../models/phantom/ct", import.meta.url));

/** As the demo's recipe calls it. */
const modelId = "phantom-ct";

/** No mistake may make any of these. */
const output = at("out");
const ledger = at("data");

const settings = {
  PANSEG__DATAFOLDER: ledger,
  PANSEG__MODELS__FOLDER: at("models"),
  PANSEG__PACS__DICOMWEBURL: "http://127.0.0.1:9/dicom-web",
  PANSEG__PACS__ORTHANCURL: "http://127.0.0.1:9",
};

let html: Server;

before(async () => {
  const imported = await panseg(["model", "import", model, "--modality", "CT"], settings);
  assert.equal(imported.code, 0, imported.stderr);
  const phantom = makePhantom({
    seed: 3,
    modelClass: "CT",
    shape: zyx(28, 80, 80),
    spacingMm: zyx(5, 3, 3),
  });
  mkdirSync(at("series"));
  for (const { name, bytes } of writeSeries(phantom, { series: "plain" }))
    writeFileSync(at("series", name), bytes);
  mkdirSync(at("ultrasound"));
  for (const { name, bytes } of writeSeries(phantom, { series: "us", change: () => ({ Modality: "US" }) }))
    writeFileSync(at("ultrasound", name), bytes);
  mkdirSync(at("phases"));
  for (const EchoTime of ["2", "4"])
    for (const { name, bytes } of writeSeries(phantom, {
      series: `echo ${EchoTime}`,
      change: () => ({ Modality: "MR", SeriesInstanceUID: "1.2.3.4", EchoTime }),
    }))
      writeFileSync(at("phases", `${EchoTime} ${name}`), bytes);
  mkdirSync(at("empty"));
  mkdirSync(at("letters"));
  writeFileSync(at("letters", "a.txt"), "no image");
  writeFileSync(at("a file"), "no folder");
  const image = gunzipSync(writeNifti(phantom.volume));
  mkdirSync(at("images"));
  writeFileSync(at("images", "one_0000.nii.gz"), gzipSync(image));
  symlinkSync(at("images"), at("linked"));
  for (const name of ["cases.csv", "pairs.csv"]) writeFileSync(at(name), "case,centre\none,a\n");
  writeFileSync(at("mask.nii.gz"), gzipSync(image));
  writeFileSync(at("cut.nii.gz"), gzipSync(image).subarray(0, 4000));
  writeFileSync(at("image.nii"), image);
  // NIfTI-1: dim[0] at byte 40, dim[4] at byte 48.
  const fourth = Buffer.from(image);
  fourth.writeInt16LE(4, 40);
  fourth.writeInt16LE(2, 48);
  writeFileSync(at("fourth.nii"), Buffer.concat([fourth, image.subarray(352)]));
  writeFileSync(at("no.zip"), "PK, but no zip");
  writeFileSync(at("tabs.yaml"), "pacs:\n\tkind: orthanc\n");
  writeFileSync(at("unknown.yaml"), "pacs:\n  dicomwebURL: http://127.0.0.1:9\n");
  writeFileSync(at("list.yaml"), "- pacs\n- http\n");
  writeFileSync(at("type.yaml"), "watch: { everySeconds: often }\n");
  // A ledger of another service, with one job that waits.
  mkdirSync(at("served"));
  const clock = { nowMs: () => Date.now() };
  const store = openSqliteJobStore({ file: at("served", "jobs.sqlite"), clock, maxAttempts: 3 });
  await store.arrive([{ studyUid: "1.2.1", seriesUid: "1.2.2", instanceCount: 3, isEvent: true }]);
  await store.close();
  html = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html><body>Sign in</body></html>");
  });
  html.listen(0, "127.0.0.1");
  await once(html, "listening");
});

after(() => {
  html.close();
  rmSync(folder, { recursive: true });
});

const port = (): number => (html.address() as AddressInfo).port;
const archive = (): Readonly<Record<string, string>> => ({
  PANSEG__PACS__DICOMWEBURL: `http://127.0.0.1:${port()}/dicom-web`,
  PANSEG__PACS__ORTHANCURL: `http://127.0.0.1:${port()}`,
});
const served = () => ({ PANSEG__DATAFOLDER: at("served") });

type Mistake = readonly [
  words: readonly string[],
  code: number,
  sentence: RegExp,
  environment?: () => Readonly<Record<string, string>>,
];

const segment = (...more: readonly string[]): readonly string[] => [
  ...["segment", "-i", at("series"), "-o", output],
  ...more,
];

const evaluate = (inputs: Readonly<Record<string, string>>, into: string): readonly string[] => [
  "evaluate",
  ...Object.entries({ ref: at("empty"), pred: at("letters"), ...inputs }).flatMap(([name, path]) => [
    `--${name}`,
    path,
  ]),
  ...["-o", into],
];

const readers = (...readings: readonly string[]): readonly string[] => [
  "readers",
  ...readings.flatMap((reading) => ["--reading", reading]),
  ...["-o", output],
];

const mistakes: readonly Mistake[] = [
  // Words
  [["segmnet"], 2, /unknown command 'segmnet'[\s\S]*Did you mean segment\?/],
  [["jobs", "lst"], 2, /unknown command 'lst'[\s\S]*Did you mean list\?/],
  [["help", "segmnet"], 2, /unknown command 'segmnet'/],
  [segment("--jason"), 2, /unknown option '--jason'[\s\S]*Did you mean --json\?/],
  [["segment", "-o", output], 2, /required option '-i, --input <path>' not specified/],
  [["segment", "-i", at("series")], 2, /required option '-o, --output <folder>' not specified/],
  [["segment", "-i", at("series"), "-o"], 2, /'-o, --output <folder>' argument missing/],
  [["segment", "-i", at("series"), "-o", "--json"], 2, /Its value seems to be missing/],
  [["segment", "-i", at("series"), "-o", ""], 2, /It is empty, as a variable is that was never set/],
  [segment(at("images")), 2, /too many arguments/],
  [segment("-i", at("images")), 2, /It was given before, as '.*series'; give one/],
  [
    segment("--model", "a", "--model", modelId),
    2,
    /'--model <.*phantom-ct' is invalid. It was given before, as 'a'/,
  ],
  [
    segment("--modality", "CT", "--modality=T2"),
    2,
    /'T2' is invalid. It was given before, as 'CT'; give one/,
  ],
  [
    ["convert", "-i", at("series"), "-o", output, "--min-slices", "3", "--min-slices", "20"],
    2,
    /'20' is invalid. It was given before, as '3'/,
  ],
  [
    [...evaluate({ pred: at("images") }, output), "--tolerance", "1", "--tolerance", "2"],
    2,
    /'2' is invalid. It was given before, as '1'/,
  ],
  [
    ["jobs", "list", "--limit", "5", "--limit", "6"],
    2,
    /'6' is invalid. It was given before, as '5'/,
    served,
  ],
  [
    ["-c", at("list.yaml"), "config", "check", "-c", at("tabs.yaml")],
    2,
    /tabs\.yaml' is invalid. It was given before, as '.*list\.yaml'/,
  ],
  [["config", "-c"], 2, /'-c, --config <file>' argument missing/],
  // Inputs
  [["segment", "-i", at("absent"), "-o", output], 2, /There is no file or folder at .*absent/],
  [["segment", "-i", "-", "-o", output], 2, /Standard input is not read/],
  [["segment", "-i", "/dev/null", "-o", output], 2, /a pipe or a device is not read/],
  [["segment", "-i", at("a file", "below"), "-o", output], 2, /cannot be reached|There is no file or folder/],
  [["segment", "-i", at("empty"), "-o", output], 3, /No DICOM series among 0 file\(s\)/],
  [["segment", "-i", at("letters"), "-o", output], 3, /No DICOM series among 1 file\(s\)/],
  [["segment", "-i", at("a file"), "-o", output], 3, /No DICOM series among 1 file\(s\)/],
  [["segment", "-i", at("ultrasound"), "-o", output], 3, /\[MODALITY\]/],
  [["segment", "-i", at("no.zip"), "-o", output], 3, /zip archive is damaged/],
  [["segment", "-i", at("cut.nii.gz"), "-o", output, "--allow-phantom-model"], 2, /\[NIFTI_INVALID\]/],
  [["segment", "-i", at("fourth.nii"), "-o", output, "--allow-phantom-model"], 2, /\[NIFTI_INVALID\]/],
  [["predict", "-i", at("image.nii"), "-o", output], 2, /is a file, not a folder/],
  [
    ["predict", "-i", at("empty"), "-o", output],
    2,
    /There is no NIfTI, NRRD or MetaImage file in .*, and no DICOM file/,
  ],
  [
    ["predict", "-i", at("letters"), "-o", output],
    2,
    /There is no NIfTI, NRRD or MetaImage file in .*, and no DICOM file/,
  ],
  [["convert", "-i", at("absent"), "-o", output], 2, /There is no file or folder at/],
  [["explain", at("letters")], 3, /No DICOM series in .*letters/],
  [["explain", at("empty"), "--json"], 3, /No DICOM series in .*empty/],
  [["explain", at("absent")], 2, /There is no file or folder at/],
  [
    ["evaluate", "--ref", at("absent"), "--pred", at("images"), "-o", output],
    2,
    /There is no file or folder/,
  ],
  [["readers", "--reading", at("images"), "-o", output], 2, /a reader and a folder, as in anna=/],
  [["readers", "--reading", `anna=${at("absent")}`, "-o", output], 2, /There is no file or folder at/],
  // Outputs
  [["segment", "-i", at("series"), "-o", at("a file")], 2, /a file is a file, not a folder/],
  [["segment", "-i", at("series"), "-o", at("a file", "b")], 2, /(cannot be made|is a file)/],
  [["segment", "-i", at("series"), "-o", at("series")], 2, /The output folder .* is the input/],
  [["segment", "-i", at("series"), "-o", at("series", "out")], 2, /The output folder .* lies in the input/],
  [["convert", "-i", at("series"), "-o", at("series", "out")], 2, /lies in the input/],
  [["predict", "-i", at("series"), "-o", at("series", "out")], 2, /lies in the input/],
  [["demo", "--keep", at("a file")], 2, /is a file, not a folder/],
  [["convert", "-i", at("series"), "-o", at("series")], 2, /The output folder .* is the input/],
  [["predict", "-i", at("images"), "-o", at("images")], 2, /The output folder .* is the input/],
  [evaluate({ ref: at("images") }, at("images")), 2, /The output folder .* is the input .*images/],
  [evaluate({ pred: at("images") }, at("images", "out")), 2, /lies in the input .*images/],
  [evaluate({ against: at("images") }, at("images")), 2, /is the input .*images/],
  [evaluate({ images: at("images") }, at("images", "out", "a")), 2, /lies in the input .*images/],
  [evaluate({ groups: at("cases.csv") }, folder), 2, /cases\.csv would be overwritten/],
  [evaluate({ pred: at("images"), against: at("images") }, output), 2, /--against and --pred are both/],
  [["readers", "--reading", `anna=${at("images")}`, "-o", at("images")], 2, /is the input/],
  [["readers", "--reading", `anna=${at("images")}`, "-o", at("images", "out")], 2, /lies in the input/],
  [readers(`anna=${at("images")}`, `anna=${at("images")}`), 2, /images is already a reading of anna/],
  [readers(`anna=${at("images")}`, `ben=${at("images", "..", "images")}`), 2, /is already a reading of anna/],
  [readers(`anna=${at("images")}`, `ben=${at("linked")}`), 2, /is already a reading of anna/],
  [readers(`anna=${at("images")}`, `ben=${folder}`), 2, /shares masks with .*images, a reading of anna/],
  [
    ["readers", "--reading", `a=${at("images")}`, "--groups", at("pairs.csv"), "-o", folder],
    2,
    /overwritten/,
  ],
  [["segment", "-i", at("mask.nii.gz"), "-o", folder, "--allow-phantom-model"], 2, /would be overwritten/],
  [["segment", "-i", at("series"), "-o", "/proc/panseg"], 2, /takes no new files or folders/],
  [["convert", "-i", at("series"), "-o", "/proc/panseg"], 2, /takes no new files or folders/],
  // Values
  [segment("--modality", "PET"), 2, /It is one of CT, T1, T2/],
  [segment("--device", "gpu"), 2, /It is one of auto, cuda, cpu/],
  [segment("--series", "not-a-uid"), 2, /A UID has at most 64 digits and dots/],
  [segment("--model", "absent"), 5, /\[MODEL_NOT_FOUND\]/],
  [["convert", "-i", at("series"), "-o", output, "--min-slices", "-3"], 2, /a whole number from 1 to/],
  [["convert", "-i", at("series"), "-o", output, "--min-slices", "2.5"], 2, /a whole number from 1 to/],
  [["jobs", "list", "--limit", "abc"], 2, /a whole number from 1 to/],
  [["jobs", "list", "--limit", "0"], 2, /a whole number from 1 to/],
  [["jobs", "list", "--state", "foo"], 2, /one of queued, running, computed, done, skipped, dead/, served],
  [["jobs", "retry", "--all", "--code", "STORE_REJECTD"], 2, /did you mean STORE_REJECTED\?/, served],
  [["jobs", "retry"], 2, /number of one job, or --all/, served],
  [["jobs", "show", "seven"], 2, /A job has a whole number/, served],
  [["jobs", "rerun", "--since", "2026-02-31"], 2, /It is a day such as 2026-01-31/, served],
  [["audit-quality", "--since", "yesterday"], 2, /It is a day such as 2026-01-31/],
  [["audit-quality", "--tolerance", "NaN"], 2, /a number from 0 to 1000/],
  [["audit-quality", "--tolerance", "1e300"], 2, /a number from 0 to 1000/],
  [[...evaluate({ pred: at("images") }, output), "--tolerance", "1e300"], 2, /a number from 0 to 1000/],
  [
    evaluate({ ref: at("images"), pred: at("images"), images: at("empty") }, output),
    2,
    /empty holds no images: neither NIfTI/,
  ],
  [
    evaluate({ ref: at("images"), pred: at("images"), images: at("mask.nii.gz") }, output),
    2,
    /mask\.nii\.gz is a file, not a folder/,
  ],
  [["demo", "--studies", "Infinity"], 2, /a whole number from 1 to/],
  [["report", "study-1"], 2, /at most 64 digits and dots/],
  [["report", "1..2"], 2, /a digit on both sides of each dot/],
  [["report", ".1.2"], 2, /a digit on both sides of each dot/],
  [["explain", "1..2"], 2, /a digit on both sides of each dot/],
  [["explain", "1.2."], 2, /a digit on both sides of each dot/],
  [["audit-quality", "--explain", "1..2"], 2, /a digit on both sides of each dot/],
  [["audit-quality", "--explain", "study-1"], 2, /at most 64 digits and dots/],
  [["jobs", "rerun", "--series", "1..2"], 2, /a digit on both sides of each dot/, served],
  [["jobs", "rerun", "--series", "1.2.3"], 2, /No series 1\.2\.3 was looked at, but 1 other/, served],
  [segment("--series", "1..2"), 2, /a digit on both sides of each dot/],
  [
    segment("--series", "1.2.3"),
    2,
    /no series 1\.2\.3 here[\s\S]*2\.25\.\d+ \(28 objects\)[\s\S]*SERIES_NOT_FOUND|SERIES_NOT_FOUND[\s\S]*2\.25\.\d+ \(28 objects\)/,
  ],
  [
    segment("--part", "2"),
    2,
    /no volume 2 here: no series holds several; leave out --part\. \[PART_NOT_FOUND\]/,
  ],
  [
    ["segment", "-i", at("phases"), "-o", output, "--part", "2"],
    2,
    /no volume 2 here, but: \[PART_NOT_FOUND\]\n {4}\S+ EchoTime=/,
  ],
  [
    ["segment", "-i", at("image.nii"), "-o", output, "--series", "1.2.3"],
    2,
    /one volume.* leave out --series/,
  ],
  [["segment", "-i", at("image.nii"), "-o", output, "--part", "1"], 2, /one volume.* leave out --part/],
  [
    segment("--model", modelId, "--modality", "T1"),
    2,
    /phantom\S* is a model for CT, and --modality says T1/,
  ],
  [
    ["predict", "-i", at("images"), "-o", output, "--model", modelId, "--modality", "T2"],
    2,
    /is a model for CT, and --modality says T2/,
  ],
  [["report", "1.2.3", "--format", "xml"], 2, /one of table, json, csv, fhir/],
  [["retract", "1", "--reason", "whim"], 2, /one of quality, safety/],
  // Settings
  [["config", "check", "-c", at("absent.yaml")], 2, /no such file/],
  [["config", "check", "-c", at("empty")], 2, /\[SETTINGS_INVALID\]/],
  [["config", "check", "-c", at("tabs.yaml")], 2, /Tabs are not allowed/],
  [["config", "check", "-c", at("list.yaml")], 2, /must hold a map/],
  [["config", "check", "-c", at("unknown.yaml")], 2, /dicomwebURL"; did you mean dicomwebUrl\?/],
  [["serve", "-c", at("type.yaml")], 2, /watch\.everySeconds/],
  [
    ["serve"],
    2,
    /PANSEG__PACS__PASWORD: no such setting; did you mean PANSEG__PACS__PASSWORD\?/,
    () => ({ PANSEG__PACS__PASWORD: "x" }),
  ],
  [
    ["serve"],
    2,
    /PANSEG__PACS__PASSWORD_FILE: no such file/,
    () => ({ PANSEG__PACS__PASSWORD_FILE: at("absent") }),
  ],
  [["serve"], 2, /http\.port/, () => ({ PANSEG__HTTP__PORT: "70000" })],
  [
    ["serve"],
    2,
    /jobs\.maxAttempts: is no whole number from 1 to 1000/,
    () => ({ PANSEG__JOBS__MAXATTEMPTS: "1e9" }),
  ],
  [
    ["serve"],
    2,
    /data folder \/proc\/x cannot be made or written \(ENOENT\)\. \[FOLDER_UNWRITABLE\]/,
    () => ({ PANSEG__DATAFOLDER: "/proc/x" }),
  ],
  [
    ["audit-quality"],
    2,
    /dataFolder: \/proc takes no new files.*\[FOLDER_UNWRITABLE\]/,
    () => ({ PANSEG__DATAFOLDER: "/proc/x/y" }),
  ],
  [
    ["model", "import", model, "--modality", "CT", "--id", "another"],
    2,
    /models\.folder: \/proc takes no new files.*\[FOLDER_UNWRITABLE\]/,
    () => ({ PANSEG__MODELS__FOLDER: "/proc/x" }),
  ],
  [
    ["serve"],
    5,
    /No model 'absent' is installed\. \[MODEL_NOT_FOUND\]/,
    () => ({ PANSEG__MODELS__CT: "absent" }),
  ],
  [
    ["serve"],
    2,
    /models\.T1 is phantom-ct, which is a model for CT\. \[SETTINGS_INVALID\]/,
    () => ({ PANSEG__MODELS__T1: modelId }),
  ],
  [
    ["segment", "-i", at("image.nii"), "-o", output, "--modality", "T1"],
    2,
    /models\.T1 is phantom-ct/,
    () => ({ PANSEG__MODELS__T1: modelId }),
  ],
  [["report", "1.2.3", "--include-patient", "--format", "csv"], 2, /--include-patient is of --format fhir/],
  // Ledger, archive, models
  [
    ["report", "1.2.3"],
    4,
    /port is kept for another protocol[\s\S]*Let the archive listen at another port/,
    () => ({ PANSEG__PACS__DICOMWEBURL: "http://127.0.0.1:6000/dicom-web" }),
  ],
  [["jobs", "list"], 2, /There is no ledger of jobs at .*data\/jobs\.sqlite\. \[NO_LEDGER\]/],
  [["jobs", "show", "7"], 2, /\[NO_LEDGER\]/],
  [["retract", "7"], 2, /\[NO_LEDGER\]/],
  [["jobs", "show", "7"], 2, /There is no job 7\. \[JOB_NOT_FOUND\]/, served],
  [["jobs", "retry", "1"], 2, /Job 1 is queued\. \[NOT_RETRYABLE\]/, served],
  [["retract", "1"], 2, /no result that could be withdrawn\. \[NOT_RETRACTABLE\]/, served],
  [["report", "1.2.3"], 4, /\[PACS_UNREACHABLE\]/],
  [["explain", "1.2.3"], 4, /\[PACS_(BAD_ANSWER|ERROR)\]/, archive],
  [["model", "import", at("letters"), "--modality", "CT"], 5, /\[CHECKPOINT_NOT_FOUND\]/],
  [["model", "import", model, "--modality", "CT"], 5, /\[MODEL_EXISTS\]/],
  [
    ["model", "import", at("letters"), "--modality", "CT", "--id", "../../evil"],
    2,
    /^✗ option '--id.*A model's name has/,
  ],
  [
    ["model", "import", model, "--modality", "CT", "--fold", "x"],
    2,
    /^✗ option '--fold.*whole number such as 0, or all/,
  ],
  [
    ["model", "import", model, "--modality", "CT", "--id", "a", "--checkpoint", "bests"],
    5,
    /holds model_best\.model\. Add --checkpoint best\./,
  ],
  [["model", "import", model, "--modality", "PET"], 2, /It is one of CT, T1, T2/],
  [["model", "verify", "absent"], 5, /\[MODEL_NOT_FOUND\]/],
];

test("P4: there are sixty mistakes and more", () => assert.ok(mistakes.length >= 60, `${mistakes.length}`));

const snapshot = (): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    // SQLite's own, beside a ledger that is open.
    .filter((name) => !/\.sqlite-(wal|shm)$/.test(name))
    .sort();

for (const [words, code, sentence, environment] of mistakes)
  test(`P4: panseg ${words.join(" ").replaceAll(folder, "")} ends with ${code} before any work`, async () => {
    const earlier = snapshot();
    const told = await panseg(words, { ...settings, ...environment?.() });
    assert.equal(told.code, code, told.stderr);
    assert.match(told.stderr, sentence);
    assert.doesNotMatch(told.stderr, /INTERNAL|^\s+at |infer/m);
    assert.deepEqual(snapshot(), earlier);
  });

test("P4: reading commands name the ledger that they read", async () => {
  const { code, stderr } = await panseg(["jobs", "list", "--state", "dead"], { ...settings, ...served() });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /dead jobs of .*served\/jobs\.sqlite/);
});

test("P4: the word for a checkpoint is taken in any case", async () => {
  const words = ["model", "import", model, "--modality", "CT", "--checkpoint", "BEST", "--json"];
  const told = await panseg(words, { ...settings, PANSEG__MODELS__FOLDER: at("best") });
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /"checkpoint": "fold_0\/model_best\.model"/);
});

test("P4: a home in which nothing can be made costs the cache of compiled code, and no more", async () => {
  for (const home of [{ XDG_CACHE_HOME: "/proc/x" }, { XDG_CACHE_HOME: "/dev/null" }]) {
    const { code, stdout } = await panseg(["--version"], home);
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+/);
  }
});

test("P4: doctor says of a data folder that cannot be made that it cannot", async () => {
  const { code, stdout } = await panseg(["doctor"], { ...settings, PANSEG__DATAFOLDER: "/proc/x" });
  assert.equal(code, 1);
  assert.match(stdout, /✗ data folder: \/proc takes no new files or folders/);
});

test("P4: doctor says of a model that the settings name that it is for another class", async () => {
  const { code, stdout } = await panseg(["doctor"], { ...settings, PANSEG__MODELS__T1: modelId });
  assert.equal(code, 1);
  assert.match(stdout, /✗ models: models\.T1 is phantom-ct, which is a model for CT\./);
});

test("P4: doctor looks and makes nothing", async () => {
  const { stdout } = await panseg(["doctor"], settings);
  assert.match(stdout, /data folder: .*data is made by the service/);
  assert.equal(existsSync(ledger), false);
});

test("P4: a port in use is told before a ledger is left behind as a service's", async () => {
  const told = await panseg(["serve"], {
    ...settings,
    PANSEG__DATAFOLDER: at("second"),
    PANSEG__HTTP__PORT: String(port()),
  });
  assert.equal(told.code, 2, told.stderr);
  assert.match(told.stderr, /\[PORT_IN_USE\]/);
});

/** Run as a user to whom permissions mean something. */
const asNobody = (words: readonly string[]): Promise<{ code: number; stderr: string }> =>
  new Promise((resolve) => {
    const isRoot = process.getuid?.() === 0;
    execFile(
      process.execPath,
      [main, ...words],
      {
        env: { ...process.env, ...settings, NO_COLOR: "1", HOME: "/nonexistent" },
        ...(isRoot && { uid: 65_534, gid: 65_534 }),
      },
      (error, _stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stderr }),
    );
  });

test("P4: folders that may not be read or written are told before any work", async () => {
  chmodSync(folder, 0o755);
  mkdirSync(at("mine"), { mode: 0o700 });
  mkdirSync(at("fixed"), { mode: 0o555 });
  cpSync(at("series"), at("mine", "series"), { recursive: true });
  const seen = await asNobody(["--version"]);
  assert.equal(seen.code, 0, seen.stderr);
  const isRoot = process.getuid?.() === 0;
  const unwritable = await asNobody(["segment", "-i", at("series"), "-o", at("fixed", "out")]);
  assert.equal(unwritable.code, 2, unwritable.stderr);
  assert.match(unwritable.stderr, /fixed may not be written by this user/);
  if (!isRoot) return;
  const unreadable = await asNobody(["segment", "-i", at("mine"), "-o", join(tmpdir(), "panseg-nowhere")]);
  assert.equal(unreadable.code, 2, unreadable.stderr);
  assert.match(unreadable.stderr, /mine may not be read by this user/);
});

test("P4: a disk that takes no more is told in a sentence, and nothing half-written is left", async () => {
  const words = ["convert", "-i", at("series"), "-o", at("small"), "--quiet"];
  const told = await new Promise<{ code: number; stderr: string }>((resolve) => {
    // 20 blocks of 1024 bytes; Node ignores SIGXFSZ, so that writing fails with EFBIG.
    const command = `ulimit -f 20; exec "$0" "$@"`;
    execFile(
      "bash",
      ["-c", command, process.execPath, main, ...words],
      { env: { ...process.env, ...settings, NO_COLOR: "1", NODE_DISABLE_COMPILE_CACHE: "1" } },
      (error, _stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stderr }),
    );
  });
  assert.notEqual(told.code, 0);
  assert.doesNotMatch(told.stderr, /^\s+at /m);
  assert.deepEqual(
    existsSync(at("small")) ? readdirSync(at("small")).filter((name) => name.endsWith(".nii.gz")) : [],
    [],
  );
});

test("P4: Ctrl-C ends segment with 130 and words of a command, not of the service", async () => {
  const child = spawn(process.execPath, [main, ...segment()], {
    env: { ...process.env, ...settings, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => {
    const before = told;
    told += chunk.toString();
    if (!before.includes("preprocess 0%") && told.includes("preprocess 0%")) child.kill("SIGINT");
  });
  const [code] = (await once(child, "close")) as [number | null];
  assert.equal(code, 130, told);
  assert.match(told, /Stopped before the end, as asked\. \[INTERRUPTED\]/);
  assert.doesNotMatch(told, /service|INTERNAL/);
  assert.equal(existsSync(output), false);
});

test("P4: a reader that has seen enough is no failure", async () => {
  const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
    execFile(
      "bash",
      ["-c", `set -o pipefail; "$0" "$1" config print | head -c 1 > /dev/null`, process.execPath, main],
      { env: { ...process.env, ...settings } },
      (error, _stdout, text) => resolve({ code: error === null ? 0 : Number(error.code), stderr: text }),
    );
  });
  assert.equal(stderr, "");
  assert.equal(code, 0);
});

test("P4: help is found wherever it is asked for", async () => {
  for (const words of [
    ["-h"],
    ["segment", "-h"],
    ["model", "-h"],
    ["model", "import", "-h"],
    ["help", "jobs"],
  ]) {
    const { code, stdout } = await panseg(words, settings);
    assert.equal(code, 0, words.join(" "));
    assert.match(stdout, /^Usage: panseg/);
  }
});
