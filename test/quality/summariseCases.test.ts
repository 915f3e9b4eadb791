import assert from "node:assert/strict";
import { test } from "node:test";
import type { CorrectedCase } from "../../src/domain/quality.ts";
import { saySpread } from "../../src/domain/quality.ts";
import { summariseCases } from "../../src/quality/summariseCases.ts";
import { casesOf } from "./cases.ts";

const withoutDistance = (each: CorrectedCase): CorrectedCase => ({
  ...each,
  modality: "MR",
  agreement: { ...each.agreement, hd95Mm: null },
});

const cases: readonly CorrectedCase[] = [
  ...casesOf([0.9, 0.8, 0.7, ...Array.from({ length: 7 }, () => 0.9), 0.5]),
  ...casesOf([0.6], "Other 7").map(withoutDistance),
];

test("groups are all cases, modalities, months, scanners, and months of scanners, each sorted", () => {
  assert.deepEqual(
    summariseCases(cases).map(({ where, cases: n }) => [where.modality, where.month, where.scanner, n]),
    [
      [undefined, undefined, undefined, 12],
      ["CT", undefined, undefined, 11],
      ["MR", undefined, undefined, 1],
      [undefined, "2025-01", undefined, 11],
      [undefined, "2025-02", undefined, 1],
      [undefined, undefined, "Other 7", 1],
      [undefined, undefined, "Scanner Works Ring 3", 11],
      [undefined, "2025-01", "Other 7", 1],
      [undefined, "2025-01", "Scanner Works Ring 3", 10],
      [undefined, "2025-02", "Scanner Works Ring 3", 1],
    ],
  );
});

test("mean, SD and median are those of the group, and cases without a distance are not in it", () => {
  const [all] = summariseCases(casesOf([0.9, 0.8, 0.4]));
  const rounded = (values: unknown) =>
    JSON.parse(JSON.stringify(values), (_, value) =>
      typeof value === "number" ? Number(value.toFixed(9)) : value,
    );
  assert.deepEqual(rounded(all?.dice), { n: 3, mean: 0.7, sd: 0.264575131, median: 0.8 });
  assert.deepEqual(rounded(all?.volumeDifferenceMl), { n: 3, mean: 1, sd: 1, median: 1 });
  const [mixed] = summariseCases(cases);
  assert.deepEqual([mixed?.dice.n, mixed?.hd95Mm?.n], [12, 11]);
  const other = summariseCases(cases).find(({ where }) => where.modality === "MR");
  assert.deepEqual([other?.hd95Mm, other?.dice.sd], [null, null]);
  assert.deepEqual(summariseCases([]), []);
});

test("E6: n stands beside a number that is not of all cases", () => {
  const spread = { n: 2, mean: 3, sd: 1, median: 3 };
  assert.equal(saySpread(spread, 2), "3.0 ± 1.0");
  assert.equal(saySpread(spread, 5), "3.0 ± 1.0 (n 2)");
  assert.equal(saySpread(null, 5), "–");
});
