import type { Measures } from "../../domain/result.ts";
import type { Header } from "../../domain/series.ts";
import { parseHeader, text } from "../file/header.ts";
import { childrenOf, readDocument } from "../report/contentTree.ts";
import { readReport } from "../report/readReport.ts";
import { describeVolume } from "../write/buildTextReport.ts";
import { differingNumbers, type ExpectedNumber, expectedNumbers, reportNumbers } from "./reportNumbers.ts";

/** What is wrong with a stored object, in a word or two for details; null where nothing is. */
export type Complaint = string | null;

/** Identity and evidence: what the numbers are about. */
const identity = (bytes: Uint8Array): string => {
  const header = parseHeader(bytes);
  return JSON.stringify([
    ...["SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"].map((keyword) =>
      text(header, keyword),
    ),
    header["CurrentRequestedProcedureEvidenceSequence"] ?? null,
  ]);
};

/** What the tree says that was measured: segment, tracking, finding, site and source of every group. */
const subject = (bytes: Uint8Array): string =>
  JSON.stringify(
    readReport(bytes)?.groups.map(({ algorithm: _algorithm, measurements: _measurements, ...rest }) => rest),
  );

const namesOf = (bytes: Uint8Array): string =>
  JSON.stringify(
    reportNumbers(bytes)
      .map(({ concept, derivation, unit }) => [concept, derivation, unit].join("|"))
      .sort(),
  );

const judgeNumbers = (
  stored: Uint8Array,
  sent: Uint8Array,
  expected: readonly ExpectedNumber[],
): Complaint => {
  const [wrong] = differingNumbers(reportNumbers(stored), expected);
  return wrong ?? (namesOf(stored) === namesOf(sent) ? null : "measurements");
};

/** A stored measurement report against the sent one and the measures in memory. Throws NOT_DICOM, TOO_LARGE. */
export const judgeMeasurements = (stored: Uint8Array, sent: Uint8Array, measures: Measures): Complaint => {
  if (identity(stored) !== identity(sent)) return "identity or references";
  if (subject(stored) !== subject(sent)) return "what was measured";
  const modality = readReport(sent)?.modality;
  if (modality == null) return "modality";
  return judgeNumbers(stored, sent, expectedNumbers(measures, modality));
};

/** The first text of the content, by depth. */
const firstWords = (item: Header): string | null => {
  const own = text(item, "TextValue");
  if (own !== null) return own;
  for (const child of childrenOf(item)) {
    const words = text(child, "RelationshipType") === "CONTAINS" ? firstWords(child) : null;
    if (words !== null) return words;
  }
  return null;
};

/** The numbers of a sentence with their units, which people read; its wording and its lines may be those of an earlier version. */
const numbersInWords = (words: string | null): string =>
  JSON.stringify(words?.replaceAll(/\s+/g, " ").match(/<?\d+(\.\d+)? [a-z]+/g) ?? []);

/** A stored report in words against the sent one and the measures in memory. Throws NOT_DICOM, TOO_LARGE. */
export const judgeWords = (stored: Uint8Array, sent: Uint8Array, measures: Measures): Complaint => {
  if (identity(stored) !== identity(sent)) return "identity or references";
  const [said, meant] = [stored, sent].map((bytes) => numbersInWords(readDocument(bytes, firstWords)));
  const isRight = said === meant && said === numbersInWords(describeVolume(measures));
  return isRight ? null : "the volume in words";
};
