import assert from "node:assert/strict";
import { test } from "node:test";
import { tableHeader, toTable } from "../../src/readout/toTable.ts";
import { highdicomReport, names } from "../support/foreignReports.ts";
import { archived, codeFrom, groupOf, measurement, reportWith } from "./reports.ts";

test("a person reads date, images, site, volume and what became of the report", () => {
  const rejected = codeFrom("113001|DCM|Rejected for Quality Reasons");
  const rows = toTable([
    archived(highdicomReport()),
    archived(highdicomReport(), { rejected }),
    archived(highdicomReport(), { supersededBy: "1.2" }),
  ]);
  assert.deepEqual(
    rows[0]?.map((cell, i) => `${tableHeader[i]}=${cell}`),
    [
      "date=2024-01-02",
      "images=CT",
      "site=Pancreas, Head of pancreas, Left",
      "ml=<0.1",
      "±=",
      "finding=Pancreas",
      "writer=dev",
      "algorithm=alg",
      "status=unverified",
    ],
  );
  assert.deepEqual(
    rows.map((row) => row.at(-1)),
    ["unverified", "rejected: Rejected for Quality Reasons", "superseded (unverified)"],
  );
});

test("no cell can move the cursor or colour of a terminal", () => {
  const evil = "\u001b[2J\u009b31m\nPancreas";
  const group = groupOf([measurement(names.volume, 70, names.cm3)], {
    findingSite: codeFrom(`1|99X|${evil}`),
    finding: codeFrom(`1|99X|${evil}`),
  });
  const writer = { manufacturer: evil, model: evil, softwareVersions: [] };
  const rows = toTable([reportWith([group], { writer, studyDate: evil })]);
  assert.equal(rows.length, 1);
  assert.doesNotMatch(JSON.stringify(rows), /\\u001b|\\u009b|[\u0080-\u009f]|\\n/);
});
