/** SOP classes that may hold a TID 1500 report; the one with the richest content model is what IHE AIR names. */
export type SrClass = "comprehensive3d" | "comprehensive" | "enhanced";

const sopClasses: Readonly<Record<SrClass, string>> = {
  comprehensive3d: "1.2.840.10008.5.1.4.1.1.88.34",
  comprehensive: "1.2.840.10008.5.1.4.1.1.88.33",
  enhanced: "1.2.840.10008.5.1.4.1.1.88.22",
};

export const srSopClass = (srClass: SrClass): string => sopClasses[srClass];
