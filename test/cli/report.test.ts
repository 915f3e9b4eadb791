import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ArchivedReport } from "../../src/domain/report.ts";
import { startArchive } from "../pacs/fakeArchive.ts";
import { recordsOf } from "../readout/csv.ts";
import { type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { panseg } from "../support/panseg.ts";
import { reportedStudies } from "../support/reportedStudies.ts";
import { needsTool } from "../support/shared.ts";

const studies = reportedStudies();

const settingsOf = ({ url, restUrl, user, password }: Orthanc) => ({
  PANSEG__PACS__DICOMWEBURL: url,
  PANSEG__PACS__ORTHANCURL: restUrl,
  PANSEG__PACS__USERNAME: user,
  PANSEG__PACS__PASSWORD: password,
});

type Json = { readonly notice: string; readonly reports: readonly ArchivedReport[] };

describe("panseg report, on an archive with reports of several writers", {
  skip: needsTool("Orthanc"),
}, () => {
  test("tells people, spreadsheets and machines what is stored", async (t) => {
    const orthanc = await startOrthanc(t);
    await orthanc.stow(studies.files);
    const settings = settingsOf(orthanc);
    const run = (...args: readonly string[]) => panseg(["report", ...args], settings);

    await t.test("a table for people, with every report and what became of it", async () => {
      const { code, stdout, stderr } = await run(studies.laterStudy);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^DATE +IMAGES +SITE +ML/);
      assert.match(stdout, /2024-06-01 .*Pancreas +70\.4 .*verified$/m);
      assert.match(stdout, /99\.0 .*rejected: Rejected for Quality Reasons$/m);
      assert.match(stderr, /Research use only/);
      assert.doesNotMatch(stdout + stderr, /Canary|P-1/);
    });

    await t.test("JSON with each mark; the report in words is none of measurements", async () => {
      const own = await run(studies.ownStudy, "--format", "json");
      const { notice, reports } = JSON.parse(own.stdout) as Json;
      assert.match(notice, /Research use only/);
      assert.deepEqual(
        reports.map(({ sopInstanceUid }) => sopInstanceUid),
        [studies.ownReport],
      );
      const later = JSON.parse((await run(studies.laterStudy, "--format", "json")).stdout) as Json;
      assert.deepEqual(
        new Map(later.reports.map((each) => [each.sopInstanceUid, each.rejected?.value ?? null])),
        new Map([
          [studies.laterReport, null],
          [studies.rejectedReport, "113001"],
        ]),
      );
    });

    await t.test("CSV without what was taken back, with --all also that", async () => {
      const volumes = async (...args: readonly string[]) =>
        recordsOf((await run(studies.laterStudy, "--format", "csv", ...args)).stdout).map((row) => [
          row["volume_ml"],
          row["status"],
        ]);
      assert.deepEqual(await volumes(), [["70.3619", "current"]]);
      assert.deepEqual((await volumes("--all")).sort(), [
        ["70.3619", "current"],
        ["99", "rejected"],
      ]);
    });

    await t.test("every study of the patient, in order, and nobody else's", async () => {
      const { stdout } = await run(studies.laterStudy, "--patient", "--format", "csv");
      assert.deepEqual(
        recordsOf(stdout).map((row) => [row["study_date"], row["volume_ml"]]),
        [
          ["2024-01-31", "19.031"],
          ["2024-06-01", "70.3619"],
        ],
      );
    });

    await t.test("FHIR that names the patient only where it is asked to", async () => {
      const { stdout } = await run(studies.ownStudy, "--format", "fhir");
      assert.equal((JSON.parse(stdout) as { resourceType: string }).resourceType, "Bundle");
      assert.doesNotMatch(stdout, /"P-1"|subject/);
      const named = await run(studies.ownStudy, "--format", "fhir", "--include-patient");
      assert.match(named.stdout, /"value": "P-1"/);
      assert.doesNotMatch(named.stdout, /Test\^Pancreas|19500101/);
    });

    await t.test("a study without a report ends with 3 and a sentence", async () => {
      const { code, stdout, stderr } = await run("1.2.3");
      assert.deepEqual([code, stdout], [3, ""]);
      assert.match(stderr, /no measurement report/);
    });
  });
});

test("wrong words end with 2 before the archive is asked, an archive that is away with 4", async (t) => {
  const gone = await startArchive(t, (_, response) => response.writeHead(503).end());
  const settings = { PANSEG__PACS__DICOMWEBURL: gone.url };
  assert.equal((await panseg(["report"], settings)).code, 2);
  assert.equal((await panseg(["report", "1.2", "--format", "xml"], settings)).code, 2);
  for (const words of [["../x"], ["1..2"]]) {
    const wrong = await panseg(["report", ...words], settings);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /at most 64 digits and dots/);
  }
  assert.equal(gone.asked.length, 0);
  const away = await panseg(["report", "1.2"], settings);
  assert.equal(away.code, 4);
  assert.match(away.stderr, /PACS_BUSY/);
  assert.match((await panseg(["report", "--help"])).stdout, /Examples:/);
});
