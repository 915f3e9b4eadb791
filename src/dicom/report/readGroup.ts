import { type Concept, isConcept } from "../../domain/concept.ts";
import type { Algorithm, Code, MeasurementGroup, StoredMeasurement } from "../../domain/report.ts";
import type { Header } from "../../domain/series.ts";
import { text } from "../file/header.ts";
import {
  childCode,
  childImages,
  childrenNamed,
  childrenOf,
  childText,
  childTexts,
  childUid,
  codeOf,
  conceptOf,
  items,
  soleNumber,
  uidIn,
} from "./contentTree.ts";

/** Concept names of a measurement group and of what explains a number (PS3.16 TID 1411, 1419, 4019). */
const names = {
  trackingIdentifier: ["112039 DCM"],
  trackingUid: ["112040 DCM"],
  category: ["276214006 SCT", "R-427CE SRT"],
  finding: ["121071 DCM"],
  site: ["363698007 SCT", "G-C0E3 SRT"],
  laterality: ["272741003 SCT", "G-C171 SRT"],
  topography: ["106233006 SCT", "G-A1F8 SRT"],
  segment: ["121191 DCM"],
  sourceSeries: ["121232 DCM"],
  sourceImage: ["121233 DCM"],
  derivation: ["121401 DCM"],
  method: ["370129005 SCT", "G-C036 SRT"],
  uncertainty: ["371884006 SCT", "R-00363 SRT"],
  algorithmName: ["111001 DCM"],
  algorithmParameters: ["111002 DCM"],
  algorithmVersion: ["111003 DCM"],
} as const satisfies Record<string, Concept>;

const algorithmOf = (item: Header): Algorithm | null => {
  const name = childText(item, names.algorithmName);
  if (name === null) return null;
  return {
    name,
    version: childText(item, names.algorithmVersion),
    parameters: childTexts(item, names.algorithmParameters),
  };
};

type Measured = Pick<StoredMeasurement, "value" | "qualifier" | "unit">;

/** The double goes before its decimal string, which 16 characters may have rounded (PS3.3 section C.18.1). */
const measured = (num: Header): Measured => {
  const [stated] = items(num, "MeasuredValueSequence");
  const qualifier = codeOf(num, "NumericValueQualifierCodeSequence");
  const value = soleNumber(stated, "FloatingPointValue") ?? soleNumber(stated, "NumericValue");
  return {
    // Writers must state some number beside "not a number", and state zero.
    value: qualifier === null ? value : null,
    qualifier,
    unit: codeOf(stated, "MeasurementUnitsCodeSequence"),
  };
};

const uncertaintyOf = (num: Header): StoredMeasurement["uncertainty"] => {
  const [property] = childrenNamed(num, names.uncertainty, "NUM");
  if (property === undefined) return null;
  const { value, unit } = measured(property);
  return value === null ? null : { value, unit };
};

type Shared = { readonly method: Code | null; readonly algorithm: Algorithm | null };

const measurementOf = (num: Header, ofGroup: Shared): readonly StoredMeasurement[] => {
  const concept = conceptOf(num);
  if (concept === null) return [];
  return [
    {
      concept,
      ...measured(num),
      derivation: childCode(num, names.derivation),
      method: childCode(num, names.method) ?? ofGroup.method,
      algorithm: algorithmOf(num) ?? ofGroup.algorithm,
      uncertainty: uncertaintyOf(num),
    },
  ];
};

const isMeasurement = (item: Header): boolean =>
  text(item, "ValueType") === "NUM" && text(item, "RelationshipType") === "CONTAINS";

const segmentOf = (group: Header): MeasurementGroup["segment"] => {
  const [reference] = childImages(group, names.segment);
  const sopInstanceUid = uidIn(reference, "ReferencedSOPInstanceUID");
  if (sopInstanceUid === null) return null;
  return { sopInstanceUid, segmentNumber: soleNumber(reference, "ReferencedSegmentNumber") };
};

/** One Measurement Group. `seriesOf` tells the series of an instance, for groups that name source images alone. */
export const readGroup = (
  group: Header,
  seriesOf: (sopInstanceUid: string) => string | null,
): MeasurementGroup => {
  const [site] = childrenNamed(group, names.site, "CODE");
  const shared = { method: childCode(group, names.method), algorithm: algorithmOf(group) };
  const sourceImages = childImages(group, names.sourceImage).flatMap(
    (reference) => uidIn(reference, "ReferencedSOPInstanceUID") ?? [],
  );
  return {
    trackingIdentifier: childText(group, names.trackingIdentifier),
    trackingUid: childUid(group, names.trackingUid),
    category: childCode(group, names.category),
    finding: childCode(group, names.finding),
    findingSite: codeOf(site, "ConceptCodeSequence"),
    laterality: childCode(site, names.laterality) ?? childCode(group, names.laterality),
    topography: childCode(site, names.topography) ?? childCode(group, names.topography),
    segment: segmentOf(group),
    sourceSeriesUid: childUid(group, names.sourceSeries) ?? seriesOf(sourceImages[0] ?? ""),
    sourceImages,
    algorithm: shared.algorithm,
    measurements: childrenOf(group)
      .filter(isMeasurement)
      .flatMap((num) => measurementOf(num, shared)),
  };
};

/** Whether a content item is a measurement group (PS3.16 TID 1410, 1411, 1501). */
export const isGroup = (item: Header): boolean =>
  text(item, "ValueType") === "CONTAINER" && isConcept(conceptOf(item), ["125007 DCM"]);
