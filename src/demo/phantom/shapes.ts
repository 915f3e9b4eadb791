/**
 * Solids by distance: mm to the surface, negative inside, exact near the surface only. Coordinates are anatomical:
 * x to the patient's left, y to the back, z to the head, mm from the middle of the trunk at the level of the pancreas.
 */
export type Solid = {
  readonly box: Box;
  readonly distance: (x: number, y: number, z: number) => number;
};

/** Least and greatest x, y, z. */
export type Box = readonly [number, number, number, number, number, number];

export type Point = readonly [number, number, number];

/** A point on a tube's middle line with the tube's radius there. */
export type Knot = readonly [number, number, number, number];

export const ellipsoid = ([cx, cy, cz]: Point, [rx, ry, rz]: Point): Solid => ({
  box: [cx - rx, cx + rx, cy - ry, cy + ry, cz - rz, cz + rz],
  distance: (x, y, z) => {
    const [u, v, w] = [(x - cx) / rx, (y - cy) / ry, (z - cz) / rz];
    const share = Math.sqrt(u * u + v * v + w * w);
    const slope = Math.sqrt((u * u) / (rx * rx) + (v * v) / (ry * ry) + (w * w) / (rz * rz));
    return slope === 0 ? -Math.min(rx, ry, rz) : (share * (share - 1)) / slope;
  },
});

/** An elliptic cylinder along z with flat ends. */
export const column = (
  [cx, cy]: readonly [number, number],
  [rx, ry]: readonly [number, number],
  [z0, z1]: readonly [number, number],
): Solid => ({
  box: [cx - rx, cx + rx, cy - ry, cy + ry, z0, z1],
  distance: (x, y, z) => {
    const [u, v] = [(x - cx) / rx, (y - cy) / ry];
    const share = Math.sqrt(u * u + v * v);
    const slope = Math.sqrt((u * u) / (rx * rx) + (v * v) / (ry * ry));
    const side = slope === 0 ? -Math.min(rx, ry) : (share * (share - 1)) / slope;
    return Math.max(side, z0 - z, z - z1);
  },
});

const boxAround = ([ax, ay, az, ar]: Knot, [bx, by, bz, br]: Knot): Box => [
  Math.min(ax - ar, bx - br),
  Math.max(ax + ar, bx + br),
  Math.min(ay - ar, by - br),
  Math.max(ay + ar, by + br),
  Math.min(az - ar, bz - br),
  Math.max(az + ar, bz + br),
];

/** A tube piece whose radius changes evenly from one knot to the next, with round ends. */
export const cone = (a: Knot, b: Knot): Solid => {
  const [ax, ay, az, ar] = a;
  const [dx, dy, dz] = [b[0] - ax, b[1] - ay, b[2] - az];
  const squared = dx * dx + dy * dy + dz * dz;
  return {
    box: boxAround(a, b),
    distance: (x, y, z) => {
      const along = squared === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy + (z - az) * dz) / squared;
      const t = along < 0 ? 0 : along > 1 ? 1 : along;
      const ex = x - ax - t * dx;
      const ey = y - ay - t * dy;
      const ez = z - az - t * dz;
      return Math.sqrt(ex * ex + ey * ey + ez * ez) - (ar + t * (b[3] - ar));
    },
  };
};

/** The pieces of a tube through the knots. */
export const tube = (knots: readonly Knot[]): readonly Solid[] =>
  knots.slice(1).map((knot, i) => cone(knots[i] ?? knot, knot));

/** A Catmull-Rom curve through the knots, each span cut into `steps`. */
export const curve = (knots: readonly Knot[], steps: number): readonly Knot[] => {
  const last = knots.length - 1;
  const at = (i: number): Knot => knots[Math.min(last, Math.max(0, i))] ?? [0, 0, 0, 1];
  return Array.from({ length: last * steps + 1 }, (_, n): Knot => {
    const i = Math.floor(n / steps);
    const t = n / steps - i;
    const blend = (axis: 0 | 1 | 2 | 3): number => {
      const [p, q, r, s] = [at(i - 1)[axis], at(i)[axis], at(i + 1)[axis], at(i + 2)[axis]];
      return q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
    };
    return [blend(0), blend(1), blend(2), Math.max(0.5, blend(3))];
  });
};

const enclosing = (boxes: readonly Box[]): Box => {
  const least = (n: number): number => Math.min(...boxes.map((box) => box[n] ?? 0));
  const most = (n: number): number => Math.max(...boxes.map((box) => box[n] ?? 0));
  return [least(0), most(1), least(2), most(3), least(4), most(5)];
};

const wider = ([x0, x1, y0, y1, z0, z1]: Box, mm: number): Box => [
  x0 - mm,
  x1 + mm,
  y0 - mm,
  y1 + mm,
  z0 - mm,
  z1 + mm,
];

export const grow = (solid: Solid, mm: number): Solid => ({
  box: wider(solid.box, mm),
  distance: (x, y, z) => solid.distance(x, y, z) - mm,
});

const isOutside = (box: Float64Array, x: number, y: number, z: number): boolean =>
  z < (box[4] ?? 0) ||
  z > (box[5] ?? 0) ||
  x < (box[0] ?? 0) ||
  x > (box[1] ?? 0) ||
  y < (box[2] ?? 0) ||
  y > (box[3] ?? 0);

/** Pieces further away are not measured: their distance is at least this, which is all that painting needs. */
const reachMm = 14;

/** All solids as one, seams rounded over `roundingMm`. Pieces out of reach are passed over. */
export const union = (solids: readonly Solid[], roundingMm = 0.001): Solid => {
  const pieces = solids.map((solid) => ({
    ...solid,
    reach: Float64Array.from(wider(solid.box, reachMm + roundingMm)),
  }));
  return {
    box: wider(enclosing(solids.map(({ box }) => box)), roundingMm),
    distance: (x, y, z) => {
      let d = 1e6;
      for (let n = 0; n < pieces.length; n++) {
        const piece = pieces[n];
        if (piece === undefined || isOutside(piece.reach, x, y, z)) continue;
        const e = piece.distance(x, y, z);
        const h = roundingMm - Math.abs(d - e);
        d = Math.min(d, e) - (h > 0 ? (h * h) / (4 * roundingMm) : 0);
      }
      return Math.min(d, reachMm);
    },
  };
};

export const intersect = (solid: Solid, bound: Solid["distance"]): Solid => ({
  box: solid.box,
  distance: (x, y, z) => {
    const d = solid.distance(x, y, z);
    return d > 3 ? d : Math.max(d, bound(x, y, z));
  },
});

export const subtract = (solid: Solid, hole: Solid): Solid =>
  intersect(solid, (x, y, z) => -hole.distance(x, y, z));

/** The surface moved in and out by up to `mm`, e.g. for haustra and lobules. */
export const ripple = (
  solid: Solid,
  mm: number,
  field: (x: number, y: number, z: number) => number,
): Solid => ({
  box: wider(solid.box, mm),
  distance: (x, y, z) => {
    const d = solid.distance(x, y, z);
    return d > 2 * mm + 3 ? d : d + mm * field(x, y, z);
  },
});
