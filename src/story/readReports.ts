/** The results that an archive holds, read from its stored documents alone: what is reported, replaced and taken back. */
import { readPatient } from "../dicom/report/readPatient.ts";
import { readRejections } from "../dicom/report/readRejections.ts";
import { readReport } from "../dicom/report/readReport.ts";
import { type FailureCode, policyOf, toFailure } from "../domain/failure.ts";
import type { ArchivedReport, PatientIdentity, RejectionNote, StoredReport } from "../domain/report.ts";
import type { DocumentRef, Pacs } from "../ports/pacs.ts";

type Read = {
  readonly reports: readonly StoredReport[];
  readonly notes: readonly RejectionNote[];
  readonly patients: readonly (readonly [string, PatientIdentity])[];
  readonly unreadable: readonly Unreadable[];
};

/** A document that could not be fetched or read; the others are no worse for it. */
export type Unreadable = { readonly sopInstanceUid: string; readonly code: FailureCode };

export type ReadReports = {
  /** The oldest study first, and in it the oldest report. */
  readonly reports: readonly ArchivedReport[];
  readonly unreadable: readonly Unreadable[];
  /** By SOP Instance UID of the report. */
  readonly patients: ReadonlyMap<string, PatientIdentity>;
};

/**
 * The measurement reports of a study, or of all studies of its patient, each marked where a rejection note takes it
 * back or another report replaces it. Throws UID_INVALID, PACS_* where the archive is away or cannot be searched.
 */
export const readReports = async (
  pacs: Pick<Pacs, "findDocuments" | "retrieveInstance">,
  studyUid: string,
  scope: "study" | "patient",
): Promise<ReadReports> => {
  const read: Read[] = [];
  for (const document of await pacs.findDocuments(studyUid, scope)) read.push(await readOne(document, pacs));
  const reports = read.flatMap((each) => each.reports);
  const notes = read.flatMap((each) => each.notes);
  return {
    reports: reports.map((report) => mark(report, reports, notes)).toSorted(byTime),
    unreadable: read.flatMap((each) => each.unreadable),
    patients: new Map(read.flatMap((each) => each.patients)),
  };
};

const nothing: Read = { reports: [], notes: [], patients: [], unreadable: [] };

const readOne = async (document: DocumentRef, pacs: Pick<Pacs, "retrieveInstance">): Promise<Read> => {
  const { sopInstanceUid, modality } = document;
  try {
    const bytes = await pacs.retrieveInstance(document);
    if (modality === "KO") {
      const note = readRejections(bytes);
      return { ...nothing, notes: note === null ? [] : [note] };
    }
    const report = readReport(bytes);
    const patient = report && readPatient(bytes);
    return {
      ...nothing,
      reports: report === null ? [] : [report],
      patients: patient === null ? [] : [[sopInstanceUid, patient]],
    };
  } catch (error) {
    const { code } = toFailure(error);
    // Of an archive that is away every document would seem damaged.
    if (policyOf(code).class === "transient") throw error;
    return { ...nothing, unreadable: [{ sopInstanceUid, code }] };
  }
};

const mark = (
  report: StoredReport,
  reports: readonly StoredReport[],
  notes: readonly RejectionNote[],
): ArchivedReport => {
  const replacement = reports.find((other) => replaces(other, report) && rejectionOf(other, notes) === null);
  return {
    ...report,
    rejected: rejectionOf(report, notes)?.reason ?? null,
    supersededBy: replacement?.sopInstanceUid ?? null,
  };
};

const rejectionOf = (
  { sopInstanceUid }: StoredReport,
  notes: readonly RejectionNote[],
): RejectionNote | null => notes.find(({ rejected }) => rejected.includes(sopInstanceUid)) ?? null;

/** Reports that name each other, or one that is younger, replace nothing: both would vanish. */
const replaces = (other: StoredReport, report: StoredReport): boolean =>
  other.predecessors.includes(report.sopInstanceUid) &&
  !report.predecessors.includes(other.sopInstanceUid) &&
  momentOf(other) >= momentOf(report);

const momentOf = ({ contentDate, contentTime }: StoredReport): string =>
  `${contentDate ?? ""}${contentTime ?? ""}`;

const byTime = (a: ArchivedReport, b: ArchivedReport): number => {
  const [first, second] = [a, b].map((report) => `${report.studyDate ?? ""}|${momentOf(report)}`);
  return (first ?? "") < (second ?? "") ? -1 : first === second ? 0 : 1;
};
