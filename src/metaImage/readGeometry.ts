import { type Lps, lps, zyx } from "../domain/axes.ts";
import type { Grid } from "../domain/grid.ts";
import { scale } from "../geometry/vector.ts";
import { affineGrid, type Triple } from "../volumeFile/affineGrid.ts";
import { parseNumbers, quote } from "../volumeFile/parseNumbers.ts";
import { invalid, type MetaHeader, oneOf } from "./header.ts";

/**
 * The grid in LPS mm, as ITK has it: the matrix holds one axis after the other, AnatomicalOrientation only describes them.
 * Throws METAIMAGE_INVALID where matrix, offset or voxel size are missing; ITK then takes 1, 0 and 1 mm for them.
 */
export const readGeometry = (header: MetaHeader, sizes: Triple): Grid => {
  refuseOtherUnits(header);
  const numbers = (count: number, ...names: readonly string[]): readonly number[] => {
    const value = oneOf(header, names);
    if (value === undefined)
      throw invalid(
        `The header does not say ${names[0]}, so that the place of the voxels is unknown; save the file anew with the geometry of its image.`,
      );
    return parseNumbers(names[0] ?? "", value, count, invalid);
  };
  const matrix = numbers(9, "TransformMatrix", "Rotation", "Orientation");
  const offset = numbers(3, "Offset", "Position", "Origin");
  // The size of an element is that of its sensor, and only where nothing else is said its distance to the next.
  const spacing = numbers(
    3,
    header.fields.has("ElementSize") && !header.fields.has("ElementSpacing")
      ? "ElementSize"
      : "ElementSpacing",
  );
  const step = (axis: 0 | 1 | 2): Lps => scale(triple(matrix, 3 * axis), spacing[axis] ?? Number.NaN);
  return affineGrid(sizes, { steps: zyx(step(2), step(1), step(0)), origin: triple(offset, 0) }, 1, invalid);
};

const triple = (numbers: readonly number[], at: number): Lps => {
  const [l = 0, p = 0, s = 0] = numbers.slice(at, at + 3);
  return lps(l, p, s);
};

const refuseOtherUnits = ({ fields }: MetaHeader): void => {
  const unit = fields.get("DistanceUnits") ?? "mm";
  if (!/^(mm|\?)$/i.test(unit)) throw invalid(`The unit of distance is ${quote(unit)}; mm is read.`);
};
