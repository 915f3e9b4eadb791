import { failed } from "../../domain/failure.ts";
import {
  type FoundBy,
  meaningOf,
  namesOtherThing,
  type PancreasNames,
  type SegmentMeaning,
} from "../../domain/pancreasNames.ts";
import type { Header } from "../../domain/series.ts";
import { number, text } from "../file/header.ts";
import { codeOf, items } from "../report/contentTree.ts";

export type SegmentDescription = {
  readonly number: number;
  readonly label: string;
  /** AUTOMATIC, SEMIAUTOMATIC or MANUAL (PS3.3 section C.8.20.2). */
  readonly algorithmType: string | null;
  /** By its code or its label; an only segment is taken whatever it is. */
  readonly isPancreas: boolean;
};

export type ChosenSegments = {
  /** The segment, or the first of the parts. */
  readonly segment: SegmentDescription;
  /** Segments that make up the pancreas together. */
  readonly numbers: readonly number[];
  readonly foundBy: FoundBy;
};

type Candidate = { readonly description: SegmentDescription; readonly meaning: SegmentMeaning };

const isBackground = (segment: Header): boolean => number(segment, "SegmentNumber") === 0;

const candidateOf = (segment: Header, names: PancreasNames): Candidate => {
  const label = text(segment, "SegmentLabel") ?? "";
  const type = codeOf(segment, "SegmentedPropertyTypeCodeSequence");
  const meaning = meaningOf({ label, type, region: codeOf(segment, "AnatomicRegionSequence") }, names);
  const description: SegmentDescription = {
    number: number(segment, "SegmentNumber") ?? 0,
    label,
    algorithmType: text(segment, "SegmentAlgorithmType"),
    isPancreas: meaning.kind === "whole",
  };
  return { description, meaning };
};

const wholeBy = (candidates: readonly Candidate[], by: "code" | "name"): readonly Candidate[] =>
  candidates.filter(({ meaning }) => meaning.kind === "whole" && meaning.by === by);

/** The parts that make up the organ: each needed one once, others at most once; none where they do not. */
const partsOf = (candidates: readonly Candidate[], { parts }: PancreasNames): readonly Candidate[] => {
  const found = parts.map(({ part, isOptional }) => ({
    isOptional,
    members: candidates.filter(({ meaning }) => meaning.kind === "part" && meaning.part === part),
  }));
  const isOrgan =
    found.length > 0 &&
    found.every(({ members, isOptional }) => members.length === 1 || (isOptional && members.length === 0));
  return isOrgan ? found.flatMap(({ members }) => members) : [];
};

const chosen = ([first, ...more]: readonly Candidate[], foundBy: FoundBy): ChosenSegments | null =>
  first === undefined
    ? null
    : {
        segment: first.description,
        numbers: [first, ...more].map(({ description }) => description.number),
        foundBy,
      };

/**
 * Which segments of a segmentation are the pancreas: the one of that number where one is wanted; else the one with a code
 * of the pancreas, else the one named so, else its parts where all are there, else the only one. Throws
 * SEGMENT_NOT_FOUND, which names the segments that there are; `details.several` are those between which nothing decides,
 * `details.parts` those that do not make up the organ.
 */
export const chooseSegment = (
  header: Header,
  wanted: number | null,
  names: PancreasNames,
): ChosenSegments => {
  const candidates = items(header, "SegmentSequence")
    .filter((segment) => !isBackground(segment))
    .map((segment) => candidateOf(segment, names));
  const refuse = (what: string, details: object = {}) => {
    const there = candidates.map(({ description }) => `${description.number} "${description.label}"`);
    const list = there.length === 0 ? "" : `: ${there.join(", ")}`;
    return failed("SEGMENT_NOT_FOUND", `${what}; there are ${there.length}${list}.`, {
      segments: candidates.map(({ description }) => description.number),
      ...details,
    });
  };
  if (wanted !== null) {
    const same = candidates.filter(({ description }) => description.number === wanted);
    const found = same.length === 1 ? chosen(same, "number") : null;
    if (found === null) throw refuse(`There is no segment ${wanted}`);
    return found;
  }
  for (const by of ["code", "name"] as const) {
    const all = wholeBy(candidates, by);
    // Several of one code: a tumour that was given the organ's code is told by its name.
    const organs =
      all.length > 1 ? all.filter(({ description }) => !namesOtherThing(description.label, names)) : all;
    const several = organs.map(({ description }) => description.number);
    if (several.length > 1)
      throw refuse(`Segments ${several.join(" and ")} are both the pancreas by their ${by}`, { several });
    const found = chosen(organs, by);
    if (found !== null) return found;
  }
  const whole = chosen(partsOf(candidates, names), "parts");
  if (whole !== null) return whole;
  const [only, ...more] = candidates;
  if (only !== undefined && more.length === 0 && only.meaning.kind !== "part")
    return {
      segment: only.description,
      numbers: [only.description.number],
      foundBy: only.meaning.kind === "anonymous" ? "lone" : "only",
    };
  const parts = candidates.flatMap(({ meaning }) => (meaning.kind === "part" ? [meaning.part] : []));
  throw parts.length > 0
    ? refuse(`Of the pancreas there are parts that do not make it up: ${parts.join(", ")}`, { parts })
    : refuse("Not one segment is the pancreas");
};
