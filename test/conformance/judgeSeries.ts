import type { VolumeOutcome } from "../../src/convert/volumeOutcome.ts";
import { type Comparison, compareVolumes } from "./compareVolumes.ts";
import type { NiftiVolume } from "./niftiFile.ts";
import { type Difference, explain } from "./reasons.ts";
import type { Dcm2niixAnswer } from "./runDcm2niix.ts";
import type { SeriesFacts } from "./seriesFacts.ts";

type Converted = Extract<VolumeOutcome, { readonly outcome: "converted" }>;

export type Finding = {
  readonly part: string;
  readonly verdict: "equal" | "both refuse" | "explained" | "unexplained";
  /** Id of the known reason. */
  readonly reason: string | null;
  readonly text: string;
};

export type Ours = { readonly outcome: VolumeOutcome; readonly volume: NiftiVolume | null };

const mostCornerMm = 0.01;

type Match = { readonly theirs: NiftiVolume; readonly comparison: Comparison };

const isBetter = (a: Comparison, b: Comparison): boolean => {
  const placed = ({ cornerMm }: Comparison): number => (cornerMm <= mostCornerMm ? 0 : cornerMm);
  return placed(a) === placed(b) ? a.differing < b.differing : placed(a) < placed(b);
};

const bestMatch = (ours: NiftiVolume, candidates: readonly NiftiVolume[]): Match | null => {
  let best: Match | null = null;
  for (const theirs of candidates) {
    const comparison = compareVolumes(ours, theirs);
    if (comparison === null) continue;
    if (best === null || isBetter(comparison, best.comparison)) best = { theirs, comparison };
  }
  return best;
};

const describe = (difference: Difference): string => {
  switch (difference.kind) {
    case "refused here":
      return `refused here [${difference.refusal.code}], ${difference.answer.volumes.length} volume(s) there`;
    case "nothing there":
      return "converted here, refused there";
    case "elsewhere there":
      return "no volume there fills the same box";
    case "shifted":
      return `corners up to ${difference.comparison.cornerMm.toFixed(4)} mm apart`;
    case "other values":
      return `${difference.comparison.differing} voxels differ, by up to ${difference.comparison.largestDifference}`;
    case "more there":
      return `${difference.count} more volume(s) there`;
  }
};

const findingOf = (part: string, difference: Difference): Finding => {
  const reason = explain(difference);
  const text = describe(difference);
  return reason === null
    ? { part, verdict: "unexplained", reason: null, text }
    : { part, verdict: "explained", reason: reason.id, text: `${text}: ${reason.because}` };
};

/** What one converted volume of ours is against everything there. */
const judgeVolume = (
  scene: Omit<Difference, "kind">,
  volume: Converted,
  match: Match | null,
): readonly Finding[] => {
  const difference = (more: object): Finding =>
    findingOf(volume.part, { ...scene, volume, ...more } as Difference);
  if (scene.answer.volumes.length === 0) return [difference({ kind: "nothing there" })];
  if (match === null) return [difference({ kind: "elsewhere there" })];
  const { comparison } = match;
  const found: Finding[] = [];
  if (comparison.cornerMm > mostCornerMm) found.push(difference({ kind: "shifted", comparison }));
  if (comparison.differing > 0) found.push(difference({ kind: "other values", comparison }));
  if (found.length > 0) return found;
  const text = `corners within ${comparison.cornerMm.toExponential(1)} mm, all voxels equal`;
  return [{ part: volume.part, verdict: "equal", reason: null, text }];
};

/** How two programs' answers for one series relate, volume by volume. */
export const judgeSeries = (
  ours: readonly Ours[],
  answer: Dcm2niixAnswer,
  facts: SeriesFacts,
): readonly Finding[] => {
  const scene = { facts, answer, volumes: ours.map(({ outcome }) => outcome) };
  const unclaimed = new Set(answer.volumes);
  const findings: Finding[] = [];
  let unmatched = 0;
  for (const { outcome, volume } of ours) {
    if (outcome.outcome === "refused" || volume === null) continue;
    const match = bestMatch(volume, [...unclaimed]);
    if (match !== null) unclaimed.delete(match.theirs);
    else unmatched++;
    findings.push(...judgeVolume(scene, outcome, match));
  }
  const rest = { ...scene, answer: { ...answer, volumes: [...unclaimed] } };
  const refusals = ours.flatMap(({ outcome }) => (outcome.outcome === "refused" ? [outcome] : []));
  for (const refusal of refusals) {
    findings.push(
      unclaimed.size === 0
        ? { part: refusal.part, verdict: "both refuse", reason: refusal.code, text: refusal.sentence }
        : findingOf(refusal.part, { ...rest, kind: "refused here", refusal }),
    );
  }
  // A volume that lies elsewhere is one of these.
  const count = unclaimed.size - unmatched;
  if (refusals.length === 0 && count > 0)
    findings.push(findingOf("", { ...rest, kind: "more there", count }));
  return findings;
};
