import { data } from "dcmjs";
import type { SoftwareIdentity, StoredObject } from "../../domain/result.ts";
import { deriveUid } from "../identity/resultKey.ts";
import { sha256 } from "../identity/sha256.ts";
import { type Dataset, encodeDataset } from "./dataset.ts";

const explicitVrLittleEndian = "1.2.840.10008.1.2.1";

/** Names this writer in the file meta information (PS3.10 section 7.1), whatever its version. */
const implementationClassUid = deriveUid("implementation", "panseg");

const versionName = ({ name, version }: SoftwareIdentity): string =>
  `${name}_${version}`
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, "_")
    .slice(0, 16);

export type ObjectIds = {
  readonly sopClassUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
};

/** The built object: its Part 10 bytes, and how it will be found again. */
export type BuiltObject = { readonly bytes: Uint8Array; readonly object: StoredObject };

/**
 * A whole DICOM file (PS3.10) in Explicit VR Little Endian. `copied` comes from the source as it is, `own` must
 * conform. Throws INTERNAL, UID_INVALID.
 */
export const writePart10 = (
  ids: ObjectIds,
  copied: Dataset,
  own: Dataset,
  software: SoftwareIdentity,
): BuiltObject => {
  const meta = encodeDataset(
    {
      MediaStorageSOPClassUID: ids.sopClassUid,
      MediaStorageSOPInstanceUID: ids.sopInstanceUid,
      TransferSyntaxUID: explicitVrLittleEndian,
      ImplementationClassUID: implementationClassUid,
      ImplementationVersionName: versionName(software),
    },
    "own",
  );
  const file = new data.DicomDict({
    "00020001": { vr: "OB", Value: [new Uint8Array([0, 1]).buffer] },
    ...meta,
  });
  file.dict = {
    ...encodeDataset(copied, "copied"),
    ...encodeDataset(
      {
        ...own,
        // dcmjs writes UTF-8, whatever the source was written in.
        SpecificCharacterSet: "ISO_IR 192",
        SOPClassUID: ids.sopClassUid,
        SOPInstanceUID: ids.sopInstanceUid,
        SeriesInstanceUID: ids.seriesUid,
      },
      "own",
    ),
  };
  // Copied values may be longer than their VR allows; cutting a PatientID would name another patient.
  const bytes = new Uint8Array(file.write({ allowInvalidVRLength: true }));
  return { bytes, object: { ...ids, sha256: sha256(bytes) } };
};
