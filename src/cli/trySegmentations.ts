import { software } from "../compose.ts";
import { deriveUid } from "../dicom/identity/resultKey.ts";
import { sha256 } from "../dicom/identity/sha256.ts";
import { buildSeg } from "../dicom/write/buildSeg.ts";
import type { WriteContext } from "../dicom/write/context.ts";
import { packPlanes } from "../dicom/write/packBits.ts";
import type { BuiltObject } from "../dicom/write/part10.ts";
import type { SegmentationType } from "../dicom/write/segmentationType.ts";
import { lps, zyx } from "../domain/axes.ts";
import { toFailure } from "../domain/failure.ts";
import type { Mask } from "../domain/grid.ts";
import type { SourceSeries } from "../domain/series.ts";
import type { Pacs } from "../ports/pacs.ts";

/** What became of one type. */
export type Trial = {
  readonly type: SegmentationType;
  readonly isShown: boolean;
  readonly why: string;
};

type Ending = { readonly isRemoved: boolean; readonly text: string };
type TrialPacs = Pick<Pacs, "hasInstance" | "storeInstance" | "retrieveFrame">;

/** Deletes a study of the archive that holds these instances alone; null where the archive offers no way. */
type Remove = ((studyUid: string, sopInstanceUids: readonly string[]) => Promise<boolean>) | null;

const types = ["BINARY", "LABELMAP", "FRACTIONAL"] as const;
const PATIENT = "PANSEG^DOCTOR";

/** The same names in every run of a version: where they cannot be deleted, they are at least not stored again. */
const key = sha256(`doctor ${software.version}`);
const studyUid = deriveUid("source-study", key);

/** One slice of 9 × 11: neither rows nor columns fill bytes. */
const source: SourceSeries = {
  studyUid,
  seriesUid: deriveUid("source-series", key),
  modality: "CT",
  frameOfReferenceUid: deriveUid("frame-of-reference", key),
  header: {
    PatientName: { Alphabetic: PATIENT },
    PatientID: "PANSEG-DOCTOR",
    StudyDescription: "Trial by panseg doctor; may be deleted",
    StudyID: "TRIAL",
    Manufacturer: "panseg",
  },
  frames: [
    {
      sopClassUid: "1.2.840.10008.5.1.4.1.1.2",
      sopInstanceUid: deriveUid("source-series", `${key} image`),
      instanceNumber: 1,
      frameNumber: null,
      positionLps: lps(0, 0, 0),
    },
  ],
  grid: {
    shape: zyx(1, 9, 11),
    spacingMm: zyx(1, 1, 1),
    originLps: lps(0, 0, 0),
    axes: zyx(lps(0, 0, 1), lps(0, 1, 0), lps(1, 0, 0)),
  },
};

/** No mirroring or shift maps it onto itself. */
const voxels = Uint8Array.from({ length: 99 }, (_, i) => (i % 11 > 3 && i % 5 !== 0 && i > 20 ? 1 : 0));
const mask: Mask = { grid: source.grid, voxels, probability: voxels.map((voxel) => voxel * 255) };

const contextOf = (type: SegmentationType): WriteContext => ({
  source,
  model: {
    id: "doctor-trial",
    modelClass: "CT",
    trainer: "none",
    weightsSha256: "0".repeat(64),
    planSha256: "0".repeat(64),
    isPhantomModel: true,
  },
  software,
  resultKey: sha256(`${key} ${type}`),
  orderedAtMs: Date.UTC(2026, 0, 1),
  settings: {
    segmentationType: type,
    srClass: "comprehensive3d",
    volumeInDescription: false,
    volumeInLabel: false,
    dates: "now",
    seriesDescriptionSuffix: `trial ${type}`,
    seriesNumberBase: 9000,
    manufacturer: "panseg",
  },
  algorithmParameters: [],
  settingsDigest: "0".repeat(64),
  warnings: [],
  part: "",
  predecessors: [],
  trend: null,
});

const expectedFrame = (type: SegmentationType): Uint8Array =>
  type === "BINARY"
    ? new Uint8Array(packPlanes(voxels, voxels.length, [0])).subarray(0, Math.ceil(voxels.length / 8))
    : type === "LABELMAP"
      ? voxels
      : voxels.map((voxel) => voxel * 255);

/** Store a segmentation of each type, ask for its frame as a viewer does, and delete them all. Throws PACS_*. */
export const storeTrials = async (
  pacs: TrialPacs,
  remove: Remove,
): Promise<{ readonly trials: readonly Trial[]; readonly ending: Ending }> => {
  const built = types.map((type) => ({ type, ...buildSeg(mask, contextOf(type)) }));
  const trials: Trial[] = [];
  for (const each of built) trials.push(await tryOne(pacs, each));
  return {
    trials,
    ending: await removeTrials(
      built.map(({ object }) => object.sopInstanceUid),
      remove,
    ),
  };
};

const tryOne = async (
  pacs: TrialPacs,
  { type, bytes, object }: BuiltObject & { readonly type: SegmentationType },
): Promise<Trial> => {
  const instance = { studyUid, seriesUid: object.seriesUid, sopInstanceUid: object.sopInstanceUid };
  try {
    if (!(await pacs.hasInstance(instance))) await pacs.storeInstance(instance, bytes);
    const frame = await pacs.retrieveFrame(instance, 1);
    const expected = expectedFrame(type);
    const isShown = Buffer.compare(frame.subarray(0, expected.length), expected) === 0;
    return { type, isShown, why: isShown ? "" : "the frame that is served holds other pixels" };
  } catch (error) {
    const { sentence, code } = toFailure(error);
    return { type, isShown: false, why: `${sentence} [${code}]` };
  }
};

const removeTrials = async (sopInstanceUids: readonly string[], remove: Remove): Promise<Ending> => {
  const what = `the trial study ${studyUid} of the patient ${PATIENT}`;
  if (remove === null)
    return { isRemoved: false, text: `${what} stays: this archive has no way to delete it; do so by hand` };
  try {
    await remove(studyUid, sopInstanceUids);
    return { isRemoved: true, text: `${what} was deleted again` };
  } catch (error) {
    return { isRemoved: false, text: `${what} stays, delete it by hand: ${toFailure(error).sentence}` };
  }
};
