import type { FailureError } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import { headerOf } from "../file/header.ts";
import { openPart10, type Part10 } from "../file/part10.ts";
import { locateFrames } from "../pixels/pixelBytes.ts";
import { type PixelFormat, readPixelFormat } from "../pixels/pixelFormat.ts";
import { attempt } from "./attempt.ts";
import { type Described, describeFrame } from "./describe.ts";
import { framesOf } from "./frames.ts";
import type { InstanceBytes } from "./instance.ts";
import type { Slice } from "./slice.ts";

/** What the first pass keeps of an image plane: everything but its header and pixels. */
export type Scanned = Described & {
  readonly instance: InstanceBytes;
  /** Planes in the object that this one belongs to. */
  readonly framesInObject: number;
  /** Or why its pixels cannot be read, told only once the geometry is known to be sound. */
  readonly pixels: PixelFormat | FailureError;
};

export type ScannedPlane = Scanned & { readonly slice: Slice };
export type Readable = ScannedPlane & { readonly pixels: PixelFormat };

/** The first pass takes about a fifth of the time. */
export const scanShare = 0.2;

/** Lets timers run between instances, so that a long series does not cost a worker its lease. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const checkPixelFormat = (header: Header, part10: Part10, frames: number): PixelFormat => {
  const format = readPixelFormat(header, part10);
  // The length is known already: nothing is allocated for pixels that are not there.
  locateFrames(part10, format, frames);
  return format;
};

const scan = (instance: InstanceBytes): readonly Scanned[] => {
  const part10 = openPart10(instance.read());
  const frames = framesOf(headerOf(part10));
  let checked: PixelFormat | FailureError | null = null;
  return frames.map((frame) => {
    // Where the frames of an object lie is the same for all of them; what their values mean is not.
    checked =
      checked === null
        ? attempt(() => checkPixelFormat(frame.header, part10, frames.length))
        : attempt(() => readPixelFormat(frame.header, part10));
    return { ...describeFrame(frame), instance, framesInObject: frames.length, pixels: checked };
  });
};

/** First pass: the headers of all planes of every instance, in the order given. */
export const scanInstances = async (
  instances: readonly InstanceBytes[],
  onProgress: (share: number) => void,
): Promise<readonly Scanned[]> => {
  const scanned: Scanned[] = [];
  for (const [index, instance] of instances.entries()) {
    for (const plane of scan(instance)) scanned.push(plane);
    onProgress((scanShare * (index + 1)) / instances.length);
    await breathe();
  }
  return scanned;
};
