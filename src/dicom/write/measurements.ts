import type { Extent, Measures, SoftwareIdentity } from "../../domain/result.ts";
import { type Code, codes } from "./codes.ts";
import { shortText } from "./conform.ts";
import { code, num, text } from "./contentItems.ts";
import type { Dataset } from "./dataset.ts";
import { formatFixed } from "./formatDs.ts";

/** So many that half of the last one is less than 5e-5 of any volume from a voxel of 0.05 mm³ on. */
const decimalsOf = (volumeMl: number): number => (volumeMl < 0.01 ? 9 : volumeMl < 10 ? 6 : 3);

/**
 * Voxel count × voxel volume in cm³: CID 7462 knows no mL, which is the same. With so many decimals that the number never strays from the SEG's own volume by more than 5e-5 of it. With what its voxels leave open.
 */
export const volume = ({ volumeMl, extent }: Measures): readonly Dataset[] => {
  const value = formatFixed(volumeMl, decimalsOf(volumeMl));
  const error = extent === null ? null : formatFixed(extent.voxelErrorMl, 3);
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
    const value = formatFixed(extent[measure], 1);
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

/** CT attenuation in HU, or MR signal in units of its own: rescaled values may be small, hence the more decimals. */
const intensities = (intensity: Intensity, modality: "CT" | "MR"): readonly Dataset[] => {
  const isCt = modality === "CT";
  const concept = isCt ? codes.attenuationCoefficient : codes.mrSignalIntensity;
  const unit = isCt ? codes.hounsfieldUnit : codes.noUnits;
  return derivations.flatMap(([measure, derivation]) => {
    const value = formatFixed(intensity[measure], isCt ? 1 : 3);
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
