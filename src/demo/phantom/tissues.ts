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

/**
 * Mean intensity of every tissue, how far texture takes it up and down, and the texture's grain. CT in HU, MR in
 * arbitrary units.
 */
export type Looks = Readonly<Record<Tissue, readonly [mean: number, texture: number, grainMm: number]>>;

/** Mean intensities that contrast medium changes; the rest stays as it is. */
export type ContrastChanges = Readonly<Record<Phase, Partial<Record<Tissue, number>>>>;
