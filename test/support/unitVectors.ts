import { readFileSync } from "node:fs";
import { type Zyx, zyx } from "../../src/domain/axes.ts";
import { sharedFolder } from "./shared.ts";

type Triple = readonly [number, number, number];

/** unit.json: outputs of the original code for single steps. */
export type UnitVectors = {
  readonly resample: readonly {
    readonly name: string;
    readonly original_spacing_zyx: Triple;
    readonly target_spacing_zyx: Triple;
    readonly out_shape: Triple;
  }[];
  readonly restore: readonly {
    readonly name: string;
    readonly new_shape: Triple;
    readonly separate_z: boolean;
  }[];
  readonly gaussian: Readonly<Record<string, { readonly min: number; readonly sum: number }>>;
  readonly steps: readonly {
    readonly patch: Triple;
    readonly image: Triple;
    readonly starts: readonly number[][];
  }[];
  readonly pad: readonly {
    readonly shape: Triple;
    readonly patch: Triple;
    readonly slicer: readonly number[][];
  }[];
  readonly crop_bbox: readonly number[][];
  readonly norm_ct: {
    readonly percentile_00_5: number;
    readonly percentile_99_5: number;
    readonly mean: number;
    readonly sd: number;
  };
};

export const unitFile = (name: string): string => sharedFolder("vectors", "unit", name);

export const readUnitVectors = (): UnitVectors =>
  JSON.parse(readFileSync(unitFile("unit.json"), "utf8")) as UnitVectors;

export const toZyx = (triple: readonly number[]): Zyx<number> => {
  const [z = 0, y = 0, x = 0] = triple;
  return zyx(z, y, x);
};
