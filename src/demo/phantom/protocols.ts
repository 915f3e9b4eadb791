import { phantomSuffix } from "../../dicom/select/phantomMark.ts";
import type { Dataset } from "../../dicom/write/dataset.ts";
import type { ModelClass } from "../../domain/plan.ts";
import { type Machine, machines } from "./machines.ts";
import type { Vendor } from "./scanner.ts";
import type { Phase } from "./tissues.ts";

/** What a vendor's scanner writes into every image of a protocol. */
type Protocol = { readonly machine: Machine; readonly name: string; readonly attributes: Dataset };

const manufacturers: Readonly<Record<Vendor, string>> = {
  Siemens: "SIEMENS",
  GE: "GE MEDICAL SYSTEMS",
  Philips: "Philips Medical Systems",
};

const ct: Readonly<Record<Vendor, Protocol>> = {
  Siemens: {
    machine: machines.somatom,
    name: "Abdomen",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"],
      KVP: "120",
      ConvolutionKernel: "B30f",
      FilterType: "FLAT",
      ExposureTime: "500",
      XRayTubeCurrent: "210",
      Exposure: "140",
      GantryDetectorTilt: "0",
      RotationDirection: "CW",
    },
  },
  GE: {
    machine: machines.revolution,
    name: "ABD PEL",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "AXIAL"],
      KVP: "120",
      ConvolutionKernel: "STANDARD",
      FilterType: "BODY FILTER",
      ScanOptions: "HELICAL MODE",
      ExposureTime: "600",
      XRayTubeCurrent: "280",
      GantryDetectorTilt: "0",
    },
  },
  Philips: {
    machine: machines.ict,
    name: "Abdomen routine",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "AXIAL", "HELIX"],
      KVP: "100",
      ConvolutionKernel: "B",
      FilterType: "B",
      ScanOptions: "HELIX",
      XRayTubeCurrent: "230",
      Exposure: "155",
      GantryDetectorTilt: "0",
    },
  },
};

const t1: Readonly<Record<Vendor, Protocol>> = {
  Siemens: {
    machine: machines.aera,
    name: "t1_vibe_fs_tra_bh",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"],
      ScanningSequence: "GR",
      SequenceVariant: ["SP", "OSP"],
      ScanOptions: ["PFP", "FS"],
      MRAcquisitionType: "3D",
      SequenceName: "*fl3d1",
      RepetitionTime: "4.24",
      EchoTime: "1.93",
      FlipAngle: "10",
      EchoTrainLength: "1",
      MagneticFieldStrength: "1.5",
      NumberOfAverages: "1",
      PixelBandwidth: "450",
    },
  },
  GE: {
    machine: machines.signa,
    name: "Ax LAVA FS BH",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "OTHER"],
      ScanningSequence: "GR",
      SequenceVariant: ["SS", "SP", "SK"],
      ScanOptions: ["FAST_GEMS", "EDR_GEMS", "FS"],
      MRAcquisitionType: "3D",
      RepetitionTime: "3.9",
      EchoTime: "1.8",
      FlipAngle: "12",
      EchoTrainLength: "1",
      MagneticFieldStrength: "1.5",
      NumberOfAverages: "0.7",
      PixelBandwidth: "488.281",
    },
  },
  Philips: {
    machine: machines.ingenia,
    name: "eTHRIVE BH",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"],
      ScanningSequence: "GR",
      SequenceVariant: "SK",
      ScanOptions: "FS",
      MRAcquisitionType: "3D",
      RepetitionTime: "3.72",
      EchoTime: "1.74",
      FlipAngle: "10",
      EchoTrainLength: "56",
      MagneticFieldStrength: "3",
      NumberOfAverages: "1",
      PixelBandwidth: "722",
    },
  },
};

const t2: Readonly<Record<Vendor, Protocol>> = {
  Siemens: {
    machine: machines.aera,
    name: "t2_haste_tra_mbh",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"],
      ScanningSequence: "SE",
      SequenceVariant: ["SK", "SP", "OSP"],
      ScanOptions: "PFP",
      MRAcquisitionType: "2D",
      SequenceName: "*h2d1_205",
      RepetitionTime: "1000",
      EchoTime: "92",
      FlipAngle: "160",
      EchoTrainLength: "205",
      MagneticFieldStrength: "1.5",
      NumberOfAverages: "1",
      PixelBandwidth: "710",
    },
  },
  GE: {
    machine: machines.signa,
    name: "Ax SSFSE BH",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "OTHER"],
      ScanningSequence: "SE",
      SequenceVariant: ["SS", "SK"],
      ScanOptions: ["FAST_GEMS", "SS_GEMS"],
      MRAcquisitionType: "2D",
      RepetitionTime: "868.4",
      EchoTime: "88.6",
      FlipAngle: "90",
      EchoTrainLength: "1",
      MagneticFieldStrength: "1.5",
      NumberOfAverages: "0.54",
      PixelBandwidth: "651.016",
    },
  },
  Philips: {
    machine: machines.ingenia,
    name: "T2W SSTSE ax",
    attributes: {
      ImageType: ["ORIGINAL", "PRIMARY", "M_SE", "M", "SE"],
      ScanningSequence: "SE",
      SequenceVariant: "SK",
      ScanOptions: null,
      MRAcquisitionType: "2D",
      RepetitionTime: "1180.5",
      EchoTime: "80",
      FlipAngle: "90",
      EchoTrainLength: "87",
      MagneticFieldStrength: "3",
      NumberOfAverages: "1",
      PixelBandwidth: "583",
    },
  },
};

const phaseWords: Readonly<Record<Phase, string>> = {
  native: "",
  "late arterial": " art",
  "portal venous": " ven",
  delayed: " delayed",
};

const contrastOf = (modelClass: ModelClass, phase: Phase): Dataset => {
  if (phase === "native") return {};
  return modelClass === "CT"
    ? { ContrastBolusAgent: "Iomeprol 350", ContrastBolusRoute: "IV", ContrastBolusVolume: "100" }
    : { ContrastBolusAgent: "Gadobutrol", ContrastBolusRoute: "IV", ContrastBolusVolume: "7.5" };
};

/** Equipment, protocol and contrast attributes of one series as this vendor writes them. */
export const protocolOf = (modelClass: ModelClass, vendor: Vendor, phase: Phase): Dataset => {
  const { machine, name, attributes } = { CT: ct, T1: t1, T2: t2 }[modelClass][vendor];
  return {
    Manufacturer: manufacturers[vendor],
    ManufacturerModelName: `${machine.model}${phantomSuffix}`,
    StationName: machine.station,
    DeviceSerialNumber: machine.serialNumber,
    SoftwareVersions: machine.software,
    ProtocolName: name,
    SeriesDescription: `${name}${phaseWords[phase]}`,
    BodyPartExamined: "ABDOMEN",
    ...attributes,
    ...contrastOf(modelClass, phase),
  };
};
