import { type Concept, isConcept } from "../../domain/concept.ts";
import { failed } from "../../domain/failure.ts";
import type { Observer, StoredReport } from "../../domain/report.ts";
import type { Header } from "../../domain/series.ts";
import { text, texts } from "../file/header.ts";
import {
  childrenNamed,
  childText,
  childUid,
  codeOf,
  conceptOf,
  descendants,
  items,
  readDocument,
  uidIn,
} from "./contentTree.ts";
import { isGroup, readGroup } from "./readGroup.ts";

/** Titles of measurement reports (PS3.16 CID 7021): imaging, oncology, dynamic contrast MR, PET. */
const titles: Concept = ["126000 DCM", "126001 DCM", "126002 DCM", "126003 DCM"];

/** Concept names at the root (PS3.16 TID 1500, 1002, 1004, 1600). */
const names = {
  observerType: ["121005 DCM"],
  device: ["121007 DCM"],
  person: ["121006 DCM"],
  deviceUid: ["121012 DCM"],
  deviceName: ["121013 DCM"],
  deviceManufacturer: ["121014 DCM"],
  deviceModel: ["121015 DCM"],
  deviceSerialNumber: ["121016 DCM"],
  imageLibrary: ["111028 DCM"],
  modality: ["121139 DCM"],
  comment: ["121106 DCM"],
} as const satisfies Record<string, Concept>;

/** Writers name device and person, in any order; a device tells more, and may be named. */
const observerOf = (root: Header): Observer | null => {
  const types = childrenNamed(root, names.observerType, "CODE").map((item) =>
    codeOf(item, "ConceptCodeSequence"),
  );
  if (types.some((type) => isConcept(type, names.device)))
    return {
      kind: "device",
      uid: childUid(root, names.deviceUid),
      name: childText(root, names.deviceName),
      manufacturer: childText(root, names.deviceManufacturer),
      model: childText(root, names.deviceModel),
      serialNumber: childText(root, names.deviceSerialNumber),
    };
  return types.some((type) => isConcept(type, names.person)) ? { kind: "person" } : null;
};

/** What all images of the library have in common, be it said of their group or of each. */
const modalityOf = (root: Header): StoredReport["modality"] => {
  const said = childrenNamed(root, names.imageLibrary, "CONTAINER").flatMap((library) =>
    descendants(library, (item) => isConcept(conceptOf(item), names.modality)),
  );
  const values = new Set(said.map((item) => codeOf(item, "ConceptCodeSequence")?.value));
  const [value] = values;
  return values.size === 1 && (value === "CT" || value === "MR") ? value : null;
};

/** SOP Instance UIDs of a Hierarchical SOP Instance Reference, each with its series (PS3.3 table C.17-3). */
const referencedInstances = (root: Header, keyword: string): readonly (readonly [string, string | null])[] =>
  items(root, keyword).flatMap((study) =>
    items(study, "ReferencedSeriesSequence").flatMap((series) =>
      items(series, "ReferencedSOPSequence").flatMap((reference) => {
        const uid = uidIn(reference, "ReferencedSOPInstanceUID");
        return uid === null ? [] : [[uid, uidIn(series, "SeriesInstanceUID")] as const];
      }),
    ),
  );

const oneOf = <T extends string>(value: string | null, allowed: readonly T[]): T | null =>
  allowed.find((each) => each === value) ?? null;

const identity = (root: Header) => {
  const [studyUid, seriesUid, sopInstanceUid] = [
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
  ].map((keyword) => uidIn(root, keyword));
  if (studyUid == null || seriesUid == null || sopInstanceUid == null)
    throw failed("NOT_DICOM", "The report lacks a UID of its own.");
  return { studyUid, seriesUid, sopInstanceUid, sopClassUid: uidIn(root, "SOPClassUID") ?? "" };
};

const preliminaryOf = (root: Header): boolean | null => {
  const flag = text(root, "PreliminaryFlag");
  return flag === null ? null : flag === "PRELIMINARY";
};

const reportOf = (root: Header): StoredReport => {
  const evidence = new Map(referencedInstances(root, "CurrentRequestedProcedureEvidenceSequence"));
  return {
    ...identity(root),
    studyDate: text(root, "StudyDate"),
    contentDate: text(root, "ContentDate"),
    contentTime: text(root, "ContentTime"),
    timezone: text(root, "TimezoneOffsetFromUTC"),
    modality: modalityOf(root),
    completion: oneOf(text(root, "CompletionFlag"), ["COMPLETE", "PARTIAL"]),
    verification: oneOf(text(root, "VerificationFlag"), ["VERIFIED", "UNVERIFIED"]),
    preliminary: preliminaryOf(root),
    writer: {
      manufacturer: text(root, "Manufacturer"),
      model: text(root, "ManufacturerModelName"),
      softwareVersions: texts(root, "SoftwareVersions"),
    },
    observer: observerOf(root),
    predecessors: referencedInstances(root, "PredecessorDocumentsSequence").map(([uid]) => uid),
    groups: descendants(root, isGroup).map((group) => readGroup(group, (uid) => evidence.get(uid) ?? null)),
    comment: childText(root, names.comment),
  };
};

/**
 * An imaging measurement report (PS3.16 TID 1500) from its Part 10 bytes, whoever wrote it; null for a document with
 * another title and for what is no document. Throws NOT_DICOM, TOO_LARGE.
 */
export const readReport = (bytes: Uint8Array): StoredReport | null =>
  readDocument(bytes, (root) => (isConcept(conceptOf(root), titles) ? reportOf(root) : null));
