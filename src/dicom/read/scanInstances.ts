import type { FailureError } from "../../domain/failure.ts";
import type { Header } from "../../domain/series.ts";
import { attempt } from "./attempt.ts";
import { nativeByteLength } from "./decode/native.ts";
import { nativeBytes } from "./decode/pixelBytes.ts";
import { headerOf, text } from "./header.ts";
import type { InstanceBytes } from "./instance.ts";
import { type ObjectKind, objectKind, sliceSopClass } from "./objectKind.ts";
import { openPart10, type Part10 } from "./part10.ts";
import { type PixelFormat, readPixelFormat } from "./pixelFormat.ts";
import { readSlice, type Slice } from "./slice.ts";

/** What the first pass keeps of an instance: everything but its header and pixels. */
export type Scanned = {
  readonly instance: InstanceBytes;
  readonly kind: ObjectKind;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly studyUid: string;
  readonly modality: string;
  readonly slice: ReturnType<typeof readSlice>;
  /** Or why its pixels cannot be read, told only once the geometry is known to be sound. */
  readonly pixels: PixelFormat | FailureError;
};

export type Located = Scanned & { readonly slice: Slice };
export type Readable = Located & { readonly pixels: PixelFormat };

/** The first pass takes about a fifth of the time. */
export const scanShare = 0.2;

/** Lets timers run between instances, so that a long series does not cost a worker its lease. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const checkPixelFormat = (header: Header, part10: Part10): PixelFormat => {
  const format = readPixelFormat(header, part10);
  // The length is known already: nothing is allocated for pixels that are not there.
  if (format.coding === "native") nativeBytes(part10, nativeByteLength(format));
  return format;
};

const scan = (instance: InstanceBytes): Scanned => {
  const part10 = openPart10(instance.read());
  const header = headerOf(part10);
  return {
    instance,
    kind: objectKind(header),
    sopClassUid: sliceSopClass(header),
    sopInstanceUid: text(header, "SOPInstanceUID") ?? "",
    seriesUid: text(header, "SeriesInstanceUID") ?? "",
    studyUid: text(header, "StudyInstanceUID") ?? "",
    modality: text(header, "Modality") ?? "",
    slice: readSlice(header),
    pixels: attempt(() => checkPixelFormat(header, part10)),
  };
};

/** First pass: the header of every instance, in the order given. */
export const scanInstances = async (
  instances: readonly InstanceBytes[],
  onProgress: (share: number) => void,
): Promise<readonly Scanned[]> => {
  const scanned: Scanned[] = [];
  for (const instance of instances) {
    scanned.push(scan(instance));
    onProgress((scanShare * scanned.length) / instances.length);
    await breathe();
  }
  return scanned;
};
