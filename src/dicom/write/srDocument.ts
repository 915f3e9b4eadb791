import type { ObjectRef } from "../../domain/history.ts";
import type { StoredObject } from "../../domain/result.ts";
import type { SeriesRef, SourceSeries } from "../../domain/series.ts";
import type { Dataset } from "./dataset.ts";
import { distinctInstances, type InstanceReference, referenceItem } from "./references.ts";

type SeriesReferences = { readonly seriesUid: string; readonly instances: readonly InstanceReference[] };

/** One item of the Hierarchical SOP Instance Reference macro (PS3.3 table C.17-3). */
export const studyReference = (studyUid: string, series: readonly SeriesReferences[]): Dataset => ({
  StudyInstanceUID: studyUid,
  ReferencedSeriesSequence: series.map(({ seriesUid, instances }) => ({
    SeriesInstanceUID: seriesUid,
    ReferencedSOPSequence: instances.map(referenceItem),
  })),
});

/** Objects by their series, in order of first appearance. */
export const bySeries = (
  objects: readonly (InstanceReference & Pick<SeriesRef, "seriesUid">)[],
): readonly SeriesReferences[] =>
  [...new Set(objects.map(({ seriesUid }) => seriesUid))].map((seriesUid) => ({
    seriesUid,
    instances: objects.filter((object) => object.seriesUid === seriesUid),
  }));

const predecessorDocuments = (predecessors: readonly ObjectRef[]): Dataset => {
  if (predecessors.length === 0) return {};
  const studies = [...new Set(predecessors.map(({ studyUid }) => studyUid))];
  return {
    PredecessorDocumentsSequence: studies.map((studyUid) =>
      studyReference(studyUid, bySeries(predecessors.filter((document) => document.studyUid === studyUid))),
    ),
  };
};

/**
 * SR Document General module (PS3.3 section C.17.2). The SEG comes first in the evidence: readers take the first series
 * for it. `predecessors` are the reports that this one replaces.
 */
export const documentModule = (
  seg: StoredObject | null,
  source: SourceSeries,
  predecessors: readonly ObjectRef[],
): Dataset => ({
  CompletionFlag: "COMPLETE",
  VerificationFlag: "UNVERIFIED",
  PreliminaryFlag: "FINAL",
  ReferencedPerformedProcedureStepSequence: [],
  PerformedProcedureCodeSequence: [],
  ...predecessorDocuments(predecessors),
  CurrentRequestedProcedureEvidenceSequence: [
    studyReference(source.studyUid, [
      ...(seg === null ? [] : [{ seriesUid: seg.seriesUid, instances: [seg] }]),
      { seriesUid: source.seriesUid, instances: distinctInstances(source.frames) },
    ]),
  ],
});
