import type { AuditRules, CorrectedCase, QualityRecord } from "../../src/domain/quality.ts";
import { RESEARCH_NOTICE } from "../../src/domain/result.ts";
import { makeDrawIndex } from "../../src/evaluate/random.ts";
import { driftsOf } from "../../src/quality/driftOf.ts";
import { summariseCases } from "../../src/quality/summariseCases.ts";

/** Ten cases a month from January 2025 on, of one scanner, with these Dice. */
export const casesOf = (
  dices: readonly number[],
  scanner = "Scanner Works Ring 3",
): readonly CorrectedCase[] =>
  dices.map((dice, index): CorrectedCase => {
    const months = Math.floor(index / 10);
    const [year, month] = [2025 + Math.floor(months / 12), (months % 12) + 1].map((n) =>
      String(n).padStart(2, "0"),
    );
    return {
      studyUid: `1.1.${index}`,
      seriesUid: `1.2.${index}`,
      oursSopInstanceUid: `1.3.${index}`,
      correctionSopInstanceUid: `1.4.${index}`,
      month: `${year}-${month}`,
      correctedAt: { date: `${year}${month}${String((index % 10) + 10)}`, time: "120000" },
      studyDate: `${year}${month}01`,
      scanner,
      modality: "CT",
      correctionAlgorithmType: "MANUAL",
      agreement: {
        dice,
        hd95Mm: 10 * (1 - dice),
        assdMm: 1,
        surfaceDice: dice,
        toleranceMm: 2,
        volumeMl: 80 + index,
        correctedMl: 80,
        volumeDifferenceMl: index,
      },
    };
  });

/** Dice about 88 ± 3 %, by a Box–Muller transform of seeded draws. */
export const steadyDices = (seed: number, count: number, mean = 0.88): readonly number[] => {
  const draw = makeDrawIndex(seed);
  const uniform = (): number => (draw(2 ** 31) + 1) / 2 ** 31;
  return Array.from(
    { length: count },
    () => mean + 0.03 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
};

export const rules: AuditRules = { toleranceMm: 2, baselineCases: 20, includeAutomatic: false };

/** What an audit that found these cases would keep. */
export const recordOf = (cases: readonly CorrectedCase[]): QualityRecord => ({
  notice: RESEARCH_NOTICE,
  software: { name: "panseg", version: "0.1.0" },
  auditedAt: "2026-03-01T03:00:00.000Z",
  rules,
  since: null,
  studies: { found: cases.length, audited: cases.length },
  cases,
  leftOut: [],
  groups: summariseCases(cases),
  drift: driftsOf(cases, rules),
  names: null,
  known: [],
});
