import type { Header, SourceSeries } from "../../domain/series.ts";
import { text } from "../file/header.ts";
import { codeItem, codes } from "./codes.ts";
import { type Dataset, type Value, vrOf } from "./dataset.ts";
import { formatDs } from "./formatDs.ts";

/** Type 2: present even when the source has them empty or not at all. */
const always = [
  "PatientName",
  "PatientID",
  "PatientBirthDate",
  "PatientSex",
  "StudyDate",
  "StudyTime",
  "AccessionNumber",
  "ReferringPhysicianName",
  "StudyID",
];

/** Patient, Clinical Trial, General Study, Patient Study and SOP Common attributes (PS3.3 annex C.7, C.12). */
const whenPresent = [
  "IssuerOfPatientID",
  "IssuerOfPatientIDQualifiersSequence",
  "OtherPatientIDsSequence",
  "EthnicGroup",
  "PatientComments",
  "PatientIdentityRemoved",
  "DeidentificationMethod",
  "DeidentificationMethodCodeSequence",
  "LongitudinalTemporalInformationModified",
  "ClinicalTrialSponsorName",
  "ClinicalTrialProtocolID",
  "ClinicalTrialProtocolName",
  "ClinicalTrialSiteID",
  "ClinicalTrialSiteName",
  "ClinicalTrialSubjectID",
  "ClinicalTrialTimePointID",
  "StudyDescription",
  "ReferencedStudySequence",
  "PatientAge",
  "PatientSize",
  "PatientWeight",
  "TimezoneOffsetFromUTC",
];

/** Inside the sequences among them: identifiers, issuers, references and codes (PS3.3 tables 10-11, 10-18, 8.8-1). */
const inItems = new Set([
  ...["PatientID", "IssuerOfPatientID", "TypeOfPatientID", "IssuerOfPatientIDQualifiersSequence"],
  ...["UniversalEntityID", "UniversalEntityIDType", "IdentifierTypeCode", "LocalNamespaceEntityID"],
  ...["AssigningFacilitySequence", "AssigningJurisdictionCodeSequence"],
  ...["AssigningAgencyOrDepartmentCodeSequence", "ReferencedSOPClassUID", "ReferencedSOPInstanceUID"],
  ...["CodeValue", "LongCodeValue", "URNCodeValue", "CodingSchemeDesignator", "CodingSchemeVersion"],
  ...["CodeMeaning", "MappingResource", "ContextIdentifier", "ContextGroupVersion", "ContextUID"],
]);

const personName = (value: unknown): string => {
  if (value === null || typeof value !== "object") return String(value ?? "");
  const { Alphabetic = "", Ideographic = "", Phonetic = "" } = value as Record<string, unknown>;
  return [Alphabetic, Ideographic, Phonetic].join("=").replace(/=+$/, "");
};

const copyText = (vr: string, value: unknown): string => {
  if (vr === "PN") return personName(value);
  if (typeof value === "number") return vr === "DS" ? formatDs(value) : String(value);
  return String(value ?? "");
};

const numericVrs = new Set(["AT", "FD", "FL", "SL", "SS", "UL", "US"]);

const copyValue = (vr: string, value: unknown): Value => {
  if (value === null || value === undefined || value === "") return vr === "SQ" ? [] : null;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (vr === "SQ") return values.map((item) => copyItem(listedOf(item as Header)));
  if (numericVrs.has(vr)) return values.map(Number);
  return values.map((single) => copyText(vr, single));
};

const copyItem = (item: Header): Dataset => {
  const copied: Record<string, Value> = {};
  for (const [keyword, value] of Object.entries(item)) {
    const vr = vrOf(keyword);
    if (vr !== null) copied[keyword] = copyValue(vr, value);
  }
  return copied;
};

const listedOf = (item: Header): Header =>
  Object.fromEntries(Object.entries(item).filter(([keyword]) => inItems.has(keyword)));

/** The named attributes that a header has, as they are; below sequences only what is listed. */
export const copyAttributes = (header: Header, keywords: readonly string[]): Dataset =>
  copyItem(
    Object.fromEntries(
      keywords
        .filter((keyword) => header[keyword] !== undefined)
        .map((keyword) => [keyword, header[keyword]]),
    ),
  );

/** Of PS3.16 table 8-1, those in use for procedures; 99 begins every private one (PS3.3 section 8.2). */
const codingScheme =
  /^(99.*|DCM|SCT|SRT|SNM3|LN|RADLEX|UMLS|I9C?|I10P?|I9P|C4|C5|HPC|ACR|MCM|NCIt|JJ1017-16)$/;

/** Procedure codes of archives bear designators that the standard does not know; those would make our object invalid. */
export const copyCodes = (header: Header, keyword: string): readonly Dataset[] => {
  const { [keyword]: items = [] } = copyItem({ [keyword]: header[keyword] });
  return (items as readonly Dataset[]).filter((item) =>
    codingScheme.test(String([item["CodingSchemeDesignator"]].flat()[0] ?? "")),
  );
};

const copyProcedureCodes = (header: Header): Dataset => {
  const valid = copyCodes(header, "ProcedureCodeSequence");
  return valid.length === 0 ? {} : { ProcedureCodeSequence: valid };
};

/** The scanner that made the source images (PS3.3 section C.12.1, ContributingEquipmentSequence). */
const acquisitionEquipment = (header: Header): Dataset => ({
  PurposeOfReferenceCodeSequence: [codeItem(codes.acquisitionEquipment)],
  ...copyAttributes(header, ["ManufacturerModelName", "DeviceSerialNumber", "SoftwareVersions"]),
  Manufacturer: text(header, "Manufacturer") ?? "Unknown",
});

/** Patient and study of a header. Nothing that is not listed is ever copied. */
export const copyPatientOf = (header: Header): Dataset => ({
  ...Object.fromEntries(always.map((keyword) => [keyword, null])),
  ...copyAttributes(header, always),
  ...copyAttributes(header, whenPresent),
  ...copyProcedureCodes(header),
});

/** What SEG and SR have from their source's header, both alike: patient, study and acquisition equipment. */
export const copyPatientAndStudy = ({ header }: SourceSeries): Dataset => ({
  ...copyPatientOf(header),
  ContributingEquipmentSequence: [acquisitionEquipment(header)],
});

/** Whether the source's pixels ever were compressed with loss, and how (PS3.3 section C.7.6.1.1.5). */
export const copyLossyCompression = (header: Header): Dataset =>
  text(header, "LossyImageCompression") === "01"
    ? {
        LossyImageCompression: "01",
        ...copyAttributes(header, ["LossyImageCompressionRatio", "LossyImageCompressionMethod"]),
      }
    : { LossyImageCompression: "00" };
