import { type Lps, lps } from "../domain/axes.ts";
import type { Triple } from "../volumeFile/affineGrid.ts";

/** O2: NIfTI's world is RAS, ours is LPS; the way between them is its own inverse. */
export const toRas = ([l, p, s]: Lps): Triple => [-l, -p, s];

export const fromRas = (r: number, a: number, s: number): Lps => lps(-r, -a, s);
