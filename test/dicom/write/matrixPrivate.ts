import { type DicomElement, type DicomElements, data } from "dcmjs";
import type { Attributes } from "../../support/dicomSeries.ts";

/** Text that stands in the files of a source and in nothing that is made of them. */
const canary = (name: string): string => `CANARY ${name}`;

const coded = (value: string, meaning: string): Attributes => ({
  CodeValue: value,
  CodingSchemeDesignator: "DCM",
  CodeMeaning: meaning,
  // A code has no such attribute.
  InstitutionName: canary("MISPLACED"),
});

/** What names people and places, beside the patient. */
export const namedPlaces: Attributes = {
  StationName: canary("STATION"),
  InstitutionName: canary("INSTITUTION"),
  InstitutionAddress: canary("ADDRESS"),
  InstitutionalDepartmentName: canary("DEPARTMENT"),
  OperatorsName: canary("OPERATOR"),
  PerformingPhysicianName: canary("PHYSICIAN"),
  ProtocolName: canary("PROTOCOL"),
  SeriesDescription: canary("SERIES"),
  ImageComments: canary("COMMENT"),
  Laterality: "L",
  RequestAttributesSequence: [
    {
      RequestedProcedureID: canary("REQUEST"),
      ScheduledProcedureStepID: canary("STEP"),
      RequestedProcedureDescription: canary("REASON"),
    },
  ],
  DeidentificationMethodCodeSequence: [coded("113100", "Basic Application Confidentiality Profile")],
  ProcedureCodeSequence: [coded("121058", "Procedure reported")],
};

const lo = (value: string): DicomElement => ({ vr: "LO", Value: [value] });

/** A block of private elements, one of them a sequence with the patient's name (PS3.5 section 7.8). */
const privateBlock = (group: string): DicomElements => ({
  [`${group}0010`]: lo(canary(`CREATOR ${group}`)),
  [`${group}1001`]: lo(canary(`PRIVATE ${group}`)),
  [`${group}1002`]: { vr: "SQ", Value: [{ "00100010": { vr: "PN", Value: [canary(`NAME ${group}`)] } }] },
  [`${group}1003`]: { vr: "OB", Value: [new TextEncoder().encode(`${canary(`BYTES ${group}`)} `).buffer] },
});

/** Sequences that are copied into the results, and one that is not. */
const sequences = {
  DeidentificationMethodCodeSequence: "00120064",
  ProcedureCodeSequence: "00081032",
  RequestAttributesSequence: "00400275",
};

const withBlock = (elements: DicomElements, group: string): DicomElements =>
  Object.fromEntries(
    Object.entries({ ...elements, ...privateBlock(group) }).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

/** The file with private blocks in its data set and in the items of its sequences. */
export const withPrivateBlocks = (file: Uint8Array): Uint8Array => {
  const dicom = data.DicomMessage.readFile(Uint8Array.from(file).buffer);
  for (const [n, tag] of Object.values(sequences).entries()) {
    const element = dicom.dict[tag];
    if (element === undefined) throw new Error(`The file has no ${tag}.`);
    element.Value = (element.Value ?? []).map((item) => withBlock(item as DicomElements, `00${11 + 2 * n}`));
  }
  dicom.dict = withBlock(withBlock(dicom.dict, "0009"), "0029");
  return new Uint8Array(dicom.write({ allowInvalidVRLength: true }));
};

/** How many of them stand in bytes. */
export const canariesIn = (bytes: Uint8Array): readonly string[] => [
  ...new Set(
    Buffer.from(bytes)
      .toString("latin1")
      .match(/CANARY [A-Z]+( [0-9]+)?/g) ?? [],
  ),
];
