import { type Failure, toFailure } from "../domain/failure.ts";
import type { Grid } from "../domain/grid.ts";
import type { SeriesVolume } from "../domain/series.ts";
import type { Warning } from "../domain/warning.ts";
import { toRas } from "../nifti/ras.ts";

type Vector = readonly number[];

/** Where the voxels of a file lie; its axes in the order (i,j,k), i fastest. */
type Place = {
  readonly shape: Vector;
  readonly spacingMm: Vector;
  /** Four rows: (i,j,k,1) to millimetres, RAS. */
  readonly affineRas: readonly Vector[];
  /** Unit vectors along i, j and k, LPS. */
  readonly directionLps: readonly Vector[];
};

/** What became of one part of a series; `part` is empty where the series is one volume. */
export type VolumeOutcome =
  | ({
      readonly outcome: "converted";
      readonly part: string;
      readonly file: string;
      readonly modality: "CT" | "MR";
      readonly frames: number;
      readonly warnings: readonly Warning[];
    } & Place)
  | ({
      readonly outcome: "refused";
      readonly part: string;
      readonly sopInstanceUids: readonly string[];
    } & Failure);

const placeOf = ({ shape, spacingMm, originLps, axes }: Grid): Place => {
  const order = [2, 1, 0] as const;
  const steps = order.map((n) => toRas(axes[n]).map((cosine) => cosine * spacingMm[n]));
  const columns = [...steps, toRas(originLps)];
  const row = (n: 0 | 1 | 2): Vector => columns.map((column) => column[n] ?? 0);
  return {
    shape: order.map((n) => shape[n]),
    spacingMm: order.map((n) => spacingMm[n]),
    affineRas: [row(0), row(1), row(2), [0, 0, 0, 1]],
    directionLps: order.map((n) => [...axes[n]]),
  };
};

export const converted = (
  part: string,
  file: string,
  { source, volume, warnings }: SeriesVolume,
): VolumeOutcome => ({
  outcome: "converted",
  part,
  file,
  modality: source.modality,
  frames: source.frames.length,
  ...placeOf(volume.grid),
  warnings,
});

const uidsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((uid) => typeof uid === "string").sort() : [];

/** Its instances sorted, so that the order of the input leaves no trace. */
export const refused = (part: string, error: unknown): VolumeOutcome => {
  const { code, sentence, remedy, details } = toFailure(error);
  const { sopInstanceUids, ...numbers } = details;
  return {
    outcome: "refused",
    part,
    code,
    sentence,
    remedy,
    sopInstanceUids: uidsIn(sopInstanceUids),
    details: numbers,
  };
};
