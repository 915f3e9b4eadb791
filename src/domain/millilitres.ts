/**
 * A volume as a number for people, wherever they read one: millilitres to the first decimal, which no segmentation is
 * surer of. The coded value of the measurement report and the files for machines alone are finer.
 */
export const roundedMl = (volumeMl: number): string =>
  volumeMl > 0 && volumeMl < 0.05 ? "<0.1" : volumeMl.toFixed(1);

/** The same with its unit. */
export const sayMl = (volumeMl: number): string => `${roundedMl(volumeMl)} ml`;
