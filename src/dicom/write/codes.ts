import type { Dataset } from "./dataset.ts";

/** Code value, coding scheme designator, code meaning (PS3.3 section 8.8). */
export type Code = readonly [value: string, scheme: string, meaning: string];

export const codeItem = ([value, scheme, meaning]: Code): Dataset => ({
  CodeValue: value,
  CodingSchemeDesignator: scheme,
  CodeMeaning: meaning,
});

/** The codes of the objects (PS3.16); SR templates and context groups name them. */
export const codes = {
  anatomicalStructure: ["91723000", "SCT", "Anatomical Structure"],
  pancreas: ["15776009", "SCT", "Pancreas"],
  artificialIntelligence: ["123110", "DCM", "Artificial Intelligence"],
  segmentation: ["113076", "DCM", "Segmentation"],
  sourceImageForProcessing: ["121322", "DCM", "Source image for image processing operation"],
  acquisitionEquipment: ["109101", "DCM", "Acquisition Equipment"],

  diagnosticImagingReport: ["18748-4", "LN", "Diagnostic imaging report"],
  findings: ["121070", "DCM", "Findings"],
  imagingMeasurementReport: ["126000", "DCM", "Imaging Measurement Report"],
  language: ["121049", "DCM", "Language of Content Item and Descendants"],
  englishUnitedStates: ["en-US", "RFC5646", "English (United States)"],
  observerType: ["121005", "DCM", "Observer Type"],
  device: ["121007", "DCM", "Device"],
  deviceObserverUid: ["121012", "DCM", "Device Observer UID"],
  deviceObserverName: ["121013", "DCM", "Device Observer Name"],
  deviceObserverManufacturer: ["121014", "DCM", "Device Observer Manufacturer"],
  deviceObserverModelName: ["121015", "DCM", "Device Observer Model Name"],
  procedureReported: ["121058", "DCM", "Procedure reported"],
  ctProcedure: ["25045-6", "LN", "CT unspecified body region"],
  mrProcedure: ["25056-3", "LN", "MRI unspecified body region"],
  imageLibrary: ["111028", "DCM", "Image Library"],
  imageLibraryGroup: ["126200", "DCM", "Image Library Group"],
  modality: ["121139", "DCM", "Modality"],
  ct: ["CT", "DCM", "Computed Tomography"],
  mr: ["MR", "DCM", "Magnetic Resonance"],
  frameOfReferenceUid: ["112227", "DCM", "Frame of Reference UID"],
  imagingMeasurements: ["126010", "DCM", "Imaging Measurements"],
  measurementGroup: ["125007", "DCM", "Measurement Group"],
  trackingIdentifier: ["112039", "DCM", "Tracking Identifier"],
  trackingUniqueIdentifier: ["112040", "DCM", "Tracking Unique Identifier"],
  findingCategory: ["276214006", "SCT", "Finding category"],
  finding: ["121071", "DCM", "Finding"],
  referencedSegment: ["121191", "DCM", "Referenced Segment"],
  sourceSeriesForSegmentation: ["121232", "DCM", "Source series for segmentation"],
  findingSite: ["363698007", "SCT", "Finding Site"],
  algorithmName: ["111001", "DCM", "Algorithm Name"],
  algorithmParameters: ["111002", "DCM", "Algorithm Parameters"],
  algorithmVersion: ["111003", "DCM", "Algorithm Version"],
  comment: ["121106", "DCM", "Comment"],

  volume: ["118565006", "SCT", "Volume"],
  cubicCentimetre: ["cm3", "UCUM", "cubic centimeter"],
  measurementMethod: ["370129005", "SCT", "Measurement Method"],
  sumOfSegmentedVoxels: ["126030", "DCM", "Sum of segmented voxel method for volume"],
  attenuationCoefficient: ["112031", "DCM", "Attenuation Coefficient"],
  hounsfieldUnit: ["[hnsf'U]", "UCUM", "Hounsfield unit"],
  mrSignalIntensity: ["110852", "DCM", "MR signal intensity"],
  noUnits: ["1", "UCUM", "no units"],
  derivation: ["121401", "DCM", "Derivation"],
  mean: ["373098007", "SCT", "Mean"],
  standardDeviation: ["386136009", "SCT", "Standard Deviation"],
  median: ["373099004", "SCT", "Median"],
  minimum: ["255605001", "SCT", "Minimum"],
  maximum: ["56851009", "SCT", "Maximum"],
} as const satisfies Record<string, Code>;
