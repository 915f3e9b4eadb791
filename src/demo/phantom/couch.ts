import type { Part } from "./part.ts";
import { column, intersect } from "./shapes.ts";
import type { Trunk } from "./trunk.ts";

/** The curved top of a CT table. */
export const makeCouch = (trunk: Trunk): Part => {
  const bed = column([0, -330], [480, trunk.halfDepth + 345], [-400, 400]);
  const hollow = column([0, -330], [470, trunk.halfDepth + 339], [-400, 400]);
  return {
    tissue: "couch",
    solid: intersect(bed, (x, y, z) => Math.max(-hollow.distance(x, y, z), Math.abs(x) - 210, 30 - y)),
  };
};
