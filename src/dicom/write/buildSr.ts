import { failed } from "../../domain/failure.ts";
import type { Measures, StoredObject } from "../../domain/result.ts";
import type { SourceSeries } from "../../domain/series.ts";
import type { WriteContext } from "./context.ts";
import { copyPatientAndStudy } from "./copied.ts";
import type { Dataset } from "./dataset.ts";
import { type BuiltObject, writePart10 } from "./part10.ts";
import { distinctInstances, type InstanceReference, referenceItem } from "./references.ts";
import { reportTree } from "./reportTree.ts";
import { resultUids } from "./resultKey.ts";
import { seriesModules } from "./seriesModules.ts";
import { srSopClass } from "./srClass.ts";

const seriesReference = (seriesUid: string, instances: readonly InstanceReference[]): Dataset => ({
  SeriesInstanceUID: seriesUid,
  ReferencedSOPSequence: instances.map(referenceItem),
});

/** SR Document General module (PS3.3 section C.17.2). The SEG comes first: readers take the first series for it. */
export const documentModule = (seg: StoredObject, source: SourceSeries): Dataset => ({
  CompletionFlag: "COMPLETE",
  VerificationFlag: "UNVERIFIED",
  PreliminaryFlag: "FINAL",
  ReferencedPerformedProcedureStepSequence: [],
  PerformedProcedureCodeSequence: [],
  CurrentRequestedProcedureEvidenceSequence: [
    {
      StudyInstanceUID: source.studyUid,
      ReferencedSeriesSequence: [
        seriesReference(seg.seriesUid, [seg]),
        seriesReference(source.seriesUid, distinctInstances(source.frames)),
      ],
    },
  ],
});

/**
 * A structured report, Comprehensive 3D (PS3.3 annex A.35.13) or what the settings ask for, after TID 1500 with the measures of the segment that `seg` holds; the
 * volume in cm³. The same input gives the same bytes (see `buildSeg`). Throws EMPTY_MASK, UID_INVALID.
 */
export const buildSr = (measures: Measures, seg: StoredObject, context: WriteContext): BuiltObject => {
  if (measures.voxels === 0) throw failed("EMPTY_MASK", "Nothing was measured: the mask has no voxel.");
  const { source, software, settings } = context;
  const uids = resultUids(context);
  return writePart10(
    { sopClassUid: srSopClass(settings.srClass), seriesUid: uids.srSeries, sopInstanceUid: uids.srSop },
    copyPatientAndStudy(source),
    {
      ...seriesModules(
        { modality: "SR", holds: "measurements", volumeMl: measures.volumeMl, numberBase: 10000 },
        context,
      ),
      ...documentModule(seg, source),
      ...reportTree(measures, seg, context),
    },
    software,
  );
};
