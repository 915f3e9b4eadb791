/** What is said of the words of whoever asks, at the command line or over HTTP. */
import { misused } from "./policy.ts";

export const ofRequests = {
  USAGE: misused("See panseg --help."),
  SETTINGS_INVALID: misused("Correct the settings: panseg config check."),
  SERIES_NOT_FOUND: misused("Name one of the series that are there."),
  PART_NOT_FOUND: misused("Name one of the volumes that the series holds."),
  NIFTI_INVALID: misused("Give one 3-D volume as NIfTI with its position in space (sform or qform)."),
  NRRD_INVALID: misused("Give one 3-D volume as NRRD with its position in the patient, or as NIfTI."),
  METAIMAGE_INVALID: misused("Give one 3-D volume as MetaImage with its position in space, or as NIfTI."),
  SEVERAL_SERIES: misused("Give one series, or name it with --series."),
  GRIDS_DIFFER: misused(
    "Compare masks of one image grid, or let the prediction be resampled onto the reference's (--resample).",
  ),
  NOT_PAIRED: misused("Give both masks of a case one name, or let them be of one series."),
  NOT_A_MASK: misused("Give masks as NIfTI, NRRD or MetaImage files, or DICOM SEG."),
  SEGMENT_NOT_FOUND: misused(
    "Name the segment by its number, or add what it is called to quality.namesFile.",
  ),
  NOT_RETRACTABLE: misused("Only a segmentation that has ended with stored results can be withdrawn."),
  NOT_RETRYABLE: misused("Only a job that ended as skipped or dead, and was not withdrawn, is queued again."),
  JOB_NOT_FOUND: { ...misused("List the jobs with: panseg jobs list."), httpStatus: 404 },
  ABORTED: misused("Whoever asked went away before the answer."),
  NO_LEDGER: misused(
    "Name the settings of your service (--config, PANSEG_CONFIG): its dataFolder holds the ledger, and panseg serve makes it.",
  ),
} as const;
