import { voxelCount } from "../../domain/axes.ts";
import { FailureError } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import type { Warning, WarningCode } from "../../domain/warning.ts";
import { attempt, blame } from "./attempt.ts";
import { type Jpeg2000Decoder, openJpeg2000 } from "./decode/jpeg2000.ts";
import { nativeStoredValues } from "./decode/native.ts";
import { rescaleInto } from "./decode/rescale.ts";
import { headerOf } from "./header.ts";
import { openPart10, type Part10 } from "./part10.ts";
import type { VolumePlan } from "./planVolume.ts";
import { breathe, type Readable, scanShare } from "./scanInstances.ts";

type PixelFinding = Extract<WarningCode, "LOSSY_SOURCE" | "MONOCHROME1" | "SIGN_MISMATCH">;

const pixelSentences: Readonly<Record<PixelFinding, string>> = {
  LOSSY_SOURCE: "slices were compressed with loss.",
  MONOCHROME1: "slices are MONOCHROME1; their values were taken as stored.",
  SIGN_MISMATCH: "slices have a header and a codestream that disagree about the sign.",
};

const pixelWarnings = (found: ReadonlyMap<PixelFinding, readonly string[]>): readonly Warning[] =>
  [...found].map(([code, sopInstanceUids]) => ({
    code,
    sentence: `${sopInstanceUids.length} ${pixelSentences[code]}`,
    details: { sopInstanceUids },
  }));

type Decoded = {
  readonly voxels: Float32Array;
  readonly header: Header;
  readonly warnings: readonly Warning[];
};

type StoredPixels = ReturnType<Jpeg2000Decoder>;

const storedPixels = (part10: Part10, plane: Readable, decoder: Jpeg2000Decoder | null): StoredPixels => {
  const { pixels, sopInstanceUid } = plane;
  const stored = attempt(() =>
    pixels.coding === "jpeg2000" && decoder !== null
      ? decoder(part10, pixels)
      : { values: nativeStoredValues(part10, pixels), signsDisagree: false },
  );
  if (stored instanceof FailureError) throw blame(sopInstanceUid, stored);
  return stored;
};

/** Second pass: every slice straight into its plane of the one array. */
export const decodePlanes = async (
  { planes, grid }: VolumePlan,
  onProgress: (share: number) => void,
): Promise<Decoded> => {
  const voxels = new Float32Array(voxelCount(grid.shape));
  const planeSize = grid.shape[1] * grid.shape[2];
  const found = new Map<PixelFinding, string[]>();
  const note = (code: PixelFinding, uid: string): void =>
    void found.set(code, [...(found.get(code) ?? []), uid]);
  const usesJpeg2000 = planes.some(({ pixels }) => pixels.coding === "jpeg2000");
  const decoder = usesJpeg2000 ? await openJpeg2000() : null;
  let header: Header = {};
  for (const [k, plane] of planes.entries()) {
    const { instance, sopInstanceUid, pixels } = plane;
    const part10 = openPart10(instance.read());
    if (k === 0) header = headerOf(part10);
    const { values, signsDisagree } = storedPixels(part10, plane, decoder);
    rescaleInto(voxels, k * planeSize, values, pixels);
    if (signsDisagree) note("SIGN_MISMATCH", sopInstanceUid);
    if (pixels.isLossy) note("LOSSY_SOURCE", sopInstanceUid);
    if (pixels.isMonochrome1) note("MONOCHROME1", sopInstanceUid);
    onProgress(1 - ((1 - scanShare) * (planes.length - k - 1)) / planes.length);
    await breathe();
  }
  return { voxels, header, warnings: pixelWarnings(found) };
};
