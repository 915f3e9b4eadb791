import type { Extent, Measures, SoftwareIdentity } from "../../domain/result.ts";
import { type Code, codes } from "./codes.ts";
import { shortText } from "./conform.ts";
import { code, num, text } from "./contentItems.ts";
import type { Dataset } from "./dataset.ts";
import { formatFixed } from "./formatDs.ts";

/** How many decimals each measure is stated with; who reads it back may ask for no more. */
export const decimals = {
  /** In cm³, so many that half of the last one is at most 5e-5 of any volume from 0.01 mm³ on; its error has as many. */
  volume: (volumeMl: number): number => (volumeMl < 0.01 ? 9 : volumeMl < 10 ? 6 : 3),
  lengthMm: 1,
  /** Attenuation in HU; MR signal has units of its own, in which rescaled values may be small. */
  intensity: { CT: 1, MR: 3 },
} as const;

/** Voxel count × voxel volume in cm³: CID 7462 knows no mL, which is the same. With what its voxels leave open. */
export const volume = ({ volumeMl, extent }: Measures): readonly Dataset[] => {
  const digits = decimals.volume(volumeMl);
  const value = formatFixed(volumeMl, digits);
  const error = extent === null ? null : formatFixed(extent.voxelErrorMl, digits);
  if (value === null) return [];
  return [
    num("CONTAINS", codes.volume, value, codes.cubicCentimetre, [
      code("HAS CONCEPT MOD", codes.measurementMethod, codes.sumOfSegmentedVoxels),
      ...(error === null
        ? []
        : [num("HAS PROPERTIES", codes.measurementUncertainty, error, codes.cubicCentimetre, [])]),
    ]),
  ];
};

const lengths: readonly (readonly [keyof Extent, Code])[] = [
  ["largestDiameterMm", codes.maximum3dDiameter],
  ["leftRightMm", codes.width],
  ["anteriorPosteriorMm", codes.depth],
  ["superiorInferiorMm", codes.height],
];

/** Diameter, and extents along the patient's axes: width from left to right, depth from front to back, height upwards. */
const extents = (extent: Extent, { name, version }: SoftwareIdentity): readonly Dataset[] =>
  lengths.flatMap(([measure, concept]) => {
    const value = formatFixed(extent[measure], decimals.lengthMm);
    if (value === null) return [];
    return [
      num("CONTAINS", concept, value, codes.millimetre, [
        text("HAS CONCEPT MOD", codes.algorithmName, shortText(name)),
        text("HAS CONCEPT MOD", codes.algorithmVersion, shortText(version)),
      ]),
    ];
  });

type Intensity = NonNullable<Measures["intensity"]>;

const derivations: readonly (readonly [keyof Intensity, Code])[] = [
  ["mean", codes.mean],
  ["sd", codes.standardDeviation],
  ["median", codes.median],
  ["min", codes.minimum],
  ["max", codes.maximum],
];

/** CT attenuation, or MR signal. */
const intensities = (intensity: Intensity, modality: "CT" | "MR"): readonly Dataset[] => {
  const isCt = modality === "CT";
  const concept = isCt ? codes.attenuationCoefficient : codes.mrSignalIntensity;
  const unit = isCt ? codes.hounsfieldUnit : codes.noUnits;
  return derivations.flatMap(([measure, derivation]) => {
    const value = formatFixed(intensity[measure], decimals.intensity[modality]);
    if (value === null) return [];
    return [num("CONTAINS", concept, value, unit, [code("HAS CONCEPT MOD", codes.derivation, derivation)])];
  });
};

/** The NUM items of the measurement group (PS3.16 TID 1419); a measure that could not be computed is left out. */
export const measurements = (
  measures: Measures,
  modality: "CT" | "MR",
  software: SoftwareIdentity,
): readonly Dataset[] => [
  ...volume(measures),
  ...(measures.extent === null ? [] : extents(measures.extent, software)),
  ...(measures.intensity === null ? [] : intensities(measures.intensity, modality)),
];
