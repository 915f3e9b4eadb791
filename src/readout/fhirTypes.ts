import { currentCode } from "../domain/concept.ts";
import type { Code } from "../domain/report.ts";
import { plain, sayCode } from "./text.ts";

/** JSON of FHIR R4 (hl7.org/fhir/R4); absent elements are left out when it is written. */
export type Fhir = { readonly [name: string]: unknown };

/**
 * Code systems under their FHIR names (hl7.org/fhir/R4/terminologies-systems.html); one that has none there by the UID that
 * DICOM gives it (PS3.6 table A-1).
 */
const systems: ReadonlyMap<string, string> = new Map([
  ["SCT", "http://snomed.info/sct"],
  ["DCM", "http://dicom.nema.org/resources/ontology/DCM"],
  ["LN", "http://loinc.org"],
  ["UCUM", "http://unitsofmeasure.org"],
  ["IBSI", "urn:oid:1.2.840.10008.2.16.13"],
]);

/** The code where its system has a FHIR name, else the words alone. */
export const concept = (code: Code, text = sayCode(code)): Fhir => {
  const today = currentCode(code);
  const system = systems.get(today.scheme);
  const display = plain(code.meaning) || undefined;
  const coding = system === undefined ? undefined : [{ system, code: today.value, display }];
  return { coding, text: text || today.value };
};

/** A number in a UCUM unit, as stored. */
export const quantity = (value: number, unit: Code | null): Fhir => ({
  value,
  ...(unit !== null && { unit: sayCode(unit) }),
  ...(unit?.scheme === "UCUM" && { system: systems.get("UCUM"), code: unit.value }),
});

/** How FHIR names what DICOM names (hl7.org/fhir/R4/imagingstudy.html#notes). */
export const dicomIdentifier = (uid: string): Fhir => ({ system: "urn:dicom:uid", value: `urn:oid:${uid}` });
