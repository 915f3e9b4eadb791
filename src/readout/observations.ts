import { isConcept } from "../domain/concept.ts";
import { isVolume, isVolumetric, volumeOf } from "../domain/groupVolume.ts";
import type { ArchivedReport, Code, MeasurementGroup, StoredMeasurement } from "../domain/report.ts";
import { concept, dicomIdentifier, type Fhir, quantity } from "./fhirTypes.ts";
import { plain, sayCode, sayDate, saySite, siteOf } from "./text.ts";

const finding: Code = { value: "121071", scheme: "DCM", meaning: "Finding" };
const uncertainty: Code = {
  value: "371884006",
  scheme: "SCT",
  meaning: "+/-, range of measurement uncertainty",
};

const valuePart = ({
  value,
  unit,
  qualifier,
}: Pick<StoredMeasurement, "value" | "unit" | "qualifier">): Fhir => {
  if (value !== null) return { valueQuantity: quantity(value, unit) };
  const code = isConcept(qualifier, ["114000 DCM"]) ? "not-a-number" : "unknown";
  const system = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
  return { dataAbsentReason: { coding: [{ system, code }] } };
};

/** What a machine must not miss, since a lesion in an organ has the organ's site. */
const findingOf = ({ finding: found }: MeasurementGroup): readonly Fhir[] =>
  found === null ? [] : [{ code: concept(finding), valueCodeableConcept: concept(found) }];

const words = ({ concept: measured, derivation }: StoredMeasurement, group: MeasurementGroup): string => {
  const of = group.finding === null ? saySite(group) : sayCode(group.finding);
  return `${[measured, derivation].map(sayCode).filter(Boolean).join(", ")}${of === "" ? "" : ` of ${of}`}`;
};

const methodOf = ({ method, algorithm }: StoredMeasurement): Fhir | undefined => {
  const said = [method?.meaning, algorithm?.name, algorithm?.version].map((each) => plain(each ?? ""));
  const text = said.filter(Boolean).join("; ");
  if (text === "") return undefined;
  return method === null ? { text } : concept(method, text);
};

const tracking = ({ trackingIdentifier, trackingUid, segment }: MeasurementGroup): Fhir | undefined => {
  const said = [
    trackingIdentifier && `Tracking Identifier ${plain(trackingIdentifier)}`,
    trackingUid && `Tracking Unique Identifier ${trackingUid}`,
    segment && `segment ${segment.segmentNumber ?? "?"} of ${segment.sopInstanceUid}`,
  ].filter(Boolean);
  return said.length === 0 ? undefined : { text: said.join("; ") };
};

export type ObservationContext = {
  readonly report: ArchivedReport;
  readonly status: string;
  readonly subject: Fhir | undefined;
  readonly device: Fhir | undefined;
  /** Persons who observed; R4 knows no device as one. */
  readonly performer: readonly Fhir[];
};

const observation = (
  one: StoredMeasurement,
  group: MeasurementGroup,
  { report, status, subject, device, performer }: ObservationContext,
  rest: Fhir,
): Fhir => {
  const site = siteOf(group);
  const note = tracking(group);
  return {
    resourceType: "Observation",
    status,
    category: [
      { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "imaging" }] },
    ],
    code: concept(one.concept, words({ ...one, derivation: null }, group)),
    subject,
    effectiveDateTime: sayDate(report.studyDate),
    performer,
    bodySite: site === null ? undefined : concept(site, saySite(group)),
    method: methodOf(one),
    device,
    derivedFrom: [{ type: "ImagingStudy", identifier: dicomIdentifier(report.studyUid) }],
    note: note === undefined ? undefined : [note],
    ...rest,
  };
};

const volumeObservation = (group: MeasurementGroup, context: ObservationContext): readonly Fhir[] => {
  const stated = volumeOf(group)?.measurement ?? group.measurements.find(isVolume);
  if (stated === undefined) return [];
  // Volumes that disagree, or in no known unit, are not one number.
  const value = volumeOf(group) === null ? { ...stated, value: null } : stated;
  const range = stated.uncertainty;
  const component = [
    ...findingOf(group),
    ...(range === null
      ? []
      : [{ code: concept(uncertainty), valueQuantity: quantity(range.value, range.unit) }]),
  ];
  return [observation(stated, group, context, { ...valuePart(value), component })];
};

/** One observation for each concept; what is told apart by derivation alone, e.g. mean and maximum, as its components. */
const otherObservations = (group: MeasurementGroup, context: ObservationContext): readonly Fhir[] => {
  const others = group.measurements.filter((one) => !isVolume(one));
  const derived = Map.groupBy(
    others.filter(({ derivation }) => derivation !== null),
    ({ concept: { value, scheme } }) => `${value} ${scheme}`,
  );
  const plainOnes = others
    .filter(({ derivation }) => derivation === null)
    .map((one) => observation(one, group, context, { ...valuePart(one), component: findingOf(group) }));
  const families = [...derived.values()].flatMap((family) => {
    const [first] = family;
    if (first === undefined) return [];
    const component = family.map((one) => ({
      code: concept(one.derivation ?? one.concept, words(one, group)),
      ...valuePart(one),
    }));
    return [observation(first, group, context, { component: [...findingOf(group), ...component] })];
  });
  return [...plainOnes, ...families];
};

/** The observations of a group that states a volume, the volume first; none for other groups. */
export const observationsOf = (group: MeasurementGroup, context: ObservationContext): readonly Fhir[] =>
  isVolumetric(group) ? [...volumeObservation(group, context), ...otherObservations(group, context)] : [];
