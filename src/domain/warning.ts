/** Something worth knowing that did not stop the conversion or the result; recorded in result.json and the SR. */
export type Warning = {
  readonly code: WarningCode;
  readonly sentence: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

/**
 * Every warning in a few words, for places that have no room for its sentence: a picture names it, the reports say what
 * was measured. A new code does not compile until it has some.
 */
const warningWords = {
  DUPLICATE_DROPPED: "images that came twice were left out",
  NON_IMAGE_DROPPED: "objects that are no images were left out",
  FILES_UNREADABLE: "files that cannot be read were left out",
  PARTS_DROPPED: "another part of the series was left out",
  SPLIT_BY_INSTANCE: "volumes were told apart by image number alone",
  SLICES_INTERPOLATED: "missing slices were interpolated",
  TILT_RESAMPLED: "gantry tilt was straightened for the network",
  GAPS_RESAMPLED: "uneven slice distances were evened for the network",
  ORIENTATION_NOISE: "image directions are not exact",
  SPACING_JITTER: "slice positions are not quite even",
  SPACING_TAG_DISAGREES: "the header's slice distance is not that of the positions",
  SHORT_COVERAGE: "short stack, the pancreas may be cut off",
  NON_AXIAL: "not axial, the model was trained on axial stacks",
  LOSSY_SOURCE: "the images were compressed with loss",
  MONOCHROME1: "the images are stored inverted",
  SIGN_MISMATCH: "the header's sign of pixel values is wrong",
  RESCALE_ASSUMED: "Hounsfield units were assumed, not stated",
  TEXT_CONFLICT: "the series is named otherwise than it was measured",
  CONTRAST_FORCED: "a person named the model, whatever the header says",
  SEQUENCE_MISMATCH: "a person insisted, though the values contradict the class of image",
  PADDING_REPLACED: "padding was set to the value of air",
  PIXELS_LEFT_OVER: "pixel data were longer than their images",
  NAN_REPLACED: "values that are no numbers were set to 0",
  MASK_AT_EDGE: "the outline reaches the edge of the images, may be cut off",
  VOLUME_UNUSUAL: "volume unusual for a healthy adult",
  UIDS_DERIVED: "identifiers that were missing were derived",
  SOURCE_UID_ILLEGAL: "an identifier of the source is not legal",
  SOURCE_TEXT_ILLEGAL: "a text of the source's header is not legal",
  FRAME_OF_REFERENCE_DERIVED: "the frame of reference was missing and was derived",
  HISTORY_UNREAD: "earlier results could not be read",
  OUTPUT_REFUSED: "an archive does not take one kind of result",
} as const satisfies Record<string, string>;

export type WarningCode = keyof typeof warningWords;

/** The words of warnings, each once. */
export const sayWarnings = (warnings: readonly Warning[]): readonly string[] => [
  ...new Set(warnings.map(({ code }) => warningWords[code])),
];
