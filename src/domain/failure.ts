/**
 * Every way in which the product declines or fails, in one table: what class it is and what the reader can do.
 * A new code does not compile until it is classed.
 *
 * `ineligible`: nothing is wrong with us; this series is not for us (a normal end, with a reason).
 * `transient`: may work later. `permanent`: never will without a change. `usage`: the caller's words are off.
 */
type FailureClass = "ineligible" | "transient" | "permanent" | "usage" | "model" | "archive";

const failureTable = {
  // Series that are not for us (ids of the volume specification in brackets)
  MODALITY: ["ineligible", "Only CT and MR series are segmented, each by a model of its kind."],
  LOCALIZER: ["ineligible", "A localizer is no volume; send the axial series."],
  DERIVED_NOT_VOLUME: [
    "ineligible",
    "Projections, reports and screen saves are not segmented; send the original series.",
  ],
  WRONG_CONTRAST: [
    "ineligible",
    "The models know anatomical T1 and T2 images alone; send one of these series.",
  ],
  CONTRAST_UNKNOWN: [
    "ineligible",
    "Neither T1 nor T2 could be told from the header; name the model to force it.",
  ],
  SEQUENCE_MISMATCH: [
    "ineligible",
    "Send an image of the class that is asked for; who has looked at the values can force it: panseg segment --allow-mismatch.",
  ],
  BODY_PART: ["ineligible", "Send a series of the abdomen, or correct BodyPartExamined where it is wrong."],
  COLOUR_IMAGE: ["ineligible", "Send the series in shades of grey, as the scanner made it."],
  MOSAIC: [
    "ineligible",
    "A mosaic holds many slices in one image, of diffusion or function; send a T1 or T2 series.",
  ],
  MULTI_FRAME: [
    "ineligible",
    "The multi-frame object cannot be taken apart into slices; send the classic series.",
  ],
  TOO_FEW_SLICES: ["ineligible", "Send the whole series, or lower the limit in the settings."],
  NO_GEOMETRY: [
    "ineligible",
    "Position, orientation or spacing are missing or malformed; export the object again with them.",
  ],
  AMBIGUOUS_POSITIONS: [
    "ineligible",
    "Several images lie at one position; send the phases as series of their own.",
  ],
  ONE_POSITION: [
    "ineligible",
    "Images of one position, as bolus tracking and monitoring make them, are no volume; send the diagnostic series.",
  ],
  MIXED_ACQUISITIONS: [
    "ineligible",
    "Images of several acquisitions or time points alternate along the stack; send each as a series of its own.",
  ],
  SEVERAL_VOLUMES: ["ineligible", "The series holds several volumes; name the one to segment."],
  PART_NOT_FOUND: ["usage", "Name one of the volumes that the series holds."],
  GEOMETRY_IMPLAUSIBLE: [
    "ineligible",
    "No scanner places images of a patient so; re-export from the scanner, or correct the header.",
  ],
  MISSING_SLICES: ["ineligible", "Slices are missing; send the series again completely."],
  NON_UNIFORM_SPACING: ["ineligible", "The slice distance varies; send a uniform reconstruction."],
  GANTRY_TILT: ["ineligible", "The stack is sheared; send a reconstruction without gantry tilt."],
  INCOMPLETE_RETRIEVAL: [
    "transient",
    "The archive delivered fewer instances than it announces; it is tried again.",
  ],
  CT_NO_RESCALE: [
    "ineligible",
    "Without rescale slope and intercept there are no Hounsfield units; send the series with both.",
  ],
  MODALITY_LUT: ["ineligible", "A modality look-up table is not supported; send the original series."],
  UNSUPPORTED_PIXEL_FORMAT: [
    "ineligible",
    "Send the original series: whole numbers of 8 or 16 bits, in shades of grey, with a slope other than 0.",
  ],
  UNSUPPORTED_TRANSFER_SYNTAX: ["ineligible", "Let the archive deliver uncompressed or JPEG 2000 pixels."],
  PIXEL_DATA_TRUNCATED: [
    "ineligible",
    "The pixel data are shorter than the header says; send the instance again.",
  ],
  PIXEL_DECODE_FAILED: ["ineligible", "The compressed pixels could not be decoded; send the instance again."],
  NOT_DICOM: [
    "ineligible",
    "Export the object again: what is here is no whole object of the kind that is needed.",
  ],
  NO_IMAGES: ["ineligible", "Send a CT or MR series of the abdomen."],
  SEVERAL_SERIES: ["usage", "Give one series, or name it with --series."],
  TOO_LARGE: ["ineligible", "Send less at once, or raise the limit where the settings have one."],
  SERIES_CHANGED: [
    "ineligible",
    "Series, model or settings changed since the job was ordered; the series is examined anew.",
  ],
  SERIES_GONE: ["ineligible", "The series was deleted from the archive."],
  NO_MODEL: ["ineligible", "No model for this contrast is installed: panseg model import."],
  PHANTOM_MODEL: [
    "ineligible",
    "Import a model that was trained on patients, or set models.allowPhantomModel to try the demo model all the same.",
  ],
  NIFTI_INVALID: ["usage", "The file is no readable NIfTI-1 image."],
  SITE_RULE: [
    "ineligible",
    "This site excludes the series; see series.rulesFile and series.allowedRemoteAets.",
  ],
  AMBIGUOUS_SERIES: [
    "ineligible",
    "Set series.choose to all to have every one of them, or write a rule that tells them apart.",
  ],
  NOT_BEST: [
    "ineligible",
    "Another volume of the same class was chosen; set series.choose to all to have both.",
  ],
  // Masks that are compared
  GRIDS_DIFFER: [
    "usage",
    "Compare masks of one image grid, or let the prediction be resampled onto the reference's (--resample).",
  ],
  NOT_PAIRED: ["usage", "Give both masks of a case one name, or let them be of one series."],
  NOT_A_MASK: ["usage", "Give masks as NIfTI files or DICOM SEG."],
  SEGMENT_NOT_FOUND: ["usage", "Name the segment by its number, where none is called pancreas."],
  // Models and the importer
  CHECKPOINT_NOT_ZIP: [
    "model",
    "Give the file that torch.save wrote (PyTorch 1.6 or newer), as it came from its authors.",
  ],
  CHECKPOINT_TRUNCATED: ["model", "The checkpoint file is incomplete; copy or download it again."],
  CHECKPOINT_NOT_FOUND: ["model", "Give the nnU-Net model folder, a zip of it or a *.model file."],
  FOREIGN_MODEL: [
    "model",
    "Read are PanSegNet models of nnU-Net v1: the folder with fold_0, a zip of it, or a *.model file with its .pkl.",
  ],
  MODEL_ARCHIVE_UNSAFE: [
    "model",
    "The zip names files outside itself, or claims sizes that no model has; do not trust it.",
  ],
  MODEL_NO_SPACE: ["model", "Free space on that disk, or name another one as models.folder in the settings."],
  PICKLE_UNSAFE: ["model", "The file asks for code that a model never needs; do not trust it."],
  PICKLE_MALFORMED: ["model", "The pickle is damaged or of an unknown kind."],
  PLAN_NOT_FOUND: ["model", "Neither plans.pkl nor the checkpoint's .pkl holds a plan."],
  PLAN_INVALID: ["model", "The plan lacks or contradicts something that the network needs."],
  TRAINER_UNSUPPORTED: ["model", "Only checkpoints of nnTransUNetTrainerV2 can be imported."],
  WEIGHTS_MISSING: ["model", "The checkpoint lacks weights that the network needs."],
  WEIGHTS_SHAPE: ["model", "A weight's shape does not fit the plan."],
  MODEL_EXISTS: ["model", "A model of this name is already there; remove its folder first."],
  MODEL_NOT_FOUND: ["model", "List the models with: panseg model list."],
  MODEL_CORRUPT: ["model", "The model's files do not match its manifest; import it again."],
  // Inference
  PROVIDER_UNAVAILABLE: ["permanent", "The execution provider asked for cannot be loaded; use auto or cpu."],
  INFERENCE_FAILED: ["permanent", "The network did not run; see the log."],
  OUTPUT_INVALID: [
    "permanent",
    "The network's output is not finite or of the wrong shape; verify the model.",
  ],
  // Archive
  PACS_UNREACHABLE: ["transient", "The archive does not answer; it is tried again."],
  PACS_TIMEOUT: ["transient", "The archive answers too slowly; it is tried again."],
  PACS_UNTRUSTED: [
    "archive",
    "No trusted connection: see caFile, certFile and keyFile in the settings of this archive, and the clocks.",
  ],
  PACS_UNAUTHORIZED: ["archive", "The archive refuses the credentials; correct them in the settings."],
  PACS_BUSY: ["transient", "The archive asks to come back later; it is tried again."],
  PACS_ERROR: ["transient", "The archive answered with an error; it is tried again."],
  PACS_BAD_ANSWER: ["transient", "The archive's answer could not be read; it is tried again."],
  PACS_TOO_LARGE: ["ineligible", "Ask for less at once, or raise the limit where the settings have one."],
  STORE_REJECTED: ["permanent", "The archive refuses the result object; see its reason."],
  STORED_DIFFERS: ["permanent", "The archive holds other bytes under our UID; nothing was overwritten."],
  // Results
  EMPTY_MASK: [
    "ineligible",
    "Look at the picture: whether the pancreas lies within the images, and whether the model fits them.",
  ],
  UID_INVALID: ["ineligible", "Have the UID corrected where the object comes from."],
  // Jobs and service
  LEASE_LOST: ["transient", "Another worker took the job over."],
  STOPPING: ["transient", "The job goes on after the next start."],
  INTERRUPTED: ["permanent", "Give the same command again; what it had finished stays."],
  PORT_IN_USE: ["usage", "Choose another http.port, or stop the program that listens there."],
  WORKER_DIED: ["permanent", "The worker died three times on this job; see the log and retry by hand."],
  DATA_DIR_LOCKED: ["usage", "Another service owns this data folder; stop it or use another folder."],
  DATA_FOLDER_LOST: [
    "transient",
    "Bring the data folder back, or make it anew: the service then goes on by itself and rebuilds its jobs from the archive.",
  ],
  MODELS_LOST: ["transient", "Bring the models folder back; the service then goes on by itself."],
  DISK_LOW: ["transient", "Free space on the disk of the data folder."],
  WORKER_CANNOT_START: [
    "permanent",
    "The log says why the process that runs jobs ends; it is started again at least every 30 s.",
  ],
  FOLDER_UNWRITABLE: [
    "usage",
    "Name another folder, or let this user write there (dataFolder for the service, TMPDIR for unpacked files).",
  ],
  SETTINGS_INVALID: ["usage", "Correct the settings: panseg config check."],
  USAGE: ["usage", "See panseg --help."],
  RETRACTED: ["ineligible", "A person withdrew the result; the series is segmented again when it changes."],
  NOT_RETRACTABLE: ["usage", "Only a segmentation that has ended with stored results can be withdrawn."],
  STORAGE: ["permanent", "Make room, or let this user write there; then give the same command again."],
  NO_LEDGER: [
    "usage",
    "Name the settings of your service (--config, PANSEG_CONFIG): its dataFolder holds the ledger, and panseg serve makes it.",
  ],
  NOT_RETRYABLE: [
    "usage",
    "Only a job that ended as skipped or dead, and was not withdrawn, is queued again.",
  ],
  JOB_NOT_FOUND: ["usage", "List the jobs with: panseg jobs list."],
  INTERNAL: ["permanent", "This is a defect of the program; please report it with the log."],
} as const satisfies Record<string, readonly [FailureClass, string]>;

export type FailureCode = keyof typeof failureTable;

/** Numbers, UIDs and names that show what was measured; never patient text. */
export type FailureDetails = Readonly<Record<string, unknown>>;

export type Failure = {
  readonly code: FailureCode;
  /** One sentence with the numbers in it. */
  readonly sentence: string;
  /** What the reader can do about it. */
  readonly remedy: string;
  readonly details: FailureDetails;
};

/** Carries a failure through `throw`; the original error, if any, is the `cause`. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(`${failure.code}: ${failure.sentence}`, options);
    this.name = "FailureError";
    this.failure = failure;
  }
}

/** The remedy is that of the code unless the cause knows a better one. */
export const makeFailure = (
  code: FailureCode,
  sentence: string,
  details: FailureDetails = {},
  remedy: string = failureTable[code][1],
): Failure => ({ code, sentence, remedy, details });

/** Build an error to throw: `throw failed("LOCALIZER", "3 slices in 3 orientations.", { … })`. */
export const failed = (
  code: FailureCode,
  sentence: string,
  details: FailureDetails = {},
  cause?: unknown,
): FailureError =>
  new FailureError(makeFailure(code, sentence, details), cause === undefined ? undefined : { cause });

export const failureClass = (code: FailureCode): FailureClass => failureTable[code][0];

/** The failure inside any thrown value; what is not one of ours becomes INTERNAL without its text, which could hold patient data. */
export const toFailure = (error: unknown): Failure =>
  error instanceof FailureError
    ? error.failure
    : makeFailure("INTERNAL", "An unexpected error stopped this step.", {
        errorName: error instanceof Error ? error.name : typeof error,
      });

/** Exit codes of the command line: 1 failed, 2 usage, 3 not eligible, 4 archive, 5 model; 130 stopped by a signal. */
const exitCodes: Record<FailureClass, number> = {
  ineligible: 3,
  transient: 4,
  permanent: 1,
  usage: 2,
  model: 5,
  archive: 4,
};

export const exitCode = (code: FailureCode): number =>
  code === "STOPPING" || code === "INTERRUPTED" ? 130 : exitCodes[failureClass(code)];
