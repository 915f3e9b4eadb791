import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { data, log } from "dcmjs";
import type { InstanceRef } from "../../src/ports/pacs.ts";
import { sharedFolder } from "../support/shared.ts";

// dcmjs remarks on peculiarities of the fixtures, which are not the matter here.
log.getLogger("validation.dcmjs").setLevel("silent");
log.setLevel("silent");

export type TestInstance = InstanceRef & { readonly bytes: Uint8Array };

const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
const STORAGE: Readonly<Record<string, string>> = {
  CT: "1.2.840.10008.5.1.4.1.1.2",
  MR: "1.2.840.10008.5.1.4.1.1.4",
  SEG: "1.2.840.10008.5.1.4.1.1.66.4",
};

/** A UID for a name, the same in every run. */
export const uidOf = (name: string): string =>
  `2.25.${BigInt(`0x${createHash("sha256").update(name).digest("hex").slice(0, 30)}`)}`;

/** Small valid slices of one series; `names` tell them apart. */
export const makeSlices = (
  series: { study: string; series: string; modality?: string; studyDate?: string },
  names: readonly string[],
): readonly TestInstance[] => names.map((name, index) => makeSlice(series, name, index));

const makeSlice = (
  {
    study,
    series,
    modality = "CT",
    studyDate = "20240229",
  }: { study: string; series: string; modality?: string; studyDate?: string },
  name: string,
  index: number,
): TestInstance => {
  const sopInstanceUid = uidOf(`${study}/${series}/${name}`);
  const dataset = {
    SOPClassUID: STORAGE[modality],
    SOPInstanceUID: sopInstanceUid,
    StudyInstanceUID: uidOf(study),
    SeriesInstanceUID: uidOf(`${study}/${series}`),
    SpecificCharacterSet: "ISO_IR 192",
    StudyDate: studyDate,
    StudyTime: "101500",
    AccessionNumber: null,
    Modality: modality,
    PatientName: "Müller^Jörg",
    PatientID: `patient of ${study}`,
    StudyID: "1",
    SeriesNumber: 1,
    InstanceNumber: index + 1,
    ImagePositionPatient: [0, 0, index * 2],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    PixelSpacing: [1, 1],
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    Rows: 2,
    Columns: 2,
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 0,
    PixelData: [new Uint16Array([index, 1, 2, 3]).buffer],
    _vrMap: { PixelData: "OW" },
  };
  const dict = new data.DicomDict({
    "00020001": { vr: "OB", Value: [new Uint8Array([0, 1]).buffer] },
    "00020002": { vr: "UI", Value: [dataset.SOPClassUID] },
    "00020003": { vr: "UI", Value: [sopInstanceUid] },
    "00020010": { vr: "UI", Value: [EXPLICIT_LITTLE_ENDIAN] },
    "00020012": { vr: "UI", Value: [uidOf("implementation")] },
  });
  dict.dict = data.DicomMetaDictionary.denaturalizeDataset(dataset);
  return {
    studyUid: dataset.StudyInstanceUID,
    seriesUid: dataset.SeriesInstanceUID,
    sopInstanceUid,
    bytes: new Uint8Array(dict.write()),
  };
};

/** The files of one fixture folder with their UIDs and ids; empty ones are filled in, since an archive needs them. */
export const readFixture = (folder: string): readonly TestInstance[] =>
  readdirSync(sharedFolder("fixtures", "dicom", folder))
    .sort()
    .map((name) => {
      const file = readFileSync(join(sharedFolder("fixtures", "dicom", folder), name));
      const dict = data.DicomMessage.readFile(new Uint8Array(file).buffer);
      const read = (tag: string): string | null => {
        const value = (dict.dict[tag] ?? dict.meta[tag])?.Value?.[0];
        return typeof value === "string" && value !== "" ? value : null;
      };
      const uids = {
        "00080016": read("00080016") ?? read("00020002"),
        "00080018": read("00080018") ?? read("00020003"),
        "0020000D": read("0020000D") ?? uidOf(`study of ${folder}`),
        "0020000E": read("0020000E") ?? uidOf(`series of ${folder}`),
      };
      const isWhole = Object.keys(uids).every((tag) => read(tag) !== null);
      for (const [tag, uid] of Object.entries(uids)) dict.upsertTag(tag, "UI", [uid]);
      if (!isWhole) {
        dict.upsertTag("00100010", "PN", ["Canary^Patient"]);
        dict.upsertTag("00100020", "LO", ["Canary-Id"]);
        dict.upsertTag("00200010", "SH", ["1"]);
      }
      return {
        studyUid: String(uids["0020000D"]),
        seriesUid: String(uids["0020000E"]),
        sopInstanceUid: String(uids["00080018"]),
        bytes: isWhole ? file : new Uint8Array(dict.write({ fragmentMultiframe: false })),
      };
    });
