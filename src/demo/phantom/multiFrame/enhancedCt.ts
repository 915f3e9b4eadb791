import type { Dataset } from "../../../dicom/write/dataset.ts";
import { formatDs } from "../../../dicom/write/formatDs.ts";
import { voxelToLps } from "../../../geometry/vector.ts";
import type { Phantom } from "../makePhantom.ts";
import { shuffledPlanes } from "../shuffle.ts";
import { phantomUid } from "../uids.ts";
import type { SeriesFile } from "../writeSeries.ts";
import { abdomen, picked, pixelValues, planeMeasures, writeMultiFrame } from "./multiFrame.ts";

const frameType: Dataset = {
  PixelPresentation: "MONOCHROME",
  VolumetricProperties: "VOLUME",
  VolumeBasedCalculationTechnique: "NONE",
};

const typeValues = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"] as const;

/** What a helical scan states of itself (PS3.3 sections C.8.15.3.2 to C.8.15.3.9). */
const scan = (slice: Dataset, { volume: { grid }, facts }: Phantom): Dataset => {
  const middle = [...voxelToLps(grid, 0, (grid.shape[1] - 1) / 2, (grid.shape[2] - 1) / 2)];
  const field = grid.shape[1] * grid.spacingMm[1];
  return {
    IrradiationEventIdentificationSequence: [
      { IrradiationEventUID: phantomUid(`irradiation|${facts.seed}`) },
    ],
    CTAcquisitionTypeSequence: [
      { AcquisitionType: "SPIRAL", ConstantVolumeFlag: "NO", FluoroscopyFlag: "NO" },
    ],
    CTAcquisitionDetailsSequence: [
      {
        RotationDirection: "CW",
        RevolutionTime: 0.5,
        SingleCollimationWidth: 0.6,
        TotalCollimationWidth: 38.4,
        TableHeight: "150",
        GantryDetectorTilt: "0",
        DataCollectionDiameter: "500",
      },
    ],
    CTTableDynamicsSequence: [{ TableSpeed: 46, TableFeedPerRotation: 23, SpiralPitchFactor: 0.6 }],
    CTPositionSequence: [
      { TablePosition: 0, DataCollectionCenterPatient: middle, ReconstructionTargetCenterPatient: middle },
    ],
    CTGeometrySequence: [{ DistanceSourceToDetector: "1085", DistanceSourceToDataCollectionCenter: 595 }],
    CTReconstructionSequence: [
      {
        ReconstructionAlgorithm: "FILTER_BACK_PROJ",
        ...picked(slice, "ConvolutionKernel"),
        ConvolutionKernelGroup: "SOFT_TISSUE",
        ReconstructionDiameter: formatDs(field),
        ReconstructionPixelSpacing: [grid.spacingMm[1], grid.spacingMm[2]],
        ReconstructionAngle: 360,
        ImageFilter: "NONE",
      },
    ],
    CTExposureSequence: [
      { ExposureTimeInms: 500, XRayTubeCurrentInmA: 210, ExposureInmAs: 105, ExposureModulationType: "NONE" },
    ],
    CTXRayDetailsSequence: [
      { ...picked(slice, "KVP"), FocalSpots: "1.2", FilterType: "FLAT", FilterMaterial: "ALUMINUM" },
    ],
  };
};

/**
 * A CT phantom as one Enhanced CT object (PS3.3 section A.38): what frames share stands in the shared groups, and the
 * frames come in no spatial order.
 */
export const enhancedCt = (phantom: Phantom, series: string): readonly SeriesFile[] =>
  writeMultiFrame(phantom, series, {
    sopClassUid: "1.2.840.10008.5.1.4.1.1.2.1",
    attributes: {
      ...frameType,
      ImageType: typeValues,
      AcquisitionNumber: "1",
      AcquisitionDateTime: "20240102102100",
      AcquisitionDuration: 4500,
      ContentQualification: "RESEARCH",
    },
    shared: (slice) => ({
      CTImageFrameTypeSequence: [{ ...frameType, FrameType: typeValues }],
      ...planeMeasures(slice),
      ...pixelValues(slice),
      ...abdomen,
      ...scan(slice, phantom),
    }),
    perFrame: () => ({}),
    order: shuffledPlanes(phantom),
  });
