import type { Header } from "../../domain/series.ts";

/**
 * What labels an acquisition or says how it was taken and reconstructed, beside what `traits.ts` reads. Where another
 * value of these alternates along a stack, the stack is not of one kind. Whatever else a header says is of the patient,
 * the institution, the equipment, its de-identification, the geometry of the scan or of each image, and differs within
 * one acquisition too: names, counts, times at which an image was made, places, windows, dose, triggering.
 */
const ofAcquisition = new RegExp(
  `^(?:${[
    "Series(?:Number|Date|Time|Description)|ProtocolName|AcquisitionDate|PatientPosition|ImageType|SpacingBetweenSlices",
    "ContrastBolus.*|ContrastFlow.*|Radiopharmaceutical",
    "ScanOptions|ScanMode|AcquisitionType|FilterType|FilterMaterial|GantryDetectorTilt|ReconstructionAlgorithm|MultienergyCTAcquisition",
    "ScanningSequence|SequenceVariant|(?:Pulse)?SequenceName|MRAcquisitionType|EchoTrainLength|EchoPulseSequence",
    "NumberOfAverages|PixelBandwidth|ImagedNucleus|SpectrallySelected(?:Suppression|Excitation)|MagnetizationTransfer|InversionRecovery",
    "EffectiveEchoTime|DiffusionDirectionality|TemporalPositionTimeOffset",
  ].join("|")})$`,
);

/** Of each keyword once: objects of thousands of frames repeat the same ones. */
const known = new Map<string, boolean>();
const isOfAcquisition = (keyword: string): boolean => {
  const answer = known.get(keyword) ?? ofAcquisition.test(keyword);
  known.set(keyword, answer);
  return answer;
};

const isPlain = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(isPlain) : value !== null && typeof value !== "object";

/** The plain values of a header that say what acquisition an image is of. */
export const keptOf = (header: Header): Header =>
  Object.fromEntries(
    Object.entries(header).filter(([keyword, value]) => isOfAcquisition(keyword) && isPlain(value)),
  );
