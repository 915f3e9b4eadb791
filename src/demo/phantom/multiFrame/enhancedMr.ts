import type { Dataset } from "../../../dicom/write/dataset.ts";
import type { Phantom } from "../makePhantom.ts";
import { shuffledPlanes } from "../shuffle.ts";
import { type SeriesFile, sliceAttributes } from "../writeSeries.ts";
import { abdomen, picked, pixelValues, planeMeasures, writeMultiFrame } from "./multiFrame.ts";

const frameType: Dataset = {
  PixelPresentation: "MONOCHROME",
  VolumetricProperties: "VOLUME",
  VolumeBasedCalculationTechnique: "NONE",
  ComplexImageComponent: "MAGNITUDE",
  AcquisitionContrast: "T1",
};

const typeValues = ["ORIGINAL", "PRIMARY", "T1", "NONE"] as const;

/** A spoiled gradient echo in three dimensions (PS3.3 section C.8.13.4). */
const pulseSequence = (slice: Dataset): Dataset => ({
  PulseSequenceName: "T1FFE",
  ...picked(slice, "MRAcquisitionType"),
  EchoPulseSequence: "GRADIENT",
  MultiPlanarExcitation: "NO",
  PhaseContrast: "NO",
  TimeOfFlightContrast: "NO",
  SteadyStatePulseSequence: "NONE",
  EchoPlanarPulseSequence: "NO",
  SaturationRecovery: "NO",
  SpectrallySelectedSuppression: "FAT",
  OversamplingPhase: "NONE",
  GeometryOfKSpaceTraversal: "RECTILINEAR",
  SegmentedKSpaceTraversal: "SINGLE",
  RectilinearPhaseEncodeReordering: "LINEAR",
  CoverageOfKSpace: "FULL",
  NumberOfKSpaceTrajectories: 1,
  ResonantNucleus: "1H",
  KSpaceFiltering: "NONE",
  ...picked(slice, "MagneticFieldStrength"),
  ApplicableSafetyStandardAgency: "IEC",
});

/** What a frame states of the scan (PS3.3 sections C.8.13.5.2 to C.8.13.5.12). */
const scan = (slice: Dataset, [, rows, columns]: readonly [number, number, number]): Dataset => ({
  MRTimingAndRelatedParametersSequence: [
    {
      ...picked(slice, "RepetitionTime", "FlipAngle", "EchoTrainLength"),
      RFEchoTrainLength: 0,
      GradientEchoTrainLength: 1,
      SpecificAbsorptionRateSequence: [
        { SpecificAbsorptionRateDefinition: "IEC_WHOLE_BODY", SpecificAbsorptionRateValue: 0.8 },
      ],
      GradientOutputType: "DB_DT",
      GradientOutput: 40,
      OperatingModeSequence: [{ OperatingModeType: "STATIC FIELD", OperatingMode: "IEC_NORMAL" }],
    },
  ],
  MRFOVGeometrySequence: [
    {
      InPlanePhaseEncodingDirection: "ROW",
      MRAcquisitionFrequencyEncodingSteps: columns,
      MRAcquisitionPhaseEncodingStepsInPlane: rows,
      MRAcquisitionPhaseEncodingStepsOutOfPlane: 1,
      PercentSampling: "100",
      PercentPhaseFieldOfView: "100",
    },
  ],
  MREchoSequence: [{ EffectiveEchoTime: Number(slice["EchoTime"]) }],
  MRModifierSequence: [
    {
      InversionRecovery: "NO",
      FlowCompensation: "NONE",
      Spoiling: "RF",
      T2Preparation: "NO",
      SpectrallySelectedExcitation: "NONE",
      SpatialPresaturation: "NONE",
      PartialFourier: "NO",
      ParallelAcquisition: "NO",
    },
  ],
  MRImagingModifierSequence: [
    {
      MagnetizationTransfer: "NONE",
      BloodSignalNulling: "NO",
      Tagging: "NONE",
      TransmitterFrequency: 127.8,
      ...picked(slice, "PixelBandwidth"),
    },
  ],
  MRReceiveCoilSequence: [
    {
      ReceiveCoilName: "BODY",
      ReceiveCoilManufacturerName: null,
      ReceiveCoilType: "BODY",
      QuadratureReceiveCoil: "YES",
    },
  ],
  MRTransmitCoilSequence: [
    { TransmitCoilName: "BODY", TransmitCoilManufacturerName: null, TransmitCoilType: "BODY" },
  ],
  MRAveragesSequence: [picked(slice, "NumberOfAverages")],
});

/**
 * A T1 phantom as one Enhanced MR object (PS3.3 section A.36): every group stands at every frame, with a slope of its own
 * where the vendor has one, and the frames come in no spatial order.
 */
export const enhancedMr = (phantom: Phantom, series: string): readonly SeriesFile[] =>
  writeMultiFrame(phantom, series, {
    sopClassUid: "1.2.840.10008.5.1.4.1.1.4.1",
    attributes: {
      ...frameType,
      ...pulseSequence(sliceAttributes(phantom, 0)),
      ImageType: typeValues,
      AcquisitionNumber: "1",
      AcquisitionDateTime: "20240102102100",
      AcquisitionDuration: 14000,
      ContentQualification: "RESEARCH",
    },
    shared: () => ({}),
    perFrame: (slice) => ({
      MRImageFrameTypeSequence: [{ ...frameType, FrameType: typeValues }],
      ...planeMeasures(slice),
      ...pixelValues(slice),
      ...abdomen,
      ...scan(slice, phantom.volume.grid.shape),
    }),
    order: shuffledPlanes(phantom),
  });
