import type { Lps } from "./axes.ts";
import type { OutputKind } from "./outputs.ts";
import type { ModelClass } from "./plan.ts";
import type { Trend } from "./trend.ts";
import type { Warning } from "./warning.ts";

/** What is measured inside a mask on its source volume. */
export type Measures = {
  readonly voxels: number;
  /** Voxel count × voxel volume, millilitres (= cm³). */
  readonly volumeMl: number;
  /** Statistics of the source intensities inside the mask (HU for CT); SD over the population. Null for an empty mask. */
  readonly intensity: {
    readonly mean: number;
    readonly sd: number;
    readonly median: number;
    readonly min: number;
    readonly max: number;
  } | null;
  /** Mean position of the mask's voxels, LPS mm. Null for an empty mask. */
  readonly centroidLps: Lps | null;
  /** Null for an empty mask. */
  readonly extent: Extent | null;
};

/** How large a mask is, from the surface that passes half-way between its voxels and the others. */
export type Extent = {
  /** Along the axes of the patient, whatever those of the images are. */
  readonly leftRightMm: number;
  readonly anteriorPosteriorMm: number;
  readonly superiorInferiorMm: number;
  /** Between the two points of the surface that are farthest apart. */
  readonly largestDiameterMm: number;
  /** What voxels of this size leave open of the volume: half of those at the surface. The model's own error is not in it. */
  readonly voxelErrorMl: number;
};

/** Which network produced a result, in enough detail to repeat it. */
export type ModelIdentity = {
  /** Folder name under the models folder. */
  readonly id: string;
  readonly modelClass: ModelClass;
  readonly trainer: string;
  /** SHA-256 of the ONNX file that ran, hex. */
  readonly weightsSha256: string;
  /** SHA-256 of plan.json, hex. */
  readonly planSha256: string;
  /** True for models trained on synthetic phantoms: every result says so. */
  readonly isPhantomModel: boolean;
};

/** Where the network really ran. */
export type ExecutionProvider = "cuda" | "cpu";

/** The software that wrote an object. */
export type SoftwareIdentity = { readonly name: string; readonly version: string };

/** result.json: what became of one series. No patient text. */
export type ResultSummary = {
  readonly outcome: "segmented" | "no-pancreas-found";
  readonly notice: string;
  readonly software: SoftwareIdentity;
  readonly model: ModelIdentity;
  readonly executionProvider: ExecutionProvider;
  /** Digest of the settings that change the mask. */
  readonly settingsDigest: string;
  readonly series: {
    readonly studyUid: string;
    readonly seriesUid: string;
    /** Which volume of the series; "" where it is one. */
    readonly part: string;
    readonly instances: number;
  } | null;
  /** The volume as people are told it everywhere, e.g. "71.4 ml"; null where nothing was found, absent in results of earlier versions. */
  readonly volume?: string | null;
  readonly measures: Measures;
  readonly warnings: readonly Warning[];
  /** Against earlier studies of the patient; absent in results of earlier versions. */
  readonly trend?: Trend | null;
  /** SOP Instance UIDs of the reports that this result replaced. */
  readonly replaces?: readonly string[];
  /** In the order in which they are stored; none where nothing was found and no report says so. */
  readonly objects: readonly ResultObject[];
  readonly startedAt: string;
  readonly secondsPerStep: Readonly<Record<string, number>>;
};

/** A DICOM object of ours, addressed in the source's study. */
export type StoredObject = {
  readonly sopClassUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly sha256: string;
};

/** One object of a result, under the name that it has everywhere (see `outputName`). */
export type ResultObject = {
  readonly kind: OutputKind;
  readonly name: string;
  readonly object: StoredObject;
};

/** Where the first object of a kind is stored; null where there is none. */
export const storedAs = (
  { objects }: Pick<ResultSummary, "objects">,
  kind: OutputKind,
): StoredObject | null => objects.find((each) => each.kind === kind)?.object ?? null;

/** Stands wherever a result of a model appears that was trained on synthetic phantoms. */
export const PHANTOM_NOTICE = "PHANTOM DEMO MODEL";

/** What is said of an empty mask: nothing about the patient. */
export const NOTHING_FOUND =
  "The software found no pancreas on this series. That says nothing about the patient.";

/** Stands wherever a result appears. */
export const RESEARCH_NOTICE = "Research use only. Not a medical device; not for diagnosis.";
