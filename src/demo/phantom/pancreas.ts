import { noiseAt, type Random } from "./random.ts";
import { curve, type Knot, ripple, type Solid, tube, union } from "./shapes.ts";

/** Head, neck, body and tail along one curve, and the uncinate process behind the mesenteric vein. */
const middleLine: readonly Knot[] = [
  [-42, -6, -34, 11],
  [-40, -10, -20, 15],
  [-28, -22, -8, 11.5],
  [-12, -33, -2, 8],
  [12, -37, 5, 9.5],
  [38, -27, 12, 10],
  [62, -9, 22, 10.5],
  [80, 8, 32, 8],
];

const uncinateLine: readonly Knot[] = [
  [-36, -4, -30, 11],
  [-22, 0, -34, 8.5],
  [-10, -3, -33, 5],
];

const bend = (knots: readonly Knot[], random: Random): readonly Knot[] =>
  knots.map(
    ([x, y, z, r]): Knot => [
      x + random.between(-2.5, 2.5),
      y + random.between(-2, 2),
      z + random.between(-3, 3),
      r * random.between(0.93, 1.07),
    ],
  );

const scaled = (knots: readonly Knot[], factor: number): readonly Knot[] =>
  knots.map(([x, y, z, r]): Knot => [x, y, z, r * factor]);

/** Counted on points 3 mm apart. */
const volumeMl = ({ box, distance }: Solid): number => {
  const step = 3;
  let inside = 0;
  for (let z = box[4]; z <= box[5]; z += step) {
    for (let y = box[2]; y <= box[3]; y += step) {
      for (let x = box[0]; x <= box[1]; x += step) if (distance(x, y, z) < 0) inside++;
    }
  }
  return (inside * step * step * step) / 1000;
};

export type Pancreas = { readonly solid: Solid; readonly duct: readonly Solid[] };

/** A curved, lobulated gland of about the volume asked for; its duct runs along the middle line. */
export const makePancreas = (random: Random, targetMl: number): Pancreas => {
  const main = curve(bend(middleLine, random), 2);
  const uncinate = bend(uncinateLine, random);
  const seed = random.seed();
  const build = (factor: number): Solid =>
    ripple(union([...tube(scaled(main, factor)), ...tube(scaled(uncinate, factor))], 4), 1.5, (x, y, z) =>
      noiseAt(x / 6, y / 6, z / 6, seed),
    );
  // Volume goes with the square of a tube's radius; a few corrections absorb bends and overlaps.
  let factor = 1;
  for (let round = 0; round < 3; round++) factor *= Math.sqrt(targetMl / volumeMl(build(factor)));
  return {
    solid: build(factor),
    duct: tube(main.slice(1, -1).map(([x, y, z]): Knot => [x, y, z, 1.1])),
  };
};
