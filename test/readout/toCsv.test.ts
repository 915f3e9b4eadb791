import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toCsv } from "../../src/readout/toCsv.ts";
import { dcmqiReport, highdicomReport, names } from "../support/foreignReports.ts";
import { parseCsv, recordsOf } from "./csv.ts";
import { archived, codeFrom, groupOf, measurement, reportWith } from "./reports.ts";

const volume = measurement(names.volume, 70.5, names.cm3);

test("each volume of each writer is one row, with its numbers in columns and today's codes", () => {
  const rows = recordsOf(toCsv([archived(highdicomReport()), archived(dcmqiReport())]));
  assert.equal(rows.length, 2);
  assert.deepEqual(
    rows.map((row) => [row["volume_ml"], row["site_code"], row["intensity_mean"], row["intensity_max"]]),
    [
      ["0.0123456789012", "15776009 SCT", "33.5", ""],
      ["70.3619", "15776009 SCT", "37.3289", ""],
    ],
  );
  assert.equal(rows[0]?.["site"], "Pancreas, Head of pancreas, Left");
  assert.equal(rows[0]?.["written_at"], "2024-01-03T08:09:32");
  assert.equal(rows[1]?.["verification"], "VERIFIED");
  assert.equal(rows[1]?.["algorithm"], "");
});

test("lengths, uncertainty and what has no column of its own are kept", () => {
  const uncertain = { ...volume, uncertainty: { value: 3200, unit: codeFrom(names.mm3) } };
  const group = groupOf([
    uncertain,
    measurement("L0JK|IBSI|Maximum 3D Diameter of a Mesh", 15.14, "cm|UCUM|centimeter"),
    measurement("103355008|SCT|Width", 21.8, "mm|UCUM|millimeter"),
    measurement("42798000|SCT|Area", 5, "mm2|UCUM|square millimeter"),
    measurement(names.attenuation, 17, names.hu, { derivation: codeFrom("1|99X|Kurtosis") }),
  ]);
  const [row] = recordsOf(toCsv([reportWith([group])]));
  assert.equal(row?.["volume_uncertainty_ml"], "3.2");
  assert.deepEqual([row?.["diameter_mm"], row?.["width_mm"], row?.["depth_mm"]], ["151.4", "21.8", ""]);
  assert.equal(row?.["other_measurements"], "Area=5 mm2; Attenuation Coefficient Kurtosis=17 [hnsf'U]");
});

test("a volume that is no number of millilitres leaves its cell empty, and is still a row", () => {
  const rows = recordsOf(
    toCsv([
      reportWith([groupOf([measurement(names.volume, 3, "{voxels}|UCUM|voxels")]), groupOf([])], {
        rejected: codeFrom("113001|DCM|Rejected for Quality Reasons"),
      }),
      reportWith([groupOf([volume])], { supersededBy: "1.9" }),
    ]),
  );
  assert.deepEqual(
    rows.map((row) => [row["volume_ml"], row["status"], row["superseded_by"], row["rejected_because"]]),
    [
      ["", "rejected", "", "Rejected for Quality Reasons"],
      ["70.5", "superseded", "1.9", ""],
    ],
  );
});

test("the header alone stands where there is nothing", () => {
  const [header, ...rows] = parseCsv(toCsv([]));
  assert.ok(header?.includes("volume_ml") && new Set(header).size === header.length);
  assert.deepEqual(rows, []);
});

test("whatever text a writer states comes back as it was, but for control characters", () => {
  const odd = fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", ";", "a", "=", " ", "'", "ä", "\t") });
  fc.assert(
    fc.property(odd, fc.string({ unit: "grapheme" }), (trackingIdentifier, comment) => {
      const [row] = recordsOf(toCsv([reportWith([groupOf([volume], { trackingIdentifier })], { comment })]));
      const said = (text: string) => text.replace(/\p{Cc}+/gu, " ").trim();
      for (const [read, written] of [
        [row?.["tracking_id"], said(trackingIdentifier)],
        [row?.["comment"], said(comment)],
      ])
        assert.ok(read === written || read === `'${written}`, `${read} from ${written}`);
    }),
    { numRuns: 300 },
  );
});

test("no text runs as a formula in a spreadsheet, while negative numbers stay numbers", () => {
  const cold = measurement(names.attenuation, -12.5, names.hu, {
    derivation: codeFrom("373098007|SCT|Mean"),
  });
  for (const formula of ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r\n=1", '=HYPERLINK("x")']) {
    const csv = toCsv([
      reportWith(
        [groupOf([volume, cold], { trackingIdentifier: formula, finding: codeFrom(`1|99X|${formula}`) })],
        { comment: formula },
      ),
    ]);
    const [row] = recordsOf(csv);
    for (const column of ["tracking_id", "finding", "comment"])
      assert.match(row?.[column] ?? "", /^'/, `${column} ${formula}`);
    assert.equal(row?.["intensity_mean"], "-12.5");
    for (const cell of Object.values(row ?? {}))
      assert.ok(!/^[=+\-@\t\r]/.test(cell) || cell === "-12.5", cell);
  }
});
