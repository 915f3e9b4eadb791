/** What is said of a series, its images, or an object: nothing is wrong with us, or its source may still mend it. */
import { ambiguous, refused } from "./policy.ts";

export const ofSeries = {
  MODALITY: refused("Only CT and MR series are segmented, each by a model of its kind."),
  LOCALIZER: refused("A localizer is no volume; send the axial series."),
  DERIVED_NOT_VOLUME: refused(
    "Projections, reports and screen saves are not segmented; send the original series.",
  ),
  WRONG_CONTRAST: refused("The models know anatomical T1 and T2 images alone; send one of these series."),
  CONTRAST_UNKNOWN: refused("Neither T1 nor T2 could be told from the header; name the model to force it."),
  SEQUENCE_MISMATCH: refused(
    "Send an image of the class that is asked for; who has looked at the values can force it: panseg segment --allow-mismatch.",
  ),
  BODY_PART: refused("Send a series of the abdomen, or correct BodyPartExamined where it is wrong."),
  COLOUR_IMAGE: refused("Send the series in shades of grey, as the scanner made it."),
  MOSAIC: refused(
    "A mosaic holds many slices in one image, of diffusion or function; send a T1 or T2 series.",
  ),
  MULTI_FRAME: refused("The multi-frame object cannot be taken apart into slices; send the classic series."),
  TOO_FEW_SLICES: refused("Send the whole series, or lower the limit in the settings."),
  NO_GEOMETRY: refused(
    "Position, orientation or spacing are missing or malformed; export the object again with them.",
  ),
  AMBIGUOUS_POSITIONS: refused("Several images lie at one position; send the phases as series of their own."),
  ONE_POSITION: refused(
    "Images of one position, as bolus tracking and monitoring make them, are no volume; send the diagnostic series.",
  ),
  MIXED_ACQUISITIONS: refused(
    "Images of several acquisitions or time points alternate along the stack; send each as a series of its own.",
  ),
  SEVERAL_VOLUMES: refused("The series holds several volumes; name the one to segment."),
  GEOMETRY_IMPLAUSIBLE: refused(
    "No scanner places images of a patient so; re-export from the scanner, or correct the header.",
  ),
  MISSING_SLICES: refused("Slices are missing; send the series again completely."),
  NON_UNIFORM_SPACING: refused("The slice distance varies; send a uniform reconstruction."),
  GANTRY_TILT: refused("The stack is sheared; send a reconstruction without gantry tilt."),
  INCOMPLETE_RETRIEVAL: {
    ...ambiguous("series", "The archive delivered fewer instances than it announces; it is tried again."),
    httpStatus: 502,
  },
  CT_NO_RESCALE: refused(
    "Without rescale slope and intercept there are no Hounsfield units; send the series with both.",
  ),
  MODALITY_LUT: refused("A modality look-up table is not supported; send the original series."),
  UNSUPPORTED_PIXEL_FORMAT: refused(
    "Send the original series: whole numbers of 8 or 16 bits, in shades of grey, with a slope other than 0.",
  ),
  UNSUPPORTED_TRANSFER_SYNTAX: refused("Let the archive deliver uncompressed or JPEG 2000 pixels."),
  PIXEL_DATA_TRUNCATED: refused("The pixel data are shorter than the header says; send the instance again."),
  PIXEL_DECODE_FAILED: refused("The compressed pixels could not be decoded; send the instance again."),
  NOT_DICOM: refused("Export the object again: what is here is no whole object of the kind that is needed."),
  NO_IMAGES: refused("Send a CT or MR series of the abdomen."),
  TOO_LARGE: refused("Send less at once, or raise the limit where the settings have one."),
  SERIES_CHANGED: refused(
    "Series, model or settings changed since the job was ordered; the series is examined anew.",
  ),
  SERIES_GONE: refused("The series was deleted from the archive."),
  NO_MODEL: { ...refused("No model for this contrast is installed: panseg model import."), about: "model" },
  PHANTOM_MODEL: {
    ...refused(
      "Import a model that was trained on patients, or set models.allowPhantomModel to try the demo model all the same.",
    ),
    about: "model",
  },
  SITE_RULE: refused("This site excludes the series; see series.rulesFile and series.allowedRemoteAets."),
  AMBIGUOUS_SERIES: refused(
    "Set series.choose to all to have every one of them, or write a rule that tells them apart.",
  ),
  NOT_BEST: refused("Another volume of the same class was chosen; set series.choose to all to have both."),
  EMPTY_MASK: refused(
    "Look at the picture: whether the pancreas lies within the images, and whether the model fits them.",
  ),
  NO_REPORT: {
    ...refused(
      "Ask again when a report was stored; panseg report --all shows those that were taken back too.",
    ),
    httpStatus: 404,
  },
  UID_INVALID: { ...refused("Have the UID corrected where the object comes from."), httpStatus: 400 },
  RETRACTED: refused("A person withdrew the result; the series is segmented again when it changes."),
} as const;
