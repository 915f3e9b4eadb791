import { failed } from "../../domain/failure.ts";
import type { Measures, StoredObject } from "../../domain/result.ts";
import type { WriteContext } from "./context.ts";
import { copyPatientAndStudy } from "./copied.ts";
import { type BuiltObject, writePart10 } from "./part10.ts";
import { reportTree } from "./reportTree.ts";
import { copyRequests } from "./requests.ts";
import { resultUids } from "./resultUids.ts";
import { seriesModules } from "./seriesModules.ts";
import { srSopClass } from "./srClass.ts";
import { documentModule } from "./srDocument.ts";

/**
 * A structured report, Comprehensive 3D (PS3.3 annex A.35.13) or what the settings ask for, after TID 1500 with the
 * measures of the segment that `seg` holds; the volume in cm³. Without a SEG it says that no pancreas was found. The same
 * input gives the same bytes (see `buildSeg`). Throws EMPTY_MASK where a SEG has no measures, INTERNAL where measures
 * have no SEG, UID_INVALID.
 */
export const buildSr = (measures: Measures, seg: StoredObject | null, context: WriteContext): BuiltObject => {
  if (measures.voxels === 0 && seg !== null)
    throw failed("EMPTY_MASK", "Nothing was measured: the mask has no voxel.");
  if (measures.voxels > 0 && seg === null)
    throw failed("INTERNAL", "A report of measures refers to the segmentation that was measured.");
  const { source, software, settings, predecessors } = context;
  const uids = resultUids(context);
  const volumeMl = seg === null ? null : measures.volumeMl;
  return writePart10(
    { sopClassUid: srSopClass(settings.srClass), seriesUid: uids.srSeries, sopInstanceUid: uids.srSop },
    { ...copyPatientAndStudy(source), ...copyRequests(source) },
    {
      ...seriesModules({ modality: "SR", holds: "measurements", volumeMl, numberOffset: 1000 }, context),
      ...documentModule(seg, source, predecessors),
      ...reportTree(measures, seg, context),
    },
    software,
  );
};
