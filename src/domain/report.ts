/** A coded concept: value, coding scheme designator, and the meaning in the writer's words (PS3.3 section 8.8). */
export type Code = { readonly value: string; readonly scheme: string; readonly meaning: string };

/** Who or what computed a number (PS3.16 TID 4019). */
export type Algorithm = {
  readonly name: string;
  readonly version: string | null;
  readonly parameters: readonly string[];
};

/** One NUM content item (PS3.16 TID 1419). */
export type StoredMeasurement = {
  readonly concept: Code;
  /** Null where the writer states none, or says by `qualifier` that it is none. */
  readonly value: number | null;
  /** Why a number is absent or not to be used (PS3.16 CID 42). */
  readonly qualifier: Code | null;
  readonly unit: Code | null;
  readonly derivation: Code | null;
  /** Its own, else that of its group. */
  readonly method: Code | null;
  /** Its own, else that of its group. */
  readonly algorithm: Algorithm | null;
  /** Range of measurement uncertainty, plus or minus. */
  readonly uncertainty: { readonly value: number; readonly unit: Code | null } | null;
};

/** Measurements of one region of interest (PS3.16 TID 1410, 1411, 1501). */
export type MeasurementGroup = {
  readonly trackingIdentifier: string | null;
  readonly trackingUid: string | null;
  readonly category: Code | null;
  readonly finding: Code | null;
  readonly findingSite: Code | null;
  readonly laterality: Code | null;
  /** Which part of the site. */
  readonly topography: Code | null;
  readonly segment: { readonly sopInstanceUid: string; readonly segmentNumber: number | null } | null;
  readonly sourceSeriesUid: string | null;
  /** SOP Instance UIDs. */
  readonly sourceImages: readonly string[];
  readonly algorithm: Algorithm | null;
  readonly measurements: readonly StoredMeasurement[];
};

/** Who observed; a person is not named. */
export type Observer =
  | { readonly kind: "person" }
  | {
      readonly kind: "device";
      readonly uid: string | null;
      readonly name: string | null;
      readonly manufacturer: string | null;
      readonly model: string | null;
      readonly serialNumber: string | null;
    };

/** An imaging measurement report as it is stored, whoever wrote it. Nothing of the patient module is in it. */
export type StoredReport = {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  /** DA, TM and offset values (`20240131`, `101530`, `+0130`) as stored. */
  readonly studyDate: string | null;
  readonly contentDate: string | null;
  readonly contentTime: string | null;
  readonly timezone: string | null;
  /** Of the images in the image library; null where it names none, several or another. */
  readonly modality: "CT" | "MR" | null;
  readonly completion: "COMPLETE" | "PARTIAL" | null;
  readonly verification: "VERIFIED" | "UNVERIFIED" | null;
  readonly preliminary: boolean | null;
  readonly writer: {
    readonly manufacturer: string | null;
    readonly model: string | null;
    readonly softwareVersions: readonly string[];
  };
  readonly observer: Observer | null;
  /** SOP Instance UIDs of the documents that this one replaces. */
  readonly predecessors: readonly string[];
  readonly groups: readonly MeasurementGroup[];
  readonly comment: string | null;
};

/** What a rejection note says (PS3.4 section CC, IHE IOCM): these instances are not to be used. */
export type RejectionNote = {
  readonly sopInstanceUid: string;
  readonly reason: Code;
  /** SOP Instance UIDs. */
  readonly rejected: readonly string[];
};

/** A stored report beside what the other documents of the archive say of it. */
export type ArchivedReport = StoredReport & {
  /** Why a rejection note took it back. */
  readonly rejected: Code | null;
  /** SOP Instance UID of the report that replaces it. */
  readonly supersededBy: string | null;
};

/** Neither taken back nor replaced. */
export const isCurrent = ({ rejected, supersededBy }: ArchivedReport): boolean =>
  rejected === null && supersededBy === null;

/** PatientID and, where stated, IssuerOfPatientID: patient text, handed on only where it was asked for. */
export type PatientIdentity = { readonly id: string; readonly issuer: string | null };
