import { voxelCount } from "../../domain/axes.ts";
import { FailureError } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import type { Warning } from "../../domain/warning.ts";
import { headerOf } from "../file/header.ts";
import { openPart10, type Part10 } from "../file/part10.ts";
import type { StoredPixels } from "../pixels/decodeFrame.ts";
import { type FrameDecoder, openFrameDecoder } from "../pixels/frameDecoder.ts";
import type { ByteRange } from "../pixels/frameFragments.ts";
import { collectHounsfieldEvidence } from "../pixels/hounsfield.ts";
import { frameBytes, leftOver, locateFrames } from "../pixels/pixelBytes.ts";
import { rescaleInto } from "../pixels/rescale.ts";
import { blame } from "./attempt.ts";
import { framesOf } from "./frames.ts";
import { collectPixelFindings } from "./pixelFindings.ts";
import type { VolumePlan } from "./planVolume.ts";
import { breathe, type Readable, scanShare } from "./scanInstances.ts";

type Decoded = {
  readonly voxels: Float32Array;
  readonly header: Header;
  readonly warnings: readonly Warning[];
};

const storedPixels = async (
  part10: Part10,
  ranges: readonly ByteRange[],
  { pixels, sopInstanceUid }: Readable,
  { decode }: FrameDecoder,
): Promise<StoredPixels> => {
  try {
    return await decode(frameBytes(part10, ranges), pixels);
  } catch (error) {
    throw error instanceof FailureError ? blame(sopInstanceUid, error) : error;
  }
};

/** The planes of each object together, so that each file is opened once. */
const byObject = (planes: readonly Readable[]): readonly (readonly (readonly [Readable, number])[])[] => [
  ...Map.groupBy(
    planes.map((plane, k) => [plane, k] as const),
    ([{ instance }]) => instance,
  ).values(),
];

/** A plane, where the bytes of its frame lie, and how much its object holds beyond its frames. */
type Located = {
  readonly plane: Readable;
  readonly k: number;
  readonly part10: Part10;
  readonly ranges: readonly ByteRange[];
  readonly rest: ReturnType<typeof leftOver>;
};

/** The planes one by one with the bytes of their frames; each file is opened once. */
const eachFrame = function* (planes: readonly Readable[]): Generator<Located> {
  for (const object of byObject(planes)) {
    const [first] = object;
    if (first === undefined) continue;
    const part10 = openPart10(first[0].instance.read());
    const frames = locateFrames(part10, first[0].pixels, first[0].framesInObject);
    const rest = leftOver(part10, first[0].pixels, first[0].framesInObject);
    for (const [plane, k] of object)
      yield { plane, k, part10, ranges: frames[(plane.frameNumber ?? 1) - 1] ?? [], rest };
  }
};

const headerAt = (part10: Part10, { frameNumber }: Readable): Header =>
  framesOf(headerOf(part10))[(frameNumber ?? 1) - 1]?.header ?? {};

const areCompressed = (planes: readonly Readable[]): boolean =>
  planes.some(({ pixels: { coding } }) => coding !== "native" && coding !== "rle");

/** Second pass: every plane straight into its place in the one array. Throws PIXEL_DECODE_FAILED, CT_NO_RESCALE. */
export const decodePlanes = async (
  { planes, grid }: VolumePlan,
  onProgress: (share: number) => void,
): Promise<Decoded> => {
  const voxels = new Float32Array(voxelCount(grid.shape));
  const planeSize = grid.shape[1] * grid.shape[2];
  const findings = collectPixelFindings();
  const evidence = collectHounsfieldEvidence();
  let header: Header = {};
  let done = 0;

  const place = async ({ plane, k, rest }: Located, decoded: Promise<StoredPixels>): Promise<void> => {
    const { values, signsDisagree } = await decoded;
    const replaced = rescaleInto(voxels, k * planeSize, values, plane.pixels);
    if (plane.pixels.isRescaleAssumed) evidence.add(values, plane.pixels.padding);
    findings.add(plane, { signsDisagree, replaced, leftOver: rest });
    done++;
    onProgress(1 - ((1 - scanShare) * (planes.length - done)) / planes.length);
    await breathe();
  };

  const decoder = openFrameDecoder(planes.length, areCompressed(planes));
  const underWay: (() => Promise<void>)[] = [];
  try {
    for (const located of eachFrame(planes)) {
      const { plane, k, part10, ranges } = located;
      if (k === 0) header = headerAt(part10, plane);
      const decoded = storedPixels(part10, ranges, plane, decoder);
      // The first that fails is the one that is told of; those behind it are nobody's any more.
      decoded.catch(() => {});
      underWay.push(() => place(located, decoded));
      if (underWay.length >= decoder.width) await underWay.shift()?.();
    }
    for (const next of underWay) await next();
  } finally {
    await decoder.close();
  }
  if (findings.has("RESCALE_ASSUMED")) evidence.require();
  return { voxels, header, warnings: findings.warnings() };
};
