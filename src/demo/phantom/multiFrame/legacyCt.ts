import type { Dataset } from "../../../dicom/write/dataset.ts";
import type { Phantom } from "../makePhantom.ts";
import type { SeriesFile } from "../writeSeries.ts";
import { abdomen, picked, pixelValues, planeMeasures, writeMultiFrame } from "./multiFrame.ts";

const frameType: Dataset = {
  PixelPresentation: "MONOCHROME",
  VolumetricProperties: "VOLUME",
  VolumeBasedCalculationTechnique: "NONE",
};

const typeValues = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"] as const;

/** A CT phantom as one Legacy Converted Enhanced CT object (PS3.3 section A.70) whose frames run from head to feet. */
export const legacyCt = (phantom: Phantom, series: string): readonly SeriesFile[] =>
  writeMultiFrame(phantom, series, {
    sopClassUid: "1.2.840.10008.5.1.4.1.1.2.2",
    attributes: { ...frameType, ImageType: typeValues },
    shared: (slice) => ({
      CTImageFrameTypeSequence: [{ ...frameType, FrameType: typeValues }],
      ...planeMeasures(slice),
      ...pixelValues(slice),
      ...abdomen,
      UnassignedSharedConvertedAttributesSequence: [picked(slice, "KVP", "ConvolutionKernel")],
    }),
    perFrame: (slice) => ({
      UnassignedPerFrameConvertedAttributesSequence: [picked(slice, "SliceLocation")],
      ConversionSourceAttributesSequence: [
        {
          ReferencedSOPClassUID: String(slice["SOPClassUID"]),
          ReferencedSOPInstanceUID: String(slice["SOPInstanceUID"]),
        },
      ],
    }),
    order: Array.from({ length: phantom.volume.grid.shape[0] }, (_, n) => n).reverse(),
  });
