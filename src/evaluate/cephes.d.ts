/** The package's own types lie where its export map does not lead; these are the functions that we use. */
declare module "cephes" {
  /** Settled once the WebAssembly functions can be called. */
  export const compiled: Promise<void>;
  /** Regularised incomplete beta function I_x(a, b). */
  export function incbet(a: number, b: number, x: number): number;
  /** x with I_x(a, b) = y. */
  export function incbi(a: number, b: number, y: number): number;
  export function ndtr(z: number): number;
  export function ndtri(p: number): number;
}
