import { readFileSync } from "node:fs";
import { number, parseHeader, text, texts } from "../../src/dicom/file/header.ts";
import { openPart10 } from "../../src/dicom/file/part10.ts";
import type { Header } from "../../src/domain/series.ts";

/** What the files of one series say of themselves, as evidence for or against a difference. */
export type SeriesFacts = {
  readonly modalities: readonly string[];
  readonly sopClasses: readonly string[];
  readonly transferSyntaxes: readonly string[];
  readonly imageTypes: readonly string[];
  readonly bitsAllocated: readonly number[];
  /** Of signed pixels with unused high bits. */
  readonly signedBits: readonly number[];
  readonly isMultiFrame: boolean;
  /** The most that ImagesInAcquisition says. */
  readonly announced: number;
  readonly hasRescale: boolean;
  readonly hasModalityLut: boolean;
  /** Every classic instance has position, orientation and pixel spacing. */
  readonly hasGeometry: boolean;
};

export type SeriesFiles = {
  /** Empty for files that name no series, null for what is no readable DICOM object. */
  readonly seriesUid: string | null;
  readonly files: readonly string[];
  readonly facts: SeriesFacts;
};

const isPlaced = (header: Header): boolean =>
  ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"].every(
    (keyword) => header[keyword] !== undefined && header[keyword] !== null,
  );

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

const signedBitsOf = (header: Header): readonly number[] => {
  const [allocated, stored] = [number(header, "BitsAllocated"), number(header, "BitsStored")];
  const isPartly = stored !== null && allocated !== null && stored < allocated;
  return isPartly && number(header, "PixelRepresentation") === 1 ? [stored] : [];
};

const factsOf = (headers: readonly Header[], transferSyntaxes: readonly string[]): SeriesFacts => {
  const textsOf = (keyword: string): readonly string[] =>
    distinct(headers.flatMap((header) => text(header, keyword) ?? []));
  const sopClasses = textsOf("SOPClassUID");
  const isMultiFrame = headers.some((header) => header["NumberOfFrames"] !== undefined);
  return {
    modalities: textsOf("Modality"),
    sopClasses,
    transferSyntaxes: distinct(transferSyntaxes),
    imageTypes: distinct(headers.flatMap((header) => texts(header, "ImageType"))),
    bitsAllocated: distinct(headers.flatMap((header) => number(header, "BitsAllocated") ?? [])),
    signedBits: distinct(headers.flatMap(signedBitsOf)),
    isMultiFrame,
    announced: Math.max(0, ...headers.map((header) => number(header, "ImagesInAcquisition") ?? 0)),
    hasRescale: headers.every(
      (header) => number(header, "RescaleSlope") !== null && number(header, "RescaleIntercept") !== null,
    ),
    hasModalityLut: headers.some((header) => Array.isArray(header["ModalityLUTSequence"])),
    hasGeometry: isMultiFrame || headers.every(isPlaced),
  };
};

type Group = { readonly files: string[]; readonly headers: Header[]; readonly syntaxes: string[] };

/** The files by series, those that cannot be read as DICOM in a group of their own. */
export const groupFiles = (files: readonly string[]): readonly SeriesFiles[] => {
  const groups = new Map<string | null, Group>();
  const groupOf = (uid: string | null): Group => {
    const group = groups.get(uid) ?? { files: [], headers: [], syntaxes: [] };
    groups.set(uid, group);
    return group;
  };
  for (const file of files) {
    try {
      const bytes = readFileSync(file);
      const header = parseHeader(bytes);
      const group = groupOf(text(header, "SeriesInstanceUID") ?? "");
      group.headers.push(header);
      group.syntaxes.push(openPart10(bytes).transferSyntaxUid);
      group.files.push(file);
    } catch {
      groupOf(null).files.push(file);
    }
  }
  return [...groups].map(([seriesUid, group]) => ({
    seriesUid,
    files: group.files,
    facts: factsOf(group.headers, group.syntaxes),
  }));
};
