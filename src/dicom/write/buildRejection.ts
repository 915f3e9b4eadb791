import type { ObjectRef } from "../../domain/history.ts";
import type { SoftwareIdentity } from "../../domain/result.ts";
import { parseHeader, text as textOf } from "../file/header.ts";
import { deriveUid } from "../identity/resultKey.ts";
import { type Code, codes } from "./codes.ts";
import { shortText } from "./conform.ts";
import { code, composite, containerValue, image, text, uidRef } from "./contentItems.ts";
import { copyPatientOf } from "./copied.ts";
import { momentLike } from "./moment.ts";
import { type BuiltObject, writePart10 } from "./part10.ts";
import { referenceItem } from "./references.ts";
import { bySeries, studyReference } from "./srDocument.ts";

const keyObjectSelection = "1.2.840.10008.5.1.4.1.1.88.59";

/** Why objects are withdrawn (CID 7011). */
export type RejectionReason = "quality" | "safety";

const titles: Readonly<Record<RejectionReason, Code>> = {
  quality: codes.rejectedForQuality,
  safety: codes.rejectedForSafety,
};

export type Rejection = {
  /** Objects of one study, the report among them first. */
  readonly objects: readonly ObjectRef[];
  readonly reason: RejectionReason;
  /** The key of the result that is withdrawn. */
  readonly resultKey: string;
  readonly rejectedAtMs: number;
  readonly manufacturer: string;
  readonly seriesNumberBase: number;
  readonly software: SoftwareIdentity;
};

/** Documents are COMPOSITE items, whatever has pixels IMAGE items (PS3.3 section C.17.6.2.1). */
const isDocument = ({ sopClassUid }: ObjectRef): boolean =>
  sopClassUid.startsWith("1.2.840.10008.5.1.4.1.1.88.");

/**
 * A rejection note: a Key Object Selection (PS3.3 annex A.35.4, TID 2010) that tells archives and readers not to use the
 * objects any more, as IHE's Imaging Object Change Management defines it. Patient and study are those of `like`, one of
 * the objects as it is stored; where that is dated like its study, lest a real date give a shift away, so is the note.
 * The same input gives the same bytes. Throws NOT_DICOM, UID_INVALID.
 */
export const buildRejection = (rejection: Rejection, like: Uint8Array): BuiltObject => {
  const {
    objects,
    reason,
    resultKey: key,
    rejectedAtMs,
    manufacturer,
    seriesNumberBase,
    software,
  } = rejection;
  const header = parseHeader(like);
  const studyUid = textOf(header, "StudyInstanceUID") ?? "";
  const { date, time } = momentLike(rejectedAtMs, header);
  const sopInstanceUid = deriveUid("rejection-sop", `${key}|${reason}`);
  return writePart10(
    {
      sopClassUid: keyObjectSelection,
      seriesUid: deriveUid("rejection-series", `${key}|${reason}`),
      sopInstanceUid,
    },
    copyPatientOf(header),
    {
      StudyInstanceUID: studyUid,
      Modality: "KO",
      SeriesNumber: String(seriesNumberBase + 4000),
      SeriesDescription: "AI Pancreas result withdrawn",
      SeriesDate: date,
      SeriesTime: time,
      ReferencedPerformedProcedureStepSequence: [],
      Manufacturer: shortText(manufacturer),
      ManufacturerModelName: shortText(software.name),
      SoftwareVersions: shortText(software.version),
      InstanceNumber: "1",
      ContentDate: date,
      ContentTime: time,
      CurrentRequestedProcedureEvidenceSequence: [studyReference(studyUid, bySeries(objects))],
      ...containerValue(titles[reason], "2010", [
        code("HAS CONCEPT MOD", codes.language, codes.englishUnitedStates),
        code("HAS OBS CONTEXT", codes.observerType, codes.device),
        uidRef("HAS OBS CONTEXT", codes.deviceObserverUid, deriveUid("observer", software.name)),
        text("HAS OBS CONTEXT", codes.deviceObserverName, shortText(software.name)),
        text(
          "CONTAINS",
          codes.keyObjectDescription,
          "This result of an automatic segmentation was withdrawn; do not use it.",
        ),
        ...objects.map((object) =>
          isDocument(object) ? composite(referenceItem(object)) : image(null, referenceItem(object)),
        ),
      ]),
    },
    software,
  );
};
