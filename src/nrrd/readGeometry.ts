import { type Lps, lps, zyx } from "../domain/axes.ts";
import type { Grid } from "../domain/grid.ts";
import { affineGrid, type Triple } from "../volumeFile/affineGrid.ts";
import { parseNumbers, quote } from "../volumeFile/parseNumbers.ts";
import { invalid, type NrrdHeader, required } from "./header.ts";

/** What turns a space to LPS. Only these say where the patient lies; a scanner's axes do not. */
const TO_LPS: Readonly<Record<string, Triple>> = {
  "left-posterior-superior": [1, 1, 1],
  lps: [1, 1, 1],
  "right-anterior-superior": [-1, -1, 1],
  ras: [-1, -1, 1],
  "left-anterior-superior": [1, -1, 1],
  las: [1, -1, 1],
};

/** Kinds of an axis along which voxels lie in space. */
const SPATIAL = new Set(["domain", "space", "???", "none"]);

/**
 * The grid in LPS mm. Throws NRRD_INVALID where the header does not say where the voxels lie in the patient; programs that
 * guess take another space, or none, for LPS. Source: teem.sourceforge.net/nrrd/format.html, section 5 (space fields).
 */
export const readGeometry = (header: NrrdHeader, sizes: Triple): Grid => {
  refuseOtherKinds(header);
  refuseOtherUnits(header);
  const space = header.fields.get("space");
  const turn = TO_LPS[space?.toLowerCase() ?? ""];
  if (turn === undefined)
    throw invalid(
      space === undefined
        ? "The header names no space, so that position and orientation are unknown; save the file anew with the geometry of its image."
        : `The header's space is ${quote(space)}; left-posterior-superior, right-anterior-superior and left-anterior-superior are read.`,
    );
  const toLps = (name: string, vector: string): Lps => {
    const [a = 0, b = 0, c = 0] = parseNumbers(name, vector, 3, invalid);
    return lps(a * turn[0], b * turn[1], c * turn[2]);
  };
  const [i, j, k] = vectorsOf(header, "space directions", 3).map((vector) =>
    toLps("space directions", vector),
  );
  const [origin] = vectorsOf(header, "space origin", 1).map((vector) => toLps("space origin", vector));
  return affineGrid(sizes, { steps: zyx(k as Lps, j as Lps, i as Lps), origin: origin as Lps }, 1, invalid);
};

/** `(a,b,c)` for each axis, without the brackets. */
const vectorsOf = (header: NrrdHeader, name: string, count: number): readonly string[] => {
  const text = required(header, name);
  const vectors = [...text.matchAll(/\(([^()]*)\)/g)].map(([, inside = ""]) => inside);
  const rest = text.replaceAll(/\([^()]*\)/g, "").trim();
  if (vectors.length === count && rest === "") return vectors;
  throw invalid(`${name} is ${quote(text)}; ${count} vector(s) of three numbers are expected.`);
};

const refuseOtherKinds = ({ fields }: NrrdHeader): void => {
  const kinds = fields.get("kinds")?.toLowerCase().split(/\s+/) ?? [];
  const other = kinds.find((kind) => !SPATIAL.has(kind));
  if (other !== undefined)
    throw invalid(
      `One axis is of the kind ${quote(other)}; voxels of one number in three dimensions are read.`,
    );
};

const refuseOtherUnits = ({ fields }: NrrdHeader): void => {
  const units = fields.get("spaceunits")?.replaceAll('"', "").trim().split(/\s+/) ?? [];
  const other = units.find((unit) => !/^(mm|millimet(er|re)s?)$/i.test(unit));
  if (other !== undefined) throw invalid(`The unit of space is ${quote(other)}; mm is read.`);
};
