import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { defaultReadOptions, readSeries } from "../../src/dicom/series/readSeries.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { panseg } from "../support/panseg.ts";
import { assertSameCorners } from "./phantom/dcm2niix.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-demo-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("panseg demo --once tells on standard error what becomes of each series, prints the table alone, and keeps what it made", async () => {
  const kept = join(folder, "kept");
  const { code, stdout, stderr } = await panseg(["demo", "--once", "--studies", "1", "--keep", kept]);
  assert.equal(code, 0, stderr);

  const progress = stderr.split("\n");
  const inOrder = [
    /^panseg demo · synthetic patients, PHANTOM DEMO MODELS · Research use only/,
    /^ {2}archive: small demonstration archive · page: http:\/\/127\.0\.0\.1:\d+\/$/,
    /^✓ CT abdomen, [^:]+: \d+\.\d ml \(true \d+\.\d ml\), Dice 0\.\d{3}$/,
  ];
  const places = inOrder.map((line) => progress.findIndex((each) => line.test(each)));
  assert.ok(!places.includes(-1), `${places}\n${stderr}`);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  // A log of a run wants no line at every tenth of a step.
  assert.equal(progress.filter((line) => line !== "").length, 6);
  for (const reason of ["LOCALIZER", "DERIVED_NOT_VOLUME", "GANTRY_TILT"])
    assert.ok(
      progress.some((line) => line.startsWith("– CT abdomen, ") && line.endsWith(`[${reason}]`)),
      reason,
    );

  const [empty, header, ...rest] = stdout.trimEnd().split("\n");
  assert.equal(empty, "");
  assert.match(header ?? "", /^ +SERIES +VERDICT +MODEL +ML +TRUE ML +DICE .*STORE S$/);
  assert.match(rest[0] ?? "", /^✓ +CT abdomen, .* segmented +phantom-ct +\d/);
  assert.equal(rest.filter((line) => /^– .*not segmented: [A-Z_]+$/.test(line)).length, 3);
  assert.match(rest.at(-1) ?? "", /^4 series in \d+ s: all as expected$/);
  assert.equal(rest.length, 6);

  await requireKept(kept, Number(/true (\d+\.\d) ml/.exec(stderr)?.[1]));
});

/** Four folders; that of the phantom holds its series, and on the series' grid its image and its label. */
const requireKept = async (kept: string, trueMl: number): Promise<void> => {
  const folders = readdirSync(kept).sort();
  assert.deepEqual(
    folders.map((name) => /^\d\d-CT-abdomen(-[A-Za-z]+)+$/.test(name)),
    [true, true, true, true],
  );
  const [first = "", ...others] = folders.map((name) => join(kept, name));
  for (const other of others) assert.deepEqual(readdirSync(other), ["dicom"]);
  assert.deepEqual(readdirSync(first).sort(), ["dicom", "image.nii.gz", "label.nii.gz"]);
  const names = readdirSync(join(first, "dicom")).sort();
  const { volume } = await readSeries(
    names.map((name) => ({ name, read: () => readFileSync(join(first, "dicom", name)) })),
    defaultReadOptions,
  );
  const [image, label] = ["image.nii.gz", "label.nii.gz"].map((name) =>
    readNifti(readFileSync(join(first, name))),
  );
  assert.ok(image && label);
  assert.deepEqual(image.voxels, volume.voxels);
  assert.deepEqual(label.grid, image.grid);
  assert.deepEqual(image.grid.shape, volume.grid.shape);
  assertSameCorners(image.grid, volume.grid, "image");
  const mask = { grid: volume.grid, voxels: Uint8Array.from(label.voxels) };
  assert.ok(Math.abs(measureMask(mask, volume).volumeMl - trueMl) < 0.06);
};

test("panseg demo refuses to keep series beside other files, before it makes any", async () => {
  writeFileSync(join(folder, "mine.txt"), "");
  const { code, stdout, stderr } = await panseg(["demo", "--once", "--keep", folder]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /holds \d+ files already\. \[USAGE\]/);
  assert.doesNotMatch(stderr, /synthetic/);
});
