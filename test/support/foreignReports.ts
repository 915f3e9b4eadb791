import {
  code,
  container,
  evidence,
  num,
  personName,
  reference,
  sopClass,
  text,
  uidRef,
  writeDocument,
} from "./srDocument.ts";

/**
 * Reports with the content trees that highdicom 0.28.2 (MeasurementReport, VolumetricROIMeasurements…) and dcmqi 1.5.7
 * (tid1500writer) write, as dsrdump shows them; image descriptors are shortened.
 */

export const names = {
  volume: "118565006|SCT|Volume",
  oldVolume: "G-D705|SRT|Volume",
  attenuation: "112031|DCM|Attenuation Coefficient",
  group: "125007|DCM|Measurement Group",
  measurements: "126010|DCM|Imaging Measurements",
  title: "126000|DCM|Imaging Measurement Report",
  pancreas: "15776009|SCT|Pancreas",
  mm3: "mm3|UCUM|cubic millimeter",
  cm3: "cm3|UCUM|cubic centimeter",
  hu: "[hnsf'U]|UCUM|Hounsfield unit",
  derivation: "121401|DCM|Derivation",
} as const;

export type Place = {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly header?: Readonly<Record<string, unknown>>;
};

export const somewhere: Place = { studyUid: "1.2.3", seriesUid: "1.2.3.4", sopInstanceUid: "1.2.3.4.5" };

const mean = code("HAS CONCEPT MOD", names.derivation, "373098007|SCT|Mean");
const maximum = code("HAS CONCEPT MOD", names.derivation, "56851009|SCT|Maximum");
const ctImage = (uid: string) =>
  reference("260753009|SCT|Source", sopClass.ct, uid, {
    children: [
      code("HAS ACQ CONTEXT", "121139|DCM|Modality", "CT|DCM|Computed Tomography"),
      num("110910|DCM|Pixel Data Rows", "256.0", "{pixels}|UCUM|Pixels", [], {
        double: 256,
        relationship: "HAS ACQ CONTEXT",
      }),
    ],
  });

/** Comprehensive 3D SR: a volumetric group that names its source images, and a planar one with coordinates. */
export const highdicomReport = (place: Place = somewhere): Uint8Array =>
  writeDocument({
    ...place,
    sopClassUid: sopClass.comprehensive3d,
    title: names.title,
    header: {
      Manufacturer: "HD",
      PreliminaryFlag: "FINAL",
      CurrentRequestedProcedureEvidenceSequence: evidence(place.studyUid, {
        "1.9.1": [
          [sopClass.ct, "1.9.1.1"],
          [sopClass.ct, "1.9.1.2"],
        ],
        "1.9.2": [[sopClass.seg, "1.9.2.1"]],
      }),
      ...place.header,
    },
    children: [
      code("HAS CONCEPT MOD", "121049|DCM|Language of Content Item and Descendants", "en-US|RFC5646|English"),
      code("HAS OBS CONTEXT", "121005|DCM|Observer Type", "121006|DCM|Person"),
      personName("HAS OBS CONTEXT", "121008|DCM|Person Observer Name", "Canary^Reader"),
      code("HAS OBS CONTEXT", "121005|DCM|Observer Type", "121007|DCM|Device"),
      uidRef("HAS OBS CONTEXT", "121012|DCM|Device Observer UID", "1.9.9"),
      text("HAS OBS CONTEXT", "121013|DCM|Device Observer Name", "dev"),
      text("HAS OBS CONTEXT", "121014|DCM|Device Observer Manufacturer", "Mfr"),
      text("HAS OBS CONTEXT", "121015|DCM|Device Observer Model Name", "Model"),
      code("HAS CONCEPT MOD", "121058|DCM|Procedure reported", "25045-6|LN|CT"),
      container("111028|DCM|Image Library", [
        container("126200|DCM|Image Library Group", [ctImage("1.9.1.1"), ctImage("1.9.1.2")]),
      ]),
      container(names.measurements, [
        container(
          names.group,
          [
            text("HAS OBS CONTEXT", "112039|DCM|Tracking Identifier", "Organ 1"),
            uidRef("HAS OBS CONTEXT", "112040|DCM|Tracking Unique Identifier", "1.9.8"),
            code("CONTAINS", "276214006|SCT|Finding category", "91723000|SCT|Anatomical Structure"),
            code("CONTAINS", "121071|DCM|Finding", names.pancreas),
            code("HAS CONCEPT MOD", "363698007|SCT|Finding Site", names.pancreas, [
              code("HAS CONCEPT MOD", "272741003|SCT|Laterality", "7771000|SCT|Left"),
              code(
                "HAS CONCEPT MOD",
                "106233006|SCT|Topographical modifier",
                "64163001|SCT|Head of pancreas",
              ),
            ]),
            text("HAS CONCEPT MOD", "111001|DCM|Algorithm Name", "group alg"),
            text("HAS CONCEPT MOD", "111003|DCM|Algorithm Version", "3"),
            num(
              names.volume,
              "12.3456789012346",
              names.mm3,
              [
                code(
                  "HAS CONCEPT MOD",
                  "370129005|SCT|Measurement Method",
                  "126030|DCM|Sum of segmented voxels",
                ),
                text("HAS CONCEPT MOD", "111001|DCM|Algorithm Name", "alg"),
                text("HAS CONCEPT MOD", "111003|DCM|Algorithm Version", "2.0"),
                text("HAS CONCEPT MOD", "111002|DCM|Algorithm Parameters", "a=1"),
                text("HAS CONCEPT MOD", "111002|DCM|Algorithm Parameters", "b=2"),
              ],
              { double: 12.345678901234567 },
            ),
            num(names.attenuation, "33.5", names.hu, [mean], { double: 33.5 }),
            num(names.attenuation, "0.0", names.hu, [maximum], { qualifier: "114000|DCM|Not a number" }),
            code("CONTAINS", "1|99X|Q", "2|99X|V"),
            reference("121191|DCM|Referenced Segment", sopClass.seg, "1.9.2.1", { segment: 1 }),
            reference("121233|DCM|Source Image for Segmentation", sopClass.ct, "1.9.1.1"),
            reference("121233|DCM|Source Image for Segmentation", sopClass.ct, "1.9.1.2"),
          ],
          "1411",
        ),
        container(
          names.group,
          [
            text("HAS OBS CONTEXT", "112039|DCM|Tracking Identifier", "Line"),
            uidRef("HAS OBS CONTEXT", "112040|DCM|Tracking Unique Identifier", "1.9.7"),
            num("42798000|SCT|Area", "5.0", "mm2|UCUM|square millimeter"),
          ],
          "1410",
        ),
      ]),
    ],
  });

/** Enhanced SR by a person: SRT codes, a method of the whole group, the volume in two units. */
export const dcmqiReport = (place: Place = somewhere): Uint8Array =>
  writeDocument({
    ...place,
    sopClassUid: sopClass.enhanced,
    title: names.title,
    header: {
      ManufacturerModelName: "https://github.com/QIICR/dcmqi",
      SoftwareVersions: "506306a",
      VerificationFlag: "VERIFIED",
      ...place.header,
    },
    children: [
      code("HAS CONCEPT MOD", "121049|DCM|Language of Content Item and Descendants", "eng|RFC5646|English"),
      code("HAS OBS CONTEXT", "121005|DCM|Observer Type", "121006|DCM|Person"),
      personName("HAS OBS CONTEXT", "121008|DCM|Person Observer Name", "Canary^Reader"),
      code("HAS CONCEPT MOD", "121058|DCM|Procedure reported", "363679005|SCT|Imaging procedure"),
      container("111028|DCM|Image Library", [
        container("126200|DCM|Image Library Group", [
          code("HAS ACQ CONTEXT", "121139|DCM|Modality", "CT|DCM|Computed Tomography"),
          code("HAS ACQ CONTEXT", "123014|DCM|Target Region", "818981001|SCT|Abdomen"),
          reference(null, sopClass.ct, "1.9.1.1"),
        ]),
      ]),
      container(names.measurements, [
        container(
          names.group,
          [
            text("HAS OBS CONTEXT", "C67447|NCIt|Activity Session", "1"),
            text("HAS OBS CONTEXT", "112039|DCM|Tracking Identifier", "Measurements group 1"),
            uidRef("HAS OBS CONTEXT", "112040|DCM|Tracking Unique Identifier", "1.9.6"),
            code("CONTAINS", "121071|DCM|Finding", "T-D0060|SRT|Organ"),
            text("HAS OBS CONTEXT", "C2348792|UMLS|Time Point", "1"),
            reference("121191|DCM|Referenced Segment", sopClass.seg, "1.9.2.1", { segment: 1 }),
            uidRef("CONTAINS", "121232|DCM|Source series for segmentation", "1.9.1"),
            code("HAS CONCEPT MOD", "370129005|SCT|Measurement Method", "126030|DCM|Sum of segmented voxels"),
            code("HAS CONCEPT MOD", "363698007|SCT|Finding Site", "T-65000|SRT|Pancreas"),
            num(names.attenuation, "37.3289", names.hu, [
              code("HAS CONCEPT MOD", names.derivation, "R-00317|SRT|Mean"),
              text("HAS CONCEPT MOD", "111001|DCM|Algorithm Name", "pyradiomics"),
            ]),
            num(names.oldVolume, "70361.9", names.mm3),
            num(names.oldVolume, "70.3619", names.cm3),
          ],
          "1411",
        ),
      ]),
    ],
  });

/** A report of one group with these measurements. */
export const reportOf = (
  measurements: readonly ReturnType<typeof num>[],
  place: Place = somewhere,
): Uint8Array =>
  writeDocument({
    ...place,
    sopClassUid: sopClass.comprehensive3d,
    title: names.title,
    children: [
      container(names.measurements, [
        container(names.group, [code("CONTAINS", "121071|DCM|Finding", names.pancreas), ...measurements]),
      ]),
    ],
    header: place.header ?? {},
  });

/** A Key Object Selection as highdicom writes it: reports as COMPOSITE, segmentations as IMAGE. */
export const keyObjects = (
  title: string,
  references: readonly (readonly [sopClassUid: string, sopInstanceUid: string])[],
  place: Place,
): Uint8Array =>
  writeDocument({
    ...place,
    sopClassUid: sopClass.keyObjects,
    modality: "KO",
    title,
    children: references.map(([sopClassUid, uid]) =>
      reference("260753009|SCT|Source", sopClassUid, uid, {
        type: sopClassUid === sopClass.seg ? "IMAGE" : "COMPOSITE",
      }),
    ),
    header: place.header ?? {},
  });
