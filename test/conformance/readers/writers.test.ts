import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { readReport } from "../../../src/dicom/report/readReport.ts";
import { readSegmentation } from "../../../src/dicom/segmentation/readSegmentation.ts";
import { lps, mapZyx } from "../../../src/domain/axes.ts";
import type { Mask } from "../../../src/domain/grid.ts";
import { volumeMlOf } from "../../../src/domain/groupVolume.ts";
import type { Code, MeasurementGroup, StoredReport } from "../../../src/domain/report.ts";
import { lpsToVoxel, norm, subtract, voxelToLps } from "../../../src/geometry/vector.ts";
import { toCsv } from "../../../src/readout/toCsv.ts";
import { readPancreasNames } from "../../../src/settings/pancreasNames.ts";
import { type MatrixCase, matrixCases } from "../../dicom/write/matrixCases.ts";
import { recordsOf } from "../../readout/csv.ts";
import { archived } from "../../readout/reports.ts";
import { startOrthanc } from "../../support/orthanc.ts";
import { panseg } from "../../support/panseg.ts";
import { needsTool } from "../../support/shared.ts";
import { askPython, skip, sourceFiles } from "./askPython.ts";
import type { Writer, Written, WrittenGroup } from "./written.ts";

const names = readPancreasNames(null);

type Folder = Written & { readonly bytesOf: ReadonlyMap<string, Uint8Array> };

const withBytes = (written: Written, folder: string): Folder => ({
  ...written,
  bytesOf: new Map(
    [...written.segmentations, ...written.reports].map(({ file }) => [
      file,
      new Uint8Array(readFileSync(join(folder, file))),
    ]),
  ),
});

/** Sources of every geometry; of a large one highdicom writes more. */
const sources = [
  "an axial CT",
  "a CT counted from head to feet",
  "a CT seen from the head",
  "an oblique MR with noise in its cosines",
  "a coronal MR",
  "pixels that are not square",
  "an odd matrix of 61 × 63",
  "an Enhanced CT",
  "a mask of one voxel",
].map((title) => matrixCases.find((each) => each.title === title) as MatrixCase);

const writeAll = (): Promise<Readonly<Record<string, Folder>>> =>
  askPython<Written, Folder>(
    "writers.py",
    new Map(sources.map(({ title, images }) => [title, sourceFiles(images.files)])),
    (answers, root) =>
      Object.fromEntries(
        Object.entries(answers).map(([title, written]) => [title, withBytes(written, join(root, title))]),
      ),
  );

const folders = skip === false ? writeAll() : null;
// A failure belongs to the tests, each of which awaits it.
folders?.catch(() => undefined);

const folderOf = async ({ title }: MatrixCase): Promise<Folder> => (await folders)?.[title] ?? assert.fail();

/** The marked voxels are those at these points, and no others. */
const assertVoxelsAt = ({ grid, voxels }: Mask, points: Written["organs"][string], what: string): void => {
  const [, rows, columns] = grid.shape;
  const expected = new Uint8Array(voxels.length);
  for (const triple of points) {
    const point = lps(...triple);
    const [k, j, i] = mapZyx(lpsToVoxel(grid, point), Math.round);
    assert.ok(norm(subtract(voxelToLps(grid, k, j, i), point)) <= 0.01, what);
    expected[(k * rows + j) * columns + i] = 1;
  }
  assert.equal(
    expected.reduce((sum, voxel) => sum + voxel, 0),
    points.length,
    what,
  );
  assert.deepEqual(voxels, expected, what);
};

const nameOf = (code: Code | null): string => `${code?.value} ${code?.scheme}`;

const volumeNames = ["118565006 SCT", "G-D705 SRT"];

/** A group that was read, in the words of the program that had it written. */
const asWritten = (group: MeasurementGroup): Omit<WrittenGroup, "volumeMl"> => {
  const { trackingUid, trackingIdentifier, finding, findingSite, segment, sourceSeriesUid } = group;
  const named = (...names: readonly string[]) =>
    group.measurements.filter(({ concept }) => names.includes(nameOf(concept)));
  return {
    trackingUid: trackingUid ?? "",
    trackingIdentifier: trackingIdentifier ?? "",
    finding: nameOf(finding),
    site: nameOf(findingSite),
    segment: {
      sopInstanceUid: segment?.sopInstanceUid ?? "",
      segmentNumber: segment?.segmentNumber ?? Number.NaN,
    },
    sourceSeriesUid: sourceSeriesUid ?? "",
    volumes: named(...volumeNames).map(({ value, unit }) => [value ?? Number.NaN, unit?.value ?? ""]),
    mean: named("112031 DCM")[0]?.value ?? null,
  };
};

const assertClose = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * expected, `${found} instead of ${expected}`);

const assertReads = ({ groups }: StoredReport, written: readonly WrittenGroup[]): void => {
  assert.deepEqual(
    groups.map(asWritten),
    written.map(({ volumeMl: _, ...group }) => group),
  );
  for (const [n, { volumeMl }] of written.entries())
    assertClose(volumeMlOf(groups[n] ?? assert.fail()) ?? Number.NaN, volumeMl);
};

/** Today's codes of the sites, as tables and spreadsheets show them; the others are not known to be old. */
const currentSites: Readonly<Record<string, string>> = { "T-65000 SRT": "15776009 SCT" };

type Row = Readonly<Record<string, string>>;

const assertRows = (rows: readonly Row[], written: readonly WrittenGroup[]): void => {
  assert.deepEqual(
    rows.map((row) => [
      row["tracking_uid"],
      row["segmentation_uid"],
      row["segment_number"],
      row["site_code"],
    ]),
    written.map(({ trackingUid, segment, site }) => [
      trackingUid,
      segment.sopInstanceUid,
      String(segment.segmentNumber),
      currentSites[site] ?? site,
    ]),
  );
  for (const [n, { volumeMl, mean }] of written.entries()) {
    assertClose(Number(rows[n]?.["volume_ml"]), volumeMl);
    assert.equal(rows[n]?.["intensity_mean"], mean === null ? "" : String(mean));
  }
};

const writers: readonly Writer[] = ["highdicom", "dcmqi"];

for (const source of sources) {
  const { title, images } = source;
  // dcmqi makes nothing of multi-frame images.
  for (const writer of title === "an Enhanced CT" ? writers.slice(0, 1) : writers) {
    test(`each organ in ${writer}'s segmentations of ${title} is read voxel by voxel, the pancreas unasked`, {
      skip,
    }, async (t) => {
      const { segmentations, organs, bytesOf } = await folderOf(source);
      assert.equal(organs["2"]?.length, images.points.length);
      for (const { file, sopInstanceUid } of segmentations.filter((each) => each.writer === writer))
        await t.test(file, async () => {
          const bytes = bytesOf.get(file) ?? assert.fail();
          const unasked = await readSegmentation(bytes, null, names);
          assert.equal(unasked.segment.number, 2);
          assert.equal(unasked.segment.isPancreas, true);
          assert.equal(unasked.sopInstanceUid, sopInstanceUid);
          assertVoxelsAt(unasked.mask, images.points, "unasked");
          for (const [number, points] of Object.entries(organs)) {
            const { mask, segment } = await readSegmentation(bytes, Number(number), names);
            assert.equal(segment.number, Number(number));
            assertVoxelsAt(mask, points, segment.label);
          }
        });
    });

    test(`${writer}'s reports on ${title} are read with the volumes, units, findings and UIDs that were written`, {
      skip,
    }, async (t) => {
      const { reports, bytesOf } = await folderOf(source);
      for (const { file, groups } of reports.filter((each) => each.writer === writer))
        await t.test(file, () => {
          const bytes = bytesOf.get(file) ?? assert.fail();
          assertReads(readReport(bytes) ?? assert.fail(), groups);
          assertRows(recordsOf(toCsv([archived(bytes)])), groups);
        });
    });
  }
}

test("the writers compress in every way that they offer", { skip }, async () => {
  const large = sources.find(({ title }) => title.startsWith("an odd matrix")) ?? assert.fail();
  const { segmentations } = await folderOf(large);
  const ways = segmentations.map(({ writer, type, transferSyntax }) => `${writer} ${type} ${transferSyntax}`);
  const offered = {
    "highdicom BINARY": ["1", "4.90"],
    "highdicom LABELMAP": ["1", "4.80", "4.90", "5"],
    "highdicom FRACTIONAL": ["1", "4.80", "4.90", "5"],
    "dcmqi BINARY": ["1", "1.99"],
    "dcmqi LABELMAP": ["1", "1.99"],
  };
  assert.deepEqual(
    new Set(ways),
    new Set(
      Object.entries(offered).flatMap(([kind, syntaxes]) =>
        syntaxes.map((syntax) => `${kind} 1.2.840.10008.1.2.${syntax}`),
      ),
    ),
  );
});

test("panseg report finds in an archive what both writers stored there", {
  skip: skip === false ? needsTool("Orthanc") : skip,
}, async (t) => {
  const source = sources[0] ?? assert.fail();
  const { reports, bytesOf } = await folderOf(source);
  const orthanc = await startOrthanc(t);
  await orthanc.stow([...bytesOf.values()]);
  const stored = reports.map(({ file, groups }) => ({
    report: readReport(bytesOf.get(file) ?? assert.fail()) ?? assert.fail(),
    groups,
  }));
  const { code, stdout, stderr } = await panseg(
    ["report", stored[0]?.report.studyUid ?? "", "--format", "csv"],
    {
      PANSEG__PACS__DICOMWEBURL: orthanc.url,
      PANSEG__PACS__ORTHANCURL: orthanc.restUrl,
      PANSEG__PACS__USERNAME: orthanc.user,
      PANSEG__PACS__PASSWORD: orthanc.password,
    },
  );
  assert.equal(code, 0, stderr);
  const rows = recordsOf(stdout);
  assert.equal(rows.length, stored.flatMap(({ groups }) => groups).length);
  for (const { report, groups } of stored)
    assertRows(
      rows.filter((row) => row["report_uid"] === report.sopInstanceUid),
      groups,
    );
});
