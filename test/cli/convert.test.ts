import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { lps, zyx } from "../../src/domain/axes.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { writeZip } from "../importer/torchZip.ts";
import { type Attributes, classicSeries, type SeriesSpec, shuffled, uid } from "../support/dicomSeries.ts";
import { panseg } from "../support/panseg.ts";
import { needsShared, sharedFolder } from "../support/shared.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-convert-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const canary = "Canary^Patient";

type Volume = {
  readonly outcome: string;
  readonly part: string;
  readonly file?: string;
  readonly code?: string;
  readonly sentence?: string;
  readonly sopInstanceUids?: readonly string[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly shape?: readonly number[];
  readonly spacingMm?: readonly number[];
  readonly affineRas?: readonly (readonly number[])[];
  readonly directionLps?: readonly (readonly number[])[];
  readonly warnings?: readonly { readonly code: string; readonly details?: unknown }[];
  readonly selection?: {
    readonly modelClass: string | null;
    readonly score: number;
    readonly code: string | null;
    readonly reasons: readonly string[];
  };
};

type Report = {
  readonly unreadable: Readonly<Record<string, number>>;
  readonly unreadableFiles: readonly string[];
  readonly series: readonly {
    readonly seriesUid: string;
    readonly seriesNumber: number | null;
    readonly instances: number;
    readonly volumes: readonly Volume[];
  }[];
};

/** A series of its own UID and number in which every text that may name a patient does. */
const series = (number: number, spec: SeriesSpec = {}, more: Attributes = {}): readonly Uint8Array[] =>
  classicSeries({
    ...spec,
    attributes: (k) => ({
      SeriesInstanceUID: uid(6, number),
      SOPInstanceUID: uid(7, number, k + 1),
      SeriesNumber: number,
      PatientName: canary,
      PatientID: canary,
      SeriesDescription: canary,
      ...more,
      ...spec.attributes?.(k),
    }),
  });

const write = (name: string, files: readonly Uint8Array[]): string => {
  const input = join(folder, name);
  mkdirSync(input, { recursive: true });
  for (const [n, bytes] of files.entries()) writeFileSync(join(input, `${n}.dcm`), bytes);
  return input;
};

const reportOf = (output: string): Report =>
  JSON.parse(readFileSync(join(output, "report.json"), "utf8")) as Report;

const convert = async (
  input: string,
  name: string,
  more: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string; stdout: string; stderr: string; report: Report }> => {
  const output = join(folder, name);
  const finished = await panseg(["convert", "-i", input, "-o", output, ...more], settings);
  return { ...finished, output, report: reportOf(output) };
};

const isUnread = ({ code }: { readonly code: string }): boolean => code === "FILES_UNREADABLE";

const tilted: SeriesSpec = { driftMm: (k) => [0, 5 * k, 0] };

test("every series becomes a volume or a reason, one refusal stops no other, and all stands in the report", async () => {
  const input = write("study", [
    ...series(3),
    ...series(4, tilted),
    ...series(5, { slices: 2 }),
    ...series(6, { modality: "MR" }),
    new TextEncoder().encode("no image"),
  ]);
  const { code, output, stdout, stderr, report } = await convert(input, "study-out");
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(output).sort(), ["3.nii.gz", "6.nii.gz", "report.json"]);
  assert.deepEqual(
    report.series.map(({ seriesNumber, volumes }) => [seriesNumber, ...volumes.map((v) => v.code ?? v.file)]),
    [
      [3, "3.nii.gz"],
      [4, "GANTRY_TILT"],
      [5, "TOO_FEW_SLICES"],
      [6, "6.nii.gz"],
    ],
  );
  assert.deepEqual(report.unreadable, { NOT_DICOM: 1 });
  assert.deepEqual(report.unreadableFiles, ["20.dcm"]);
  assert.ok(report.series.every(({ volumes }) => volumes.every(({ warnings }) => !warnings?.some(isUnread))));
  const [tilt] = report.series[1]?.volumes ?? [];
  assert.match(tilt?.sentence ?? "", /sheared by 14\.0°/);
  assert.deepEqual(
    tilt?.sopInstanceUids,
    [2, 3, 4, 5, 6].map((k) => uid(7, 4, k)),
  );
  assert.equal(tilt?.details?.["angleDegrees"], 14.036);
  assert.match(stdout, /^3 +6 +10×8×6 +0\.7×0\.7×20 +3\.nii\.gz$/m);
  assert.match(stdout, /^5 +2 .*at least 3 are needed\. \[TOO_FEW_SLICES\]$/m);
  assert.match(stderr, /series 1 of 4 0%/);
  assert.match(stderr, /2 volume\(s\) written, 2 refused/);
  assert.match(stderr, /1 file\(s\) were passed over \[NOT_DICOM\]/);
});

test("the file and the report say where the voxels lie, and no text of the header reaches either", async () => {
  const oblique: SeriesSpec = { alongRow: [0.8, 0.6, 0], alongColumn: [0, 0, -1], pixelSpacing: [2, 3] };
  const { output, stdout, report } = await convert(write("oblique", series(7, oblique)), "oblique-out", [
    "--json",
  ]);
  const [volume] = report.series[0]?.volumes ?? [];
  assert.deepEqual(JSON.parse(stdout), report);
  assert.deepEqual(volume?.shape, [10, 8, 6]);
  assert.deepEqual(volume?.spacingMm, [3, 2, 20]);
  assert.deepEqual(volume?.directionLps, [
    [0.8, 0.6, 0],
    [0, 0, -1],
    [-0.6, 0.8, 0],
  ]);
  assert.deepEqual(
    volume?.affineRas?.map((row) => row.map((value) => Number(value.toFixed(9)))),
    [
      [-2.4, 0, 12, 100],
      [-1.8, 0, -16, 120],
      [0, -2, 0, 40],
      [0, 0, 0, 1],
    ],
  );
  const { grid, voxels } = readNifti(readFileSync(join(output, "7.nii.gz")));
  assert.deepEqual(grid.shape, zyx(6, 8, 10));
  assert.deepEqual(grid.originLps, lps(-100, -120, 40));
  assert.equal(voxels[1 * 80 + 2 * 10 + 3], 1000 + 100 + 20 + 3 - 1024);
  for (const name of readdirSync(output))
    assert.ok(!readFileSync(join(output, name)).includes("Canary") && !name.includes("Canary"));
  assert.ok(!stdout.includes("Canary"));
});

test("five orders of the same files give the same bytes in every file", async () => {
  const files = [...series(3), ...series(4, tilted), ...series(9, { modality: "MR", slices: 7 })];
  const outputs: Buffer[][] = [];
  for (const seed of [1, 2, 3, 4, 5]) {
    const { output } = await convert(write(`order-${seed}`, shuffled(files, seed)), `order-${seed}-out`);
    outputs.push(
      readdirSync(output)
        .sort()
        .map((name) => readFileSync(join(output, name))),
    );
  }
  assert.equal(outputs[0]?.length, 3);
  for (const other of outputs) assert.deepEqual(other, outputs[0]);
});

test("series of one number, and series without, have names of their own", async () => {
  const files = [
    ...series(3),
    ...series(4, {}, { SeriesNumber: 3 }),
    ...series(5, {}, { SeriesNumber: null }),
    ...series(6, {}, { SeriesNumber: null }),
  ];
  const { output } = await convert(write("names", files), "names-out");
  const names = readdirSync(output).filter((name) => name !== "report.json");
  assert.equal(names.length, 4);
  assert.ok(names.includes("3.nii.gz") && names.includes("3-2.nii.gz"));
  assert.equal(names.filter((name) => /^uid-[0-9a-f]{8}\.nii\.gz$/.test(name)).length, 2);
});

test("where nothing is a volume the exit code is 3 and there is a report, and usage errors end with 2", async () => {
  const { code, output } = await convert(write("tilted", series(4, tilted)), "tilted-out");
  assert.equal(code, 3);
  assert.deepEqual(readdirSync(output), ["report.json"]);
  const empty = await convert(write("empty", []), "empty-out");
  assert.equal(empty.code, 3);
  assert.deepEqual(empty.report.series, []);
  for (const args of [
    ["-i", join(folder, "absent"), "-o", join(folder, "absent-out")],
    ["-i", folder, "-o", join(folder, "absent-out"), "--min-slices", "none"],
    ["-i", folder],
  ])
    assert.equal((await panseg(["convert", ...args])).code, 2, args.join(" "));
});

test("where a file cannot be written its series leaves nothing, the next one is written, and the report tells", async () => {
  const input = write("blocked", [...series(3), ...series(4)]);
  // A folder of the name cannot be replaced by a file.
  mkdirSync(join(folder, "blocked-out", "3.nii.gz"), { recursive: true });
  const { code, output, report } = await convert(input, "blocked-out");
  assert.equal(code, 0);
  assert.deepEqual(readdirSync(output).sort(), ["3.nii.gz", "4.nii.gz", "report.json"]);
  assert.deepEqual(readdirSync(join(output, "3.nii.gz")), []);
  assert.deepEqual(
    report.series.map(({ volumes }) => volumes.map(({ code: reason, file }) => reason ?? file)),
    [["INTERNAL"], ["4.nii.gz"]],
  );
});

test("what an earlier conversion left in the folder is gone, and nothing else is", async () => {
  const first = await convert(write("used", [...series(3), ...series(4)]), "used-out");
  writeFileSync(join(first.output, "mine.nii.gz"), "mine");
  writeFileSync(join(folder, "outside.nii.gz"), "outside");
  const report = JSON.parse(readFileSync(join(first.output, "report.json"), "utf8"));
  report.series[0].volumes.push({ outcome: "converted", file: "../outside.nii.gz" });
  writeFileSync(join(first.output, "report.json"), JSON.stringify(report));
  await convert(write("used-again", series(3, tilted)), "used-out");
  assert.deepEqual(readdirSync(first.output).sort(), ["mine.nii.gz", "report.json"]);
  assert.equal(readFileSync(join(folder, "outside.nii.gz"), "utf8"), "outside");
});

const vibe: Attributes = {
  ScanningSequence: "GR",
  SequenceVariant: ["SK", "SP"],
  RepetitionTime: "4.2",
  EchoTime: "1.9",
  FlipAngle: "10",
};

test("X3, X6, X7: the report says what each volume would be chosen as, and mosaics are no volumes at all", async () => {
  const type = (...values: readonly string[]): Attributes => ({
    ImageType: ["ORIGINAL", "PRIMARY", ...values],
  });
  const mr = (number: number, attributes: Attributes) => series(number, { modality: "MR" }, attributes);
  const { report } = await convert(
    write("selected", [
      ...series(3),
      ...mr(4, vibe),
      ...series(5, {}, type("AXIAL", "MIP")),
      ...mr(6, { ...vibe, ...type("M", "MOSAIC") }),
      ...mr(7, { ...vibe, ...type("M", "T1_MAP") }),
      ...mr(8, { ...vibe, ImageType: ["DERIVED", "SECONDARY", "M"] }),
    ]),
    "selected-out",
  );
  assert.deepEqual(
    report.series.map(({ seriesNumber, volumes: [volume] }) => [
      seriesNumber,
      volume?.code ?? volume?.outcome,
      volume?.selection?.modelClass ?? null,
      volume?.selection?.code ?? null,
    ]),
    [
      [3, "converted", "CT", null],
      [4, "converted", "T1", null],
      [5, "converted", null, "DERIVED_NOT_VOLUME"],
      [6, "MOSAIC", null, "MOSAIC"],
      [7, "converted", null, "WRONG_CONTRAST"],
      [8, "converted", null, "DERIVED_NOT_VOLUME"],
    ],
  );
  const [chosen] = report.series[0]?.volumes ?? [];
  assert.ok((chosen?.selection?.score ?? 0) > 0);
  assert.equal(chosen?.selection?.reasons[0], "Modality CT");
});

test("S3, S6: what the settings allow to be repaired is converted onto one grid, with a warning", async () => {
  const gap = series(3, { slices: 7, distanceMm: (k) => 20 * (k < 4 ? k : k + 1) });
  const input = write("repaired", [...gap, ...series(4, tilted)]);
  const refused = await convert(input, "repaired-none");
  assert.deepEqual(
    refused.report.series.map(({ volumes: [volume] }) => volume?.code),
    ["MISSING_SLICES", "GANTRY_TILT"],
  );
  const { output, report } = await convert(input, "repaired-out", [], {
    PANSEG__SERIES__REPAIRS__MISSINGSLICES: "1",
    PANSEG__SERIES__REPAIRS__GANTRYTILT: "true",
  });
  const [filled, straight] = report.series.map(({ volumes: [volume] }) => volume);
  assert.deepEqual(filled?.shape, [10, 8, 8]);
  assert.deepEqual(filled?.spacingMm, [0.7, 0.7, 20]);
  assert.deepEqual(
    [filled, straight].map((volume) => volume?.warnings?.map(({ code }) => code).slice(0, 1)),
    [["SLICES_INTERPOLATED"], ["TILT_RESAMPLED"]],
  );
  const { voxels, grid } = readNifti(readFileSync(join(output, "3.nii.gz")));
  assert.deepEqual(grid.shape, zyx(8, 8, 10));
  const at = (k: number): number => voxels[k * 80 + 23] ?? Number.NaN;
  // Plane 4 is the missing one: half way between its neighbours.
  assert.deepEqual([at(3), at(5)], [1000 + 300 + 23 - 1024, 1000 + 400 + 23 - 1024]);
  assert.ok(Math.abs(at(4) - (at(3) + at(5)) / 2) < 1e-3);
  const tall = readNifti(readFileSync(join(output, "4.nii.gz"))).grid;
  assert.ok(Math.abs(tall.axes[0][2]) > 0.999999 && tall.shape[1] > 8);
});

test("S4: a last slice that is cut short is named, and every volume beside it warns of it", async () => {
  const files = series(3, { slices: 7 });
  const input = write("cut", [...files.slice(0, 6), (files[6] ?? new Uint8Array()).subarray(0, 400)]);
  for (const [n, bytes] of series(4).entries()) {
    mkdirSync(join(input, "other"), { recursive: true });
    writeFileSync(join(input, "other", `${n}.dcm`), bytes);
  }
  const { report, stderr } = await convert(input, "cut-out");
  assert.deepEqual(report.unreadableFiles, ["6.dcm"]);
  const [beside, apart] = report.series.map(({ volumes: [volume] }) => volume);
  assert.deepEqual(beside?.warnings?.find(isUnread)?.details, { files: ["6.dcm"] });
  assert.deepEqual(apart?.warnings?.some(isUnread), false);
  assert.match(stderr, /1 file\(s\) were passed over \[NOT_DICOM\]/);
});

test("S4: a series of which the scanner announces more than is there is refused", async () => {
  const announced = series(3, {}, { ImagesInAcquisition: "7" });
  const { report, output } = await convert(write("announced", announced), "announced-out");
  assert.equal(report.series[0]?.volumes[0]?.code, "INCOMPLETE_RETRIEVAL");
  assert.deepEqual(readdirSync(output), ["report.json"]);
});

test("a zip gives the files that its folder gives", async () => {
  const files = series(3);
  const zip = join(folder, "series.zip");
  writeZip(
    zip,
    files.map((bytes, n) => ({ name: `${canary}/${n}`, bytes: Buffer.from(bytes) })),
  );
  const [fromZip, fromFolder] = [
    await convert(zip, "zip-out"),
    await convert(write("unzipped", files), "unzipped-out"),
  ];
  assert.equal(fromZip.code, 0);
  for (const name of ["3.nii.gz", "report.json"])
    assert.deepEqual(
      readFileSync(join(fromZip.output, name)),
      readFileSync(join(fromFolder.output, name)),
      name,
    );
});

const skip = needsShared("fixtures", "dicom");

test("real series convert or are refused as their headers deserve", { skip }, async () => {
  const expected: Readonly<Record<string, readonly (string | readonly number[])[]>> = {
    ct_abdomen_j2k: [[512, 512, 20]],
    ct_padding: [[512, 512, 3]],
    sagittal_plain: [[256, 256, 4]],
    sagittal_compressed_jpegls: [[256, 256, 4]],
    non_square_pixels: [[64, 28, 4]],
    gantry_tilt: ["GANTRY_TILT"],
    missing_slice: ["MISSING_SLICES"],
    too_few_slices: ["TOO_FEW_SLICES"],
    colour: ["COLOUR_IMAGE"],
  };
  for (const [name, outcomes] of Object.entries(expected)) {
    const { report } = await convert(sharedFolder("fixtures", "dicom", name), `real-${name}`);
    const volumes = report.series.flatMap((one) => one.volumes);
    assert.deepEqual(
      volumes.map(({ code, shape }) => code ?? shape),
      outcomes,
      name,
    );
  }
});
