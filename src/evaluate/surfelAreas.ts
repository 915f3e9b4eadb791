import { type Zyx, zyx } from "../domain/axes.ts";

/** The four corners of each face of the unit cube, in turn. Corner c lies at (z,y,x) = its bits 2, 1, 0. */
const faceRings: readonly (readonly number[])[] = [0, 1, 2].flatMap((axis) =>
  [0, 1].map((side) => {
    const [base, u, v] = [side << axis, 1 << ((axis + 1) % 3), 1 << ((axis + 2) % 3)];
    return [base, base | u, base | u | v, base | v];
  }),
);

/** An edge of the cube, by its two corners. */
const edgeBetween = (a: number, b: number): number => 8 * Math.min(a, b) + Math.max(a, b);

const coordinate = (edge: number, bit: number): number =>
  (((edge >> (3 + bit)) & 1) + ((edge >> bit) & 1)) / 2;

const midpoint = (edge: number): Zyx<number> =>
  zyx(coordinate(edge, 2), coordinate(edge, 1), coordinate(edge, 0));

/**
 * Where the surface crosses the faces: each run of inside corners around a face is cut off by one segment. Inside is the
 * minority of the eight corners, so on a face with two opposite inside corners these are parted.
 */
const segmentsOf = (code: number): Map<number, number[]> => {
  const inside = [...code.toString(2)].filter((bit) => bit === "1").length > 4 ? 255 - code : code;
  const isInside = (corner: number): boolean => ((inside >> corner) & 1) === 1;
  const links = new Map<number, number[]>();
  for (const ring of faceRings) {
    const cornerAt = (i: number): number => ring[i % 4] as number;
    for (let i = 0; i < 4; i++) {
      if (isInside(cornerAt(i)) || !isInside(cornerAt(i + 1))) continue;
      let end = i + 1;
      while (isInside(cornerAt(end + 1))) end++;
      const from = edgeBetween(cornerAt(i), cornerAt(i + 1));
      const to = edgeBetween(cornerAt(end), cornerAt(end + 1));
      links.set(from, [...(links.get(from) ?? []), to]);
      links.set(to, [...(links.get(to) ?? []), from]);
    }
  }
  return links;
};

/** The closed polygons inside the cube: every crossed edge belongs to two faces, hence to two segments. */
const polygonsOf = (code: number): number[][] => {
  const links = segmentsOf(code);
  const left = new Set(links.keys());
  const polygons: number[][] = [];
  for (const start of links.keys()) {
    if (!left.has(start)) continue;
    const polygon: number[] = [];
    let edge: number | undefined = start;
    while (edge !== undefined) {
      polygon.push(edge);
      left.delete(edge);
      edge = links.get(edge)?.find((next) => left.has(next));
    }
    polygons.push(polygon);
  }
  return polygons;
};

const triangleArea = (a: Zyx<number>, b: Zyx<number>, c: Zyx<number>, spacing: Zyx<number>): number => {
  const side = (to: Zyx<number>, axis: 0 | 1 | 2): number => (to[axis] - a[axis]) * spacing[axis];
  const normal = (m: 0 | 1 | 2, n: 0 | 1 | 2): number => side(b, m) * side(c, n) - side(b, n) * side(c, m);
  return Math.hypot(normal(1, 2), normal(2, 0), normal(0, 1)) / 2;
};

/** All triangles share the polygon's first point. */
const fanArea = (fan: readonly Zyx<number>[], spacing: Zyx<number>): number => {
  let area = 0;
  for (let i = 1; i + 1 < fan.length; i++)
    area += triangleArea(fan[0] as Zyx<number>, fan[i] as Zyx<number>, fan[i + 1] as Zyx<number>, spacing);
  return area;
};

const unit = zyx(1, 1, 1);

/** Polygons of five and six points are bent; of their fans the one counts that is largest on a unit cube. */
const polygonArea = (polygon: readonly number[], spacingMm: Zyx<number>): number => {
  const points = polygon.map(midpoint);
  const fans = points.map((_, i) => [...points.slice(i), ...points.slice(0, i)]);
  const largest = fans.reduce((best, fan) => (fanArea(fan, unit) > fanArea(best, unit) ? fan : best));
  return fanArea(largest, spacingMm);
};

/**
 * Area (mm²) of the marching-cubes surface in the cube between eight neighbouring voxel centres, for each of the 256
 * neighbour codes: bit 4·z + 2·y + x (as a power of two: 1 << (4z+2y+x)) is set where the neighbour at (z,y,x) ∈ {0,1}³ is
 * inside. Spacing along (z,y,x), mm; vertices lie midway on the cube's edges. Computed from the topology of Lorensen &
 * Cline 1987, https://doi.org/10.1145/37402.37422 (a code and its complement share their polygons; minority corners are
 * parted on ambiguous faces); equal to the areas of DeepMind's surface-distance for every code and spacing.
 */
export const surfelAreasMm2 = (spacingMm: Zyx<number>): Float64Array =>
  Float64Array.from({ length: 256 }, (_, code) =>
    polygonsOf(code).reduce((sum, polygon) => sum + polygonArea(polygon, spacingMm), 0),
  );
