import type { Warning, WarningCode } from "../../domain/warning.ts";
import type { Readable } from "./scanInstances.ts";

type PixelFinding = Extract<
  WarningCode,
  | "LOSSY_SOURCE"
  | "MONOCHROME1"
  | "SIGN_MISMATCH"
  | "RESCALE_ASSUMED"
  | "PADDING_REPLACED"
  | "PIXELS_LEFT_OVER"
>;

const sentences: Readonly<Record<Exclude<PixelFinding, "PADDING_REPLACED" | "PIXELS_LEFT_OVER">, string>> = {
  LOSSY_SOURCE: "slices were compressed with loss.",
  MONOCHROME1: "slices are MONOCHROME1; their values were taken as stored.",
  RESCALE_ASSUMED:
    "slices have no rescale; their values were taken for Hounsfield units, as which they are plausible.",
  SIGN_MISMATCH: "slices have a header and a codestream that disagree about the sign.",
};

/** What was met in the pixels of a plane. */
export type Met = {
  readonly signsDisagree: boolean;
  /** Values of padding that were set to another. */
  readonly replaced: number;
  /** Bytes of the object's pixel data, and of its frames, where those are fewer. */
  readonly leftOver: { readonly have: number; readonly need: number } | null;
};

const findingsOf = (
  { pixels }: Readable,
  { signsDisagree, replaced, leftOver }: Met,
): readonly PixelFinding[] => [
  ...(pixels.isRescaleAssumed ? (["RESCALE_ASSUMED"] as const) : []),
  ...(signsDisagree ? (["SIGN_MISMATCH"] as const) : []),
  ...(pixels.isLossy ? (["LOSSY_SOURCE"] as const) : []),
  ...(pixels.isMonochrome1 ? (["MONOCHROME1"] as const) : []),
  ...(replaced > 0 ? (["PADDING_REPLACED"] as const) : []),
  ...(leftOver !== null ? (["PIXELS_LEFT_OVER"] as const) : []),
];

/** What is to be said of the pixels of a volume: wherever a value is not the stored one rescaled, it is said. */
export const collectPixelFindings = () => {
  const found = new Map<PixelFinding, string[]>();
  let voxels = 0;
  let becomes = 0;
  let longest: Met["leftOver"] = null;
  const sentenceOf = (code: PixelFinding, slices: number): string => {
    if (code === "PIXELS_LEFT_OVER")
      return `${slices} slices have pixel data longer than Rows and Columns say, ${longest?.have} bytes in place of ${longest?.need}; the rest was left out.`;
    return code === "PADDING_REPLACED"
      ? `${voxels} voxels of ${slices} slices are padding outside the image; they were set to ${becomes}, as which the model knows it.`
      : `${slices} ${sentences[code]}`;
  };
  return {
    add: (plane: Readable, met: Met): void => {
      if (met.replaced > 0) becomes = plane.pixels.paddingBecomes;
      voxels += met.replaced;
      if (met.leftOver !== null && met.leftOver.have > (longest?.have ?? 0)) longest = met.leftOver;
      for (const code of findingsOf(plane, met)) {
        const uids = found.get(code) ?? [];
        uids.push(plane.sopInstanceUid);
        found.set(code, uids);
      }
    },
    has: (code: PixelFinding): boolean => found.has(code),
    warnings: (): readonly Warning[] =>
      [...found].map(([code, sopInstanceUids]) => ({
        code,
        sentence: sentenceOf(code, sopInstanceUids.length),
        details: {
          sopInstanceUids,
          ...(code === "PADDING_REPLACED" && { voxels, becomes }),
          ...(code === "PIXELS_LEFT_OVER" && longest),
        },
      })),
  };
};
