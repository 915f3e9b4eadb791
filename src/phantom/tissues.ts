import type { ModelClass } from "../domain/plan.ts";

/** Mean intensity and how far texture takes it up and down, with the texture's grain. CT in HU, MR in arbitrary units. */
export type Look = { readonly mean: number; readonly texture: number; readonly grainMm: number };

export type Tissue =
  | "air"
  | "couch"
  | "skin"
  | "subcutaneousFat"
  | "muscle"
  | "visceralFat"
  | "lung"
  | "cortex"
  | "marrow"
  | "disc"
  | "csf"
  | "cord"
  | "artery"
  | "portalVein"
  | "vein"
  | "liver"
  | "spleen"
  | "renalCortex"
  | "renalMedulla"
  | "renalPelvis"
  | "adrenal"
  | "gallbladder"
  | "wall"
  | "fluid"
  | "gas"
  | "chyme"
  | "stool"
  | "pancreas"
  | "duct";

export type Phase = "native" | "late arterial" | "portal venous" | "delayed";

type Looks = Readonly<Record<Tissue, readonly [mean: number, texture: number, grainMm: number]>>;

const ctPortal: Looks = {
  air: [-1000, 0, 1],
  couch: [-350, 0, 1],
  skin: [10, 0, 1],
  subcutaneousFat: [-108, 8, 9],
  muscle: [62, 14, 6],
  visceralFat: [-102, 12, 6],
  lung: [-840, 60, 5],
  cortex: [520, 60, 4],
  marrow: [175, 55, 3.5],
  disc: [95, 8, 6],
  csf: [14, 2, 5],
  cord: [38, 3, 5],
  artery: [150, 4, 9],
  portalVein: [168, 4, 9],
  vein: [142, 8, 9],
  liver: [112, 8, 6],
  spleen: [124, 6, 6],
  renalCortex: [192, 8, 5],
  renalMedulla: [162, 8, 5],
  renalPelvis: [-55, 35, 6],
  adrenal: [75, 6, 4],
  gallbladder: [8, 3, 8],
  wall: [84, 12, 5],
  fluid: [14, 8, 8],
  gas: [-930, 15, 8],
  chyme: [32, 24, 6],
  stool: [5, 130, 6],
  pancreas: [100, 17, 3.6],
  duct: [35, 4, 4],
};

const t1Native: Looks = {
  air: [0, 0, 1],
  couch: [0, 0, 1],
  skin: [230, 30, 4],
  subcutaneousFat: [105, 22, 12],
  muscle: [330, 32, 6],
  visceralFat: [92, 26, 7],
  lung: [18, 8, 5],
  cortex: [40, 10, 4],
  marrow: [175, 28, 4],
  disc: [240, 22, 6],
  csf: [75, 8, 5],
  cord: [250, 10, 5],
  artery: [170, 30, 9],
  portalVein: [200, 30, 9],
  vein: [190, 30, 9],
  liver: [500, 24, 6],
  spleen: [285, 16, 6],
  renalCortex: [430, 20, 5],
  renalMedulla: [330, 20, 5],
  renalPelvis: [105, 25, 5],
  adrenal: [350, 15, 4],
  gallbladder: [190, 30, 12],
  wall: [330, 30, 5],
  fluid: [95, 25, 8],
  gas: [6, 3, 8],
  chyme: [210, 75, 7],
  stool: [330, 130, 7],
  pancreas: [655, 52, 3.8],
  duct: [170, 15, 4],
};

const t2: Looks = {
  air: [0, 0, 1],
  couch: [0, 0, 1],
  skin: [220, 20, 4],
  subcutaneousFat: [640, 45, 10],
  muscle: [135, 26, 6],
  visceralFat: [580, 55, 7],
  lung: [20, 8, 5],
  cortex: [28, 8, 4],
  marrow: [285, 35, 4],
  disc: [300, 60, 6],
  csf: [1290, 60, 6],
  cord: [320, 15, 5],
  artery: [38, 12, 9],
  portalVein: [80, 25, 9],
  vein: [65, 20, 9],
  liver: [235, 20, 6],
  spleen: [430, 22, 6],
  renalCortex: [470, 24, 5],
  renalMedulla: [600, 30, 5],
  renalPelvis: [690, 120, 6],
  adrenal: [230, 15, 4],
  gallbladder: [1340, 50, 10],
  wall: [265, 30, 5],
  fluid: [1180, 130, 9],
  gas: [8, 3, 8],
  chyme: [820, 230, 8],
  stool: [300, 150, 7],
  pancreas: [365, 42, 3.8],
  duct: [1050, 40, 4],
};

/** What contrast medium changes; the rest stays as it is. */
const enhanced: Readonly<Record<"CT" | "T1", Readonly<Record<Phase, Partial<Record<Tissue, number>>>>>> = {
  CT: {
    native: {
      artery: 42,
      portalVein: 42,
      vein: 40,
      liver: 58,
      spleen: 48,
      renalCortex: 33,
      renalMedulla: 31,
      adrenal: 22,
      wall: 38,
      pancreas: 42,
      muscle: 54,
      duct: 12,
    },
    "late arterial": {
      artery: 305,
      portalVein: 128,
      vein: 85,
      liver: 76,
      spleen: 128,
      renalCortex: 215,
      renalMedulla: 95,
      wall: 88,
      pancreas: 118,
      muscle: 58,
    },
    "portal venous": {},
    delayed: {
      artery: 112,
      portalVein: 114,
      vein: 112,
      liver: 92,
      spleen: 98,
      renalCortex: 168,
      renalMedulla: 172,
      pancreas: 82,
      wall: 76,
    },
  },
  T1: {
    native: {},
    "late arterial": {
      artery: 1250,
      portalVein: 640,
      vein: 420,
      liver: 560,
      spleen: 720,
      renalCortex: 1080,
      renalMedulla: 460,
      pancreas: 880,
      wall: 520,
    },
    "portal venous": {
      artery: 930,
      portalVein: 1010,
      vein: 920,
      liver: 760,
      spleen: 690,
      renalCortex: 1010,
      renalMedulla: 880,
      pancreas: 740,
      wall: 560,
      muscle: 375,
    },
    delayed: {
      artery: 720,
      portalVein: 740,
      vein: 730,
      liver: 690,
      spleen: 590,
      renalCortex: 880,
      renalMedulla: 900,
      pancreas: 640,
      wall: 540,
      muscle: 380,
    },
  },
};

/** How every tissue looks in a class and contrast phase; T2 is always without contrast medium. */
export const looksOf = (modelClass: ModelClass, phase: Phase): Readonly<Record<Tissue, Look>> => {
  const looks = { CT: ctPortal, T1: t1Native, T2: t2 }[modelClass];
  const changes = modelClass === "T2" ? {} : enhanced[modelClass][phase];
  const entries = Object.entries(looks).map(([tissue, [mean, texture, grainMm]]) => [
    tissue,
    { mean: changes[tissue as Tissue] ?? mean, texture, grainMm },
  ]);
  return Object.fromEntries(entries) as Record<Tissue, Look>;
};
