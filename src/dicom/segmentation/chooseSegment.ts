import { concepts, isConcept } from "../../domain/concept.ts";
import { failed } from "../../domain/failure.ts";
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

const isBackground = (segment: Header): boolean => number(segment, "SegmentNumber") === 0;

/** Only the whole organ counts: "pancreatic duct" and "pancreas tumour" are other things. */
const isCalledPancreas = (segment: Header): boolean =>
  /^\W*(ai\W+)?pancreas\b(?!.*(tumou?r|lesion|cyst|duct|mass))/i.test(text(segment, "SegmentLabel") ?? "");

const isCodedPancreas = (segment: Header): boolean =>
  isConcept(codeOf(segment, "SegmentedPropertyTypeCodeSequence"), concepts.pancreas);

const describe = (segment: Header): SegmentDescription => ({
  number: number(segment, "SegmentNumber") ?? 0,
  label: text(segment, "SegmentLabel") ?? "",
  algorithmType: text(segment, "SegmentAlgorithmType"),
  isPancreas: isCodedPancreas(segment) || isCalledPancreas(segment),
});

/**
 * Which segment of a segmentation is the pancreas: the one of that number where one is wanted; else the one with the
 * code of the pancreas (SNOMED CT, or SRT in old files), else the one labelled so, else the only one. Throws
 * SEGMENT_NOT_FOUND, which names the segments that there are.
 */
export const chooseSegment = (header: Header, wanted: number | null): SegmentDescription => {
  const segments = items(header, "SegmentSequence").filter((segment) => !isBackground(segment));
  const found =
    wanted === null
      ? [isCodedPancreas, isCalledPancreas, () => segments.length === 1]
          .map((is) => segments.filter(is))
          .find((some) => some.length > 0)
      : segments.filter((segment) => number(segment, "SegmentNumber") === wanted);
  const [first] = found ?? [];
  if (found?.length === 1 && first !== undefined) return describe(first);
  const there = segments.map(describe).map((segment) => `${segment.number} "${segment.label}"`);
  throw failed(
    "SEGMENT_NOT_FOUND",
    `${wanted === null ? "Not one segment is the pancreas" : `There is no segment ${wanted}`}; there are ${there.length}${there.length > 0 ? `: ${there.join(", ")}` : ""}.`,
    { segments: segments.map((segment) => number(segment, "SegmentNumber")) },
  );
};
