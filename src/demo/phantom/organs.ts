import { colon, duodenum, smallBowel, stomach } from "./bowel.ts";
import type { Part } from "./part.ts";
import type { Random } from "./random.ts";
import { kidney, liver, spleen } from "./solidOrgans.ts";
import type { Trunk } from "./trunk.ts";
import { greatVessels } from "./vessels.ts";

/** Everything in the abdomen but the pancreas, in painting order. */
export const makeOrgans = (random: Random, trunk: Trunk): readonly Part[] => [
  ...liver(random, trunk),
  ...spleen(random, trunk),
  ...kidney(random, 1),
  ...kidney(random, -1),
  ...smallBowel(random, trunk),
  ...colon(random, trunk),
  ...stomach(random, trunk),
  ...greatVessels(random),
  ...duodenum(random),
];
