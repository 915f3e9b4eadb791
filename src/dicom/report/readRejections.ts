import { isConcept } from "../../domain/concept.ts";
import { failed } from "../../domain/failure.ts";
import type { RejectionNote } from "../../domain/report.ts";
import type { Header } from "../../domain/series.ts";
import { text } from "../file/header.ts";
import { conceptOf, descendants, items, readDocument, uidIn } from "./contentTree.ts";

const keyObjectSelection = "1.2.840.10008.5.1.4.1.1.88.59";

/**
 * Titles by which a Key Object Selection takes its objects back (PS3.16 CID 7011): quality, patient safety, wrong
 * worklist entry, retention over.
 */
const rejections = ["113001 DCM", "113037 DCM", "113038 DCM", "113039 DCM"] as const;

const referenced = (item: Header): readonly string[] =>
  items(item, "ReferencedSOPSequence").flatMap((each) => uidIn(each, "ReferencedSOPInstanceUID") ?? []);

/**
 * A rejection note from its Part 10 bytes: reason and rejected instances; null for any other document. Throws
 * NOT_DICOM, TOO_LARGE.
 */
export const readRejections = (bytes: Uint8Array): RejectionNote | null =>
  readDocument(bytes, (root) => {
    const reason = conceptOf(root);
    if (text(root, "SOPClassUID") !== keyObjectSelection || reason === null) return null;
    if (!isConcept(reason, rejections)) return null;
    const sopInstanceUid = uidIn(root, "SOPInstanceUID");
    if (sopInstanceUid === null) throw failed("NOT_DICOM", "The rejection note lacks a UID of its own.");
    const rejected = descendants(root, (item) => referenced(item).length > 0).flatMap(referenced);
    return { sopInstanceUid, reason, rejected: [...new Set(rejected)] };
  });
