import { isVolumetric } from "../domain/groupVolume.ts";
import type { ArchivedReport, PatientIdentity } from "../domain/report.ts";
import { concept, dicomIdentifier, type Fhir } from "./fhirTypes.ts";
import { observationsOf } from "./observations.ts";
import { plain, sayDate, sayMoment } from "./text.ts";
import { uuidOf } from "./uuid.ts";

type Entry = { readonly fullUrl: string; readonly resource: Fhir };

const entry = (name: string, resource: Fhir): Entry => ({ fullUrl: `urn:uuid:${uuidOf(name)}`, resource });

const referenceTo = ({ fullUrl }: Entry): Fhir => ({ reference: fullUrl });

/** What a software has not been verified by a person stays preliminary; what was taken back is an error. */
const statusOf = ({
  rejected,
  completion,
  verification,
}: ArchivedReport): "entered-in-error" | "final" | "preliminary" => {
  if (rejected !== null) return "entered-in-error";
  return verification === "VERIFIED" && completion === "COMPLETE" ? "final" : "preliminary";
};

const named = (text: string | null): string | undefined =>
  text === null ? undefined : plain(text) || undefined;

/** The device that observed, with the versions of the software that wrote; none where a person observed. */
const deviceOf = ({ observer, writer, sopInstanceUid }: ArchivedReport): Entry | null => {
  if (observer?.kind !== "device") return null;
  const { uid, name, manufacturer, model, serialNumber } = observer;
  const identity = uid ?? [name, manufacturer, model, serialNumber].join("|");
  const called = named(name) ?? named(writer.model);
  const versions = writer.softwareVersions.flatMap((version) => named(version) ?? []);
  return entry(`${uid === null ? sopInstanceUid : ""}|device|${identity}|${versions.join("|")}`, {
    resourceType: "Device",
    identifier: uid === null ? undefined : [dicomIdentifier(uid)],
    manufacturer: named(manufacturer) ?? named(writer.manufacturer),
    serialNumber: named(serialNumber),
    modelNumber: named(model),
    deviceName: called === undefined ? undefined : [{ name: called, type: "user-friendly-name" }],
    version: versions.length === 0 ? undefined : versions.map((value) => ({ value })),
  });
};

/** A person who observed is said, and not named. */
const performersOf = ({ observer }: ArchivedReport): readonly Fhir[] =>
  observer?.kind === "person" ? [{ type: "Practitioner", display: "Human observer, not named" }] : [];

/**
 * The moment of the document as an instant, which has an offset; undefined where none is known. Our own documents state
 * one only where their images do: else they were dated in the zone of the machine that wrote them, and are read in this one's.
 */
const issuedOf = (report: ArchivedReport, ownModel: string | null): string | undefined => {
  const said = sayMoment(report);
  if (/T.*[+-]\d{2}:\d{2}$/.test(said)) return said;
  if (!said.includes("T") || ownModel === null || report.writer.model !== ownModel) return undefined;
  const minutes = -new Date(said).getTimezoneOffset();
  if (!Number.isFinite(minutes)) return undefined;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${said}${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
};

const subjectOf = (patient: PatientIdentity | undefined): Fhir | undefined =>
  patient && {
    type: "Patient",
    identifier: {
      value: patient.id,
      assigner: patient.issuer === null ? undefined : { display: patient.issuer },
    },
  };

const studyReference = (studyUid: string): Fhir => ({
  type: "ImagingStudy",
  identifier: dicomIdentifier(studyUid),
});

const replaces = (uid: string): Fhir => ({
  url: "http://hl7.org/fhir/StructureDefinition/diagnosticReport-replaces",
  valueReference: { type: "DiagnosticReport", identifier: dicomIdentifier(uid) },
});

const entriesOf = (
  report: ArchivedReport,
  patient: PatientIdentity | undefined,
  ownModel: string | null,
): readonly Entry[] => {
  const { sopInstanceUid, studyUid, predecessors, comment } = report;
  const status = statusOf(report);
  const subject = subjectOf(patient);
  const device = deviceOf(report);
  const performer = performersOf(report);
  const observer = device === null ? undefined : referenceTo(device);
  const context = { report, status, subject, device: observer, performer };
  const observations = report.groups
    .flatMap((group) => observationsOf(group, context))
    .map((resource, i) => entry(`${sopInstanceUid}|observation|${i}`, resource));
  const diagnosticReport = entry(`${sopInstanceUid}|report`, {
    resourceType: "DiagnosticReport",
    extension: predecessors.map(replaces),
    identifier: [dicomIdentifier(sopInstanceUid)],
    status: status === "preliminary" && report.completion === "PARTIAL" ? "partial" : status,
    category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0074", code: "RAD" }] }],
    code: concept({ value: "18748-4", scheme: "LN", meaning: "Diagnostic imaging study" }),
    subject,
    effectiveDateTime: sayDate(report.studyDate),
    issued: issuedOf(report, ownModel),
    performer,
    result: observations.map(referenceTo),
    imagingStudy: [studyReference(studyUid)],
    conclusion: named(comment),
  });
  return [diagnosticReport, ...(device === null ? [] : [device]), ...observations];
};

/** FHIR knows neither null nor empty texts, arrays and objects. */
const withoutEmpty = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value === null || value === "" ? undefined : value;
  const filled = Object.entries(value).flatMap(([name, part]) => {
    const rest = withoutEmpty(part);
    return rest === undefined ? [] : [[name, rest] as const];
  });
  return filled.length === 0 ? undefined : Object.fromEntries(filled);
};

/**
 * A FHIR R4 Bundle (type collection): for each report that states a volume a DiagnosticReport with its Observations and the Device that
 * observed. The same reports give the same bundle. Nobody is named; `patients` gives, by SOP Instance UID, the
 * identities that may stand in it, and `ownModel` is the ManufacturerModelName of what this machine wrote.
 */
export const toFhir = (
  reports: readonly ArchivedReport[],
  patients: ReadonlyMap<string, PatientIdentity> = new Map(),
  ownModel: string | null = null,
): Fhir => {
  const volumetric = reports.filter(({ groups }) => groups.some(isVolumetric));
  const entries = volumetric.flatMap((report) =>
    entriesOf(report, patients.get(report.sopInstanceUid), ownModel),
  );
  const distinct = new Map(entries.map((each) => [each.fullUrl, each]));
  return withoutEmpty({ resourceType: "Bundle", type: "collection", entry: [...distinct.values()] }) as Fhir;
};
