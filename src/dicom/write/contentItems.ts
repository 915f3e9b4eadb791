import { type Code, codeItem } from "./codes.ts";
import type { Dataset } from "./dataset.ts";

export type Relationship =
  | "CONTAINS"
  | "HAS OBS CONTEXT"
  | "HAS ACQ CONTEXT"
  | "HAS CONCEPT MOD"
  | "HAS PROPERTIES";

const item = (relationship: Relationship, valueType: string, concept: Code | null): Dataset => ({
  RelationshipType: relationship,
  ValueType: valueType,
  ...(concept === null ? {} : { ConceptNameCodeSequence: [codeItem(concept)] }),
});

const children = (items: readonly Dataset[]): Dataset =>
  items.length === 0 ? {} : { ContentSequence: items };

/** The value of a CONTAINER (PS3.3 section C.18.8); `templateId` names a template of PS3.16. */
export const containerValue = (
  concept: Code,
  templateId: string | null,
  items: readonly Dataset[],
): Dataset => ({
  ValueType: "CONTAINER",
  ConceptNameCodeSequence: [codeItem(concept)],
  ContinuityOfContent: "SEPARATE",
  ...(templateId === null
    ? {}
    : { ContentTemplateSequence: [{ MappingResource: "DCMR", TemplateIdentifier: templateId }] }),
  ...children(items),
});

export const container = (concept: Code, templateId: string | null, items: readonly Dataset[]): Dataset => ({
  RelationshipType: "CONTAINS",
  ...containerValue(concept, templateId, items),
});

export const code = (relationship: Relationship, concept: Code, value: Code): Dataset => ({
  ...item(relationship, "CODE", concept),
  ConceptCodeSequence: [codeItem(value)],
});

export const text = (relationship: Relationship, concept: Code, value: string): Dataset => ({
  ...item(relationship, "TEXT", concept),
  TextValue: value,
});

export const uidRef = (relationship: Relationship, concept: Code, uid: string): Dataset => ({
  ...item(relationship, "UIDREF", concept),
  UID: uid,
});

/** An IMAGE; `reference` is one item of ReferencedSOPSequence. */
export const image = (concept: Code | null, reference: Dataset): Dataset => ({
  ...item("CONTAINS", "IMAGE", concept),
  ReferencedSOPSequence: [reference],
});

/** A COMPOSITE: any object that is no image. */
export const composite = (reference: Dataset): Dataset => ({
  ...item("CONTAINS", "COMPOSITE", null),
  ReferencedSOPSequence: [reference],
});

/** A NUM: the number as decimal string in a UCUM unit, explained by its children. */
export const num = (
  relationship: Relationship,
  concept: Code,
  value: string,
  unit: Code,
  items: readonly Dataset[],
): Dataset => ({
  ...item(relationship, "NUM", concept),
  MeasuredValueSequence: [{ NumericValue: value, MeasurementUnitsCodeSequence: [codeItem(unit)] }],
  ...children(items),
});
