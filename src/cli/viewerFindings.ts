import { number, parseHeader, text } from "../dicom/file/header.ts";
import { FailureError, toFailure } from "../domain/failure.ts";
import type { InstanceRef, Pacs } from "../ports/pacs.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import type { Finding } from "./doctor.ts";
import { storeTrials, type Trial } from "./trySegmentations.ts";

type Viewed = Pick<
  Pacs,
  | "listStudies"
  | "describeStudy"
  | "findInstances"
  | "retrieveInstance"
  | "retrieveFrame"
  | "storeInstance"
  | "hasInstance"
>;

const check = "viewers";
const FIRST_STUDIES = 20;

/**
 * Whether the archive serves segmentations frame by frame, as viewers ask for them: tried with one that it holds, and
 * nothing is stored. Some archives do not serve single bits whose columns are no multiple of 8. Throws PACS_*.
 */
export const viewerFinding = async (pacs: Viewed): Promise<Finding> => {
  const found = await findSegmentation(pacs);
  const hint = "panseg doctor --try-store tries every type";
  if (found === null)
    return { check, state: "note", text: `not tried: the archive holds no segmentation that tells; ${hint}` };
  const { type, columns, instance } = found;
  const what = `a ${type} segmentation of ${columns} columns`;
  try {
    await pacs.retrieveFrame(instance, 1);
    return { check, state: "ok", text: `${what} is served frame by frame` };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const text = `${what} is not served frame by frame (${toFailure(error).sentence}), and viewers show nothing; ${hint}`;
    return { check, state: "problem", text };
  }
};

const isRefusal = (error: unknown): boolean =>
  error instanceof FailureError && ["PACS_ERROR", "PACS_BAD_ANSWER"].includes(error.failure.code);

type Found = { readonly instance: InstanceRef; readonly type: string; readonly columns: number };

/** A segmentation in single bits with columns that are no multiple of 8, which is the hardest to serve. */
const findSegmentation = async (pacs: Viewed): Promise<Found | null> => {
  const studies = (await pacs.listStudies({ modality: "SEG", offset: 0, limit: FIRST_STUDIES })) ?? [];
  for (const { studyUid } of studies.slice(0, FIRST_STUDIES))
    for (const { seriesUid, modality } of await pacs.describeStudy(studyUid)) {
      if (modality !== "SEG") continue;
      const [sopInstanceUid] = await pacs.findInstances({ studyUid, seriesUid });
      if (sopInstanceUid === undefined) continue;
      const instance = { studyUid, seriesUid, sopInstanceUid };
      const header = parseHeader(await pacs.retrieveInstance(instance));
      const [type, columns] = [text(header, "SegmentationType") ?? "", number(header, "Columns") ?? 0];
      if (type === "BINARY" && columns % 8 !== 0) return { instance, type, columns };
    }
  return null;
};

/**
 * The same with segmentations of every type that are stored for it, in a study of their own, and deleted again where the
 * archive allows it: which type will be shown, and whether that is the one of the settings.
 */
export const tryStoreFindings = async (
  pacs: Viewed,
  remove: Parameters<typeof storeTrials>[1],
  settings: Settings,
): Promise<readonly Finding[]> => {
  const { trials, ending } = await storeTrials(pacs, remove);
  const shown = trials.filter(({ isShown }) => isShown).map(({ type }) => type);
  const { segmentationType } = settings.output;
  const advice = shown[0] === undefined ? "" : `; set output.segmentationType: ${shown[0]}`;
  const findings = trials.map((trial): Finding => {
    const isOurs = trial.type === segmentationType;
    const ours = isOurs ? " (output.segmentationType)" : "";
    const state = trial.isShown ? "ok" : isOurs ? "problem" : "note";
    return {
      check,
      state,
      text: `${trial.type}${ours}: ${words(trial)}${state === "problem" ? advice : ""}`,
    };
  });
  return [...findings, { check, state: ending.isRemoved ? "ok" : "note", text: ending.text }];
};

const words = ({ isShown, why }: Trial): string =>
  isShown ? "served frame by frame, viewers show it" : `viewers show nothing: ${why}`;
