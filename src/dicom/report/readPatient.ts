import type { PatientIdentity } from "../../domain/report.ts";
import { text } from "../file/header.ts";
import { readDocument } from "./contentTree.ts";

/** Whom a document is about, by identifier alone; null where it names none. Throws NOT_DICOM, TOO_LARGE. */
export const readPatient = (bytes: Uint8Array): PatientIdentity | null =>
  readDocument(bytes, (root) => {
    const id = text(root, "PatientID");
    return id === null ? null : { id, issuer: text(root, "IssuerOfPatientID") };
  });
