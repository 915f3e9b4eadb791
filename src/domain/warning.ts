/** Something worth knowing that did not stop the conversion or the result; recorded in result.json and the SR. */
export type Warning = {
  readonly code: WarningCode;
  readonly sentence: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

export type WarningCode =
  | "DUPLICATE_DROPPED"
  | "NON_IMAGE_DROPPED"
  | "FILES_UNREADABLE"
  | "PARTS_DROPPED"
  | "SPLIT_BY_INSTANCE"
  | "SLICES_INTERPOLATED"
  | "TILT_RESAMPLED"
  | "GAPS_RESAMPLED"
  | "ORIENTATION_NOISE"
  | "SPACING_JITTER"
  | "SPACING_TAG_DISAGREES"
  | "SHORT_COVERAGE"
  | "NON_AXIAL"
  | "LOSSY_SOURCE"
  | "MONOCHROME1"
  | "SIGN_MISMATCH"
  | "RESCALE_ASSUMED"
  | "TEXT_CONFLICT"
  | "CONTRAST_FORCED"
  | "MASK_AT_EDGE"
  | "VOLUME_UNUSUAL"
  | "UIDS_DERIVED"
  | "HISTORY_UNREAD"
  | "OUTPUT_REFUSED";
