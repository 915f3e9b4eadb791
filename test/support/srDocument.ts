import { data } from "dcmjs";

/** Structured reports and key object selections as other programs write them. Nothing here uses our own builders. */

type Dataset = Readonly<Record<string, unknown>>;
type Item = Dataset;
/** `value|scheme|meaning`. */
export type CodeText = string;

export const sopClass = {
  basicText: "1.2.840.10008.5.1.4.1.1.88.11",
  enhanced: "1.2.840.10008.5.1.4.1.1.88.22",
  comprehensive3d: "1.2.840.10008.5.1.4.1.1.88.34",
  keyObjects: "1.2.840.10008.5.1.4.1.1.88.59",
  dose: "1.2.840.10008.5.1.4.1.1.88.67",
  seg: "1.2.840.10008.5.1.4.1.1.66.4",
  ct: "1.2.840.10008.5.1.4.1.1.2",
} as const;

const codeItem = (text: CodeText): Dataset => {
  const [CodeValue, CodingSchemeDesignator, CodeMeaning] = text.split("|");
  return { CodeValue, CodingSchemeDesignator, CodeMeaning };
};

const item = (relationship: string, type: string, concept: CodeText | null, rest: Dataset): Item => ({
  RelationshipType: relationship,
  ValueType: type,
  ...(concept === null ? {} : { ConceptNameCodeSequence: [codeItem(concept)] }),
  ...rest,
});

const below = (children: readonly Item[]): Dataset =>
  children.length === 0 ? {} : { ContentSequence: children };

export const container = (concept: CodeText, children: readonly Item[], template?: string): Item =>
  item("CONTAINS", "CONTAINER", concept, {
    ContinuityOfContent: "SEPARATE",
    ...(template === undefined
      ? {}
      : { ContentTemplateSequence: [{ MappingResource: "DCMR", TemplateIdentifier: template }] }),
    ...below(children),
  });

export const code = (
  relationship: string,
  concept: CodeText,
  value: CodeText,
  children: readonly Item[] = [],
): Item =>
  item(relationship, "CODE", concept, { ConceptCodeSequence: [codeItem(value)], ...below(children) });

export const text = (relationship: string, concept: CodeText, value: string): Item =>
  item(relationship, "TEXT", concept, { TextValue: value });

export const personName = (relationship: string, concept: CodeText, value: string): Item =>
  item(relationship, "PNAME", concept, { PersonName: value });

export const uidRef = (relationship: string, concept: CodeText, value: string): Item =>
  item(relationship, "UIDREF", concept, { UID: value });

export const reference = (
  concept: CodeText | null,
  sopClassUid: string,
  sopInstanceUid: string,
  rest: { readonly segment?: number; readonly children?: readonly Item[]; readonly type?: string } = {},
): Item =>
  item("CONTAINS", rest.type ?? "IMAGE", concept, {
    ReferencedSOPSequence: [
      {
        ReferencedSOPClassUID: sopClassUid,
        ReferencedSOPInstanceUID: sopInstanceUid,
        ...(rest.segment === undefined ? {} : { ReferencedSegmentNumber: rest.segment }),
      },
    ],
    ...below(rest.children ?? []),
  });

type Stated = { readonly double?: number; readonly qualifier?: CodeText; readonly relationship?: string };

export const num = (
  concept: CodeText,
  value: string | null,
  unit: CodeText,
  children: readonly Item[] = [],
  { double, qualifier, relationship = "CONTAINS" }: Stated = {},
): Item =>
  item(relationship, "NUM", concept, {
    MeasuredValueSequence:
      value === null
        ? []
        : [
            {
              NumericValue: value,
              MeasurementUnitsCodeSequence: [codeItem(unit)],
              ...(double === undefined ? {} : { FloatingPointValue: double }),
            },
          ],
    ...(qualifier === undefined ? {} : { NumericValueQualifierCodeSequence: [codeItem(qualifier)] }),
    ...below(children),
  });

export type DocumentSpec = {
  readonly sopClassUid: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly modality?: "SR" | "KO";
  readonly title: CodeText;
  readonly children: readonly Item[];
  readonly header?: Dataset;
};

/** Series and instances as a Hierarchical SOP Instance Reference lists them. */
export const evidence = (
  studyUid: string,
  series: Readonly<Record<string, readonly (readonly [sopClassUid: string, sopInstanceUid: string])[]>>,
): readonly Dataset[] => [
  {
    StudyInstanceUID: studyUid,
    ReferencedSeriesSequence: Object.entries(series).map(([SeriesInstanceUID, instances]) => ({
      SeriesInstanceUID,
      ReferencedSOPSequence: instances.map(([ReferencedSOPClassUID, ReferencedSOPInstanceUID]) => ({
        ReferencedSOPClassUID,
        ReferencedSOPInstanceUID,
      })),
    })),
  },
];

/** Part 10 bytes of a document. */
export const writeDocument = (spec: DocumentSpec): Uint8Array => {
  const { sopClassUid, studyUid, seriesUid, sopInstanceUid, modality = "SR", title, children, header } = spec;
  const file = new data.DicomDict({
    "00020001": { vr: "OB", Value: [new Uint8Array([0, 1]).buffer] },
    "00020002": { vr: "UI", Value: [sopClassUid] },
    "00020003": { vr: "UI", Value: [sopInstanceUid] },
    "00020010": { vr: "UI", Value: ["1.2.840.10008.1.2.1"] },
    "00020012": { vr: "UI", Value: ["1.2.276.0.7230010.3.0.3.7.0"] },
  });
  const { RelationshipType: _, ...root } = container(title, children, "1500");
  file.dict = data.DicomMetaDictionary.denaturalizeDataset({
    SpecificCharacterSet: "ISO_IR 192",
    SOPClassUID: sopClassUid,
    SOPInstanceUID: sopInstanceUid,
    StudyInstanceUID: studyUid,
    SeriesInstanceUID: seriesUid,
    Modality: modality,
    PatientName: "Canary^Patient",
    PatientID: "Canary-Id",
    StudyDate: "20240102",
    StudyTime: "101500",
    StudyID: "1",
    SeriesNumber: "1001",
    InstanceNumber: "1",
    ContentDate: "20240103",
    ContentTime: "080932",
    Manufacturer: "QIICR",
    CompletionFlag: "COMPLETE",
    VerificationFlag: "UNVERIFIED",
    ...root,
    ...header,
  });
  return new Uint8Array(file.write());
};
