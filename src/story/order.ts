import { uidOf } from "../dicom/file/uidOf.ts";
import { instancesDigest, resultKey } from "../dicom/identity/resultKey.ts";
import { isPhantomHeader } from "../dicom/select/phantomMark.ts";
import { type Failure, makeFailure } from "../domain/failure.ts";
import type { NewSegmentJob } from "../domain/job.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { Header, SeriesRef } from "../domain/series.ts";
import type { Teller } from "../ports/world.ts";

/**
 * The job that this series, model and settings ask for, or why there is none. Equal input, equal key; `attempt` makes
 * another key of it.
 */
export const orderSegmentation = (
  series: SeriesRef,
  headers: readonly Header[],
  { modelClass, part }: { readonly modelClass: ModelClass; readonly part: string },
  { models, settings, clock }: Teller,
  attempt = 0,
): NewSegmentJob | Failure => {
  const model = models.forClass(modelClass);
  if (model === null) return makeFailure("NO_MODEL", `No ${modelClass} model is installed.`);
  if (model.isPhantomModel && !settings.allowPhantomModel && !isPhantomSeries(headers))
    return makeFailure("PHANTOM_MODEL", `The installed ${modelClass} model knows only synthetic phantoms.`);
  const digest = instancesDigest(headers.map((header) => uidOf(header, "SOPInstanceUID")));
  const { studyUid, seriesUid } = series;
  const { settingsDigest } = settings;
  const { id: modelId, weightsSha256 } = model;
  return {
    studyUid,
    seriesUid,
    instanceCount: headers.length,
    key: resultKey({
      studyUid,
      seriesUid,
      part,
      instancesDigest: digest,
      modelId,
      weightsSha256,
      settingsDigest,
      attempt,
    }),
    order: { modelId, modelClass, part, instancesDigest: digest, settingsDigest, orderedAtMs: clock.nowMs() },
  };
};

const isPhantomSeries = (headers: readonly Header[]): boolean =>
  headers.length > 0 && headers.every(isPhantomHeader);
