import { createHash } from "node:crypto";
import { openPart10, type Part10 } from "../../dicom/file/part10.ts";
import { failed } from "../../domain/failure.ts";
import { isUid } from "../../domain/uid.ts";
import { type DicomJson, jsonText, readDicomJson } from "./dicomJson.ts";

/** What the archive knows of an instance without opening its file. */
export type Instance = {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  /** What searches match and answer. */
  readonly attributes: DicomJson;
  /** Identifiers of Orthanc's own API. */
  readonly ids: {
    readonly patient: string;
    readonly study: string;
    readonly series: string;
    readonly self: string;
  };
};

/** Tags that searches at each level answer; higher levels' come along. */
export const levelTags = {
  study:
    "00080020 00080030 00080050 00080090 00081030 00100010 00100020 00100030 00100040 0020000D 00200010".split(
      " ",
    ),
  series: "00080021 00080060 0008103E 00180015 0020000E 00200011".split(" "),
  instance: "00080016 00080018 00200013 00280008 00280010 00280011 00280100".split(" "),
};

const keptTags = Object.values(levelTags).flat();

/**
 * The index entry of a Part 10 file. Throws NOT_DICOM when it is none or breaks off, UID_INVALID when it lacks a UID
 * or one could not stand in an address, UNSUPPORTED_TRANSFER_SYNTAX (deflated).
 */
export const readInstance = (bytes: Uint8Array): Instance => {
  const part10 = openWhole(bytes);
  const dataset = readDicomJson(part10);
  const [studyUid, seriesUid] = [readUid(dataset, "0020000D"), readUid(dataset, "0020000E")];
  const sopInstanceUid = readUid(dataset, "00080018");
  const patientId = jsonText(dataset, "00100020");
  return {
    studyUid,
    seriesUid,
    sopInstanceUid,
    sopClassUid: readUid(dataset, "00080016"),
    attributes: pick(dataset, keptTags),
    ids: {
      patient: orthancId(patientId),
      study: orthancId(patientId, studyUid),
      series: orthancId(patientId, studyUid, seriesUid),
      self: orthancId(patientId, studyUid, seriesUid, sopInstanceUid),
    },
  };
};

/** The elements of these tags, as far as the data set has them. */
export const pick = (dataset: DicomJson, tags: readonly string[]): DicomJson =>
  Object.fromEntries(
    tags.flatMap((tag) => {
      const element = dataset[tag];
      return element === undefined ? [] : [[tag, element]];
    }),
  );

const openWhole = (bytes: Uint8Array): Part10 => {
  const part10 = openPart10(bytes);
  const { pixelData } = part10;
  // Without the letters DICM it may be a data set, but no file that others could read.
  const hasPrefix = Buffer.from(bytes.subarray(128, 132)).toString("latin1") === "DICM";
  if (!hasPrefix || (pixelData !== null && pixelData.valueStart + (pixelData.length ?? 0) > bytes.byteLength))
    throw failed("NOT_DICOM", "The part is no whole DICOM file.", { bytes: bytes.byteLength });
  return part10;
};

const readUid = (dataset: DicomJson, tag: string): string => {
  const uid = jsonText(dataset, tag);
  if (isUid(uid)) return uid;
  throw failed("UID_INVALID", `The attribute ${tag} is no UID.`, { tag });
};

/** SHA-1 of what identifies a resource, in five groups: the same identifiers that Orthanc would give. */
const orthancId = (...parts: readonly string[]): string => {
  const digest = createHash("sha1").update(parts.join("|")).digest("hex");
  return digest.match(/.{8}/g)?.join("-") ?? "";
};
