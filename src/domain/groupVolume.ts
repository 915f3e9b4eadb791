import { type Concept, concepts, isConcept } from "./concept.ts";
import type { Code, MeasurementGroup, StoredMeasurement } from "./report.ts";

/** Times and through, for each UCUM unit of volume: a factor of 1e-3 would not be exact. */
const unitsOfVolume: ReadonlyMap<string, readonly [times: number, through: number]> = new Map([
  ["cm3", [1, 1]],
  ["mL", [1, 1]],
  ["ml", [1, 1]],
  ["mm3", [1, 1e3]],
  ["dm3", [1e3, 1]],
  ["L", [1e3, 1]],
  ["l", [1e3, 1]],
  ["um3", [1, 1e12]],
]);

/** Voxels counted come before a mesh, which is another number. */
const volumeConcepts: readonly Concept[] = [concepts.volume, concepts.voxelVolume, concepts.meshVolume];

/** Writers state a volume twice, in two units, each rounded by itself. */
const roundingShare = 1e-3;

/** A value in a unit of volume in millilitres; null for any other unit, and for less than nothing. */
export const millilitres = (value: number | null, unit: Code | null): number | null => {
  const factors = unit?.scheme === "UCUM" ? unitsOfVolume.get(unit.value) : undefined;
  if (value === null || factors === undefined || value < 0) return null;
  return (value * factors[0]) / factors[1];
};

/** Whether the group states a volume at all, be it in a unit that is not known here. */
export const isVolumetric = ({ measurements }: MeasurementGroup): boolean =>
  measurements.some((measurement) => isVolume(measurement));

export const isVolume = ({ concept }: StoredMeasurement): boolean =>
  volumeConcepts.some((each) => isConcept(concept, each));

export type GroupVolume = {
  readonly volumeMl: number;
  readonly uncertaintyMl: number | null;
  /** As stored. */
  readonly measurement: StoredMeasurement;
};

/** The volume of a group; null where it states none that can be brought to millilitres, or several that disagree. */
export const volumeOf = ({ measurements }: MeasurementGroup): GroupVolume | null => {
  const concept = volumeConcepts.find((each) => measurements.some((one) => isConcept(one.concept, each)));
  if (concept === undefined) return null;
  const volumes = measurements.flatMap((measurement): readonly GroupVolume[] => {
    const volumeMl = millilitres(measurement.value, measurement.unit);
    if (volumeMl === null || !isConcept(measurement.concept, concept)) return [];
    const { uncertainty } = measurement;
    const uncertaintyMl = uncertainty && millilitres(uncertainty.value, uncertainty.unit);
    return [{ volumeMl, uncertaintyMl, measurement }];
  });
  const [first] = volumes;
  const agree = volumes.every(
    ({ volumeMl }) => Math.abs(volumeMl - (first?.volumeMl ?? 0)) <= roundingShare * volumeMl,
  );
  return first !== undefined && agree ? first : null;
};

/** The group's volume in millilitres, or null; see `volumeOf`. */
export const volumeMlOf = (group: MeasurementGroup): number | null => volumeOf(group)?.volumeMl ?? null;
