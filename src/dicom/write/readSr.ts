import { failed } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import { number, parseHeader, text } from "../read/header.ts";

/** What a stored measurement report says about its one tracked organ. */
export type ReadSr = {
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly studyUid: string;
  readonly volumeMl: number;
  readonly trackingUid: string;
  /** Code value and scheme, e.g. "15776009 SCT". */
  readonly finding: string;
  /** The segmentation that was measured. */
  readonly segSopInstanceUid: string;
  readonly segmentNumber: number;
};

const items = (header: Header | undefined, keyword: string): readonly Header[] => {
  const value = header?.[keyword];
  return Array.isArray(value) ? value : [];
};

const codeOf = (header: Header | undefined, keyword: string): string => {
  const [code] = items(header, keyword);
  return code === undefined ? "" : `${text(code, "CodeValue")} ${text(code, "CodingSchemeDesignator")}`;
};

const child = (parent: Header | undefined, concept: string): Header => {
  const found = items(parent, "ContentSequence").find(
    (item) => codeOf(item, "ConceptNameCodeSequence") === concept,
  );
  if (found !== undefined) return found;
  throw failed("NOT_DICOM", `The report has no content item ${concept}.`, { concept });
};

const millilitres: Readonly<Record<string, number>> = { "cm3 UCUM": 1, "mL UCUM": 1, "mm3 UCUM": 1e-3 };

const volumeMlOf = (group: Header): number => {
  const [measured] = items(child(group, "118565006 SCT"), "MeasuredValueSequence");
  const unit = codeOf(measured, "MeasurementUnitsCodeSequence");
  const value = measured === undefined ? null : number(measured, "NumericValue");
  const factor = millilitres[unit];
  if (value !== null && factor !== undefined) return value * factor;
  throw failed("NOT_DICOM", "The report's volume has no value in a unit of volume.", { unit });
};

/**
 * The volume and what it refers to, from the bytes of a TID 1500 report alone; of several groups, the first. Throws
 * NOT_DICOM when it is not such a report.
 */
export const readSr = (bytes: Uint8Array): ReadSr => {
  const header = parseHeader(bytes);
  const group = child(child(header, "126010 DCM"), "125007 DCM");
  const [segment = {}] = items(child(group, "121191 DCM"), "ReferencedSOPSequence");
  return {
    sopInstanceUid: text(header, "SOPInstanceUID") ?? "",
    seriesUid: text(header, "SeriesInstanceUID") ?? "",
    studyUid: text(header, "StudyInstanceUID") ?? "",
    volumeMl: volumeMlOf(group),
    trackingUid: text(child(group, "112040 DCM"), "UID") ?? "",
    finding: codeOf(child(group, "121071 DCM"), "ConceptCodeSequence"),
    segSopInstanceUid: text(segment, "ReferencedSOPInstanceUID") ?? "",
    segmentNumber: number(segment, "ReferencedSegmentNumber") ?? 0,
  };
};

/** The volume that a stored report states, millilitres. Throws NOT_DICOM. */
export const readSrVolumeMl = (bytes: Uint8Array): number => readSr(bytes).volumeMl;
