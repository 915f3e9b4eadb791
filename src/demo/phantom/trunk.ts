import type { Random } from "./random.ts";
import type { Tissue } from "./tissues.ts";

/** A rounded box seen from above: half width, half depth, and where its middle lies. */
type Outline = { readonly halfWidth: number; readonly halfDepth: number; readonly middleY: number };

/** The layers of the trunk, from outside: skin, fat, muscle, and the cavity with lungs above the diaphragm. */
export type Trunk = {
  readonly halfWidth: number;
  readonly halfDepth: number;
  /** mm to the inner face of the abdominal wall, negative inside. */
  readonly cavity: (x: number, y: number) => number;
  /** mm to the diaphragm, negative below. */
  readonly diaphragm: (x: number, y: number, z: number) => number;
  /** Calls back with each layer at a point from outside inwards and the mm to its outer face. */
  readonly layersAt: (x: number, y: number, z: number, paint: (tissue: Tissue, d: number) => void) => void;
};

/** Distance along the radius; the outline lies between an ellipse and a box. */
const outlineDistance = ({ halfWidth, halfDepth, middleY }: Outline, x: number, y: number): number => {
  const u = (x * x) / (halfWidth * halfWidth);
  const v = ((y - middleY) * (y - middleY)) / (halfDepth * halfDepth);
  const share = Math.sqrt(Math.sqrt(u * u + v * v + 1.35 * u * v));
  const radius = Math.sqrt(x * x + (y - middleY) * (y - middleY));
  return share < 0.05 ? -Math.min(halfWidth, halfDepth) : radius * (1 - 1 / share);
};

const skinMm = 2.5;

/** Borders fade over less than this. */
const borderMm = 4;

export const makeTrunk = (random: Random): Trunk => {
  const fatMm = random.between(9, 27);
  const wallMm = random.between(12, 17);
  const muscle: Outline = { halfWidth: 141 + wallMm - 14, halfDepth: 100, middleY: 2 };
  const inner: Outline = { halfWidth: muscle.halfWidth - wallMm, halfDepth: 87, middleY: -4 };
  const skin: Outline = { halfWidth: muscle.halfWidth + fatMm, halfDepth: 100 + 0.85 * fatMm, middleY: 3 };
  const domeMm = random.between(102, 116);
  const cavity = (x: number, y: number): number => outlineDistance(inner, x, y);
  // The right dome stands higher over the liver.
  const diaphragm = (x: number, y: number, z: number): number => {
    const top = domeMm - 0.06 * x;
    const fall = ((x * x) / 21000 + ((y + 12) * (y + 12)) / 9000) * 46;
    return (z - top + fall) * 0.72;
  };
  return {
    halfWidth: skin.halfWidth,
    halfDepth: skin.halfDepth,
    cavity,
    diaphragm,
    layersAt: (x, y, z, paint) => {
      const d = outlineDistance(skin, x, y);
      const m = d > borderMm ? d : outlineDistance(muscle, x, y);
      const c = m > borderMm ? m : cavity(x, y);
      // A layer that the next one hides is not worth its texture.
      if (d > -skinMm - borderMm) paint("skin", d);
      if (m > -borderMm) paint("subcutaneousFat", d + skinMm);
      if (m < borderMm && c > -borderMm) paint("muscle", m);
      if (c > borderMm) return;
      paint("visceralFat", c);
      const high = -diaphragm(x, y, z);
      if (high < borderMm) {
        paint("muscle", Math.max(c, high - 3));
        paint("lung", Math.max(c, high));
      }
    },
  };
};
