import type { Header } from "../../domain/series.ts";

/** Ends the model name of every machine that a phantom pretends to come from. */
export const phantomSuffix = " PHANTOM";

/**
 * Whether this is an image of ours: QualityControlImage YES, which DICOM has for phantoms (PS3.3 section C.7.6.1), and a
 * machine marked as one. Neither depends on the patient's name, which de-identifiers change.
 */
export const isPhantomHeader = (header: Header): boolean => {
  const model = header["ManufacturerModelName"];
  return (
    header["QualityControlImage"] === "YES" &&
    typeof model === "string" &&
    model.trimEnd().endsWith(phantomSuffix)
  );
};
