import { createHash } from "node:crypto";
import { voxelCount } from "../../domain/axes.ts";
import { FailureError, failed } from "../../domain/failure.ts";
import type { Grid } from "../../domain/grid.ts";
import type { Header, SeriesVolume, SourceFrame, SourceSeries } from "../../domain/series.ts";
import type { Warning, WarningCode } from "../../domain/warning.ts";
import { type Jpeg2000Decoder, openJpeg2000 } from "./decode/jpeg2000.ts";
import { nativeByteLength, nativeStoredValues } from "./decode/native.ts";
import { nativeBytes } from "./decode/pixelBytes.ts";
import { rescaleInto } from "./decode/rescale.ts";
import { dropDuplicates } from "./duplicates.ts";
import { headerOf, text } from "./header.ts";
import type { InstanceBytes } from "./instance.ts";
import { keepSlices, type ObjectKind, objectKind, sliceSopClass } from "./objectKind.ts";
import { openPart10, type Part10 } from "./part10.ts";
import { type PixelFormat, readPixelFormat } from "./pixelFormat.ts";
import { readSlice, requireGeometry, type Slice } from "./slice.ts";
import { buildGrid, groupByPosition, requireSlices } from "./stack.ts";

export type ReadOptions = {
  /** Smaller stacks are refused (S8). */
  readonly minSlices: number;
  /** Larger volumes are refused before anything is allocated (P18). */
  readonly maxVoxels: number;
  /** Told the share done, 0 to 1, after each instance. */
  readonly onProgress?: (share: number) => void;
};

export const defaultReadOptions: ReadOptions = { minSlices: 5, maxVoxels: 400_000_000 };

/** What the first pass keeps of an instance: everything but its header and pixels. */
type Scanned = {
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

type Located = Scanned & { readonly slice: Slice };
type Readable = Located & { readonly pixels: PixelFormat };

/** The first pass takes about a fifth of the time. */
const scanShare = 0.2;

/** Lets timers run between instances, so that a long series does not cost a worker its lease. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isUid = (value: string): boolean => /^[0-9.]{1,64}$/.test(value);

const checkPixelFormat = (header: Header, part10: Part10): PixelFormat => {
  const format = readPixelFormat(header, part10);
  // The length is known already: nothing is allocated for pixels that are not there.
  if (format.coding === "native") nativeBytes(part10, nativeByteLength(format));
  return format;
};

const attempt = <T>(run: () => T): T | FailureError => {
  try {
    return run();
  } catch (error) {
    if (error instanceof FailureError) return error;
    throw error;
  }
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

const scanAll = async (
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

const requireOneSeries = (scanned: readonly Scanned[]): void => {
  const series = [...new Set(scanned.map(({ seriesUid }) => seriesUid))].sort();
  if (series.length > 1) {
    throw failed("SEVERAL_SERIES", `The files belong to ${series.length} series.`, { seriesUids: series });
  }
  const bad = scanned.filter(({ sopInstanceUid }) => !isUid(sopInstanceUid));
  if (bad.length > 0) {
    throw failed("UID_INVALID", `${bad.length} of ${scanned.length} images have no valid SOPInstanceUID.`);
  }
};

const pixelDigest = ({ instance }: Scanned): string => {
  const { bytes, pixelData } = openPart10(instance.read());
  const start = pixelData?.valueStart ?? bytes.byteLength;
  const end = pixelData?.length === null ? bytes.byteLength : start + (pixelData?.length ?? 0);
  return createHash("sha256").update(bytes.subarray(start, end)).digest("hex");
};

/** The images in order of their planes, one for each. */
const arrange = (
  located: readonly Located[],
): { planes: readonly Located[]; warnings: readonly Warning[] } => {
  const uniform: Warning[] = [];
  const candidates = located.map((item) => ({ ...item, pixelDigest: () => pixelDigest(item) }));
  const { kept, warnings } = dropDuplicates(candidates, (unique) => {
    const grouped = groupByPosition(unique);
    uniform.push(...grouped.warnings);
    return grouped.groups;
  });
  return { planes: kept, warnings: [...uniform, ...warnings] };
};

/** The same failure, naming the instance. */
const blame = (sopInstanceUid: string, { failure, cause }: FailureError): FailureError =>
  failed(failure.code, failure.sentence, { ...failure.details, sopInstanceUids: [sopInstanceUid] }, cause);

const requireReadablePixels = (planes: readonly Located[]): readonly Readable[] => {
  for (const { pixels, sopInstanceUid } of planes) {
    if (pixels instanceof FailureError) throw blame(sopInstanceUid, pixels);
  }
  return planes as readonly Readable[];
};

const requireSize = (grid: Grid, maxVoxels: number): void => {
  const voxels = voxelCount(grid.shape);
  if (voxels <= maxVoxels) return;
  throw failed("TOO_LARGE", `The series has ${voxels} voxels; the limit is ${maxVoxels}.`, {
    voxels,
    maxVoxels,
  });
};

type Plan = {
  readonly planes: readonly Readable[];
  readonly grid: Grid;
  readonly warnings: readonly Warning[];
};

/** Everything that can be refused or warned of from the headers alone. */
const planVolume = (scanned: readonly Scanned[], { minSlices, maxVoxels }: ReadOptions): Plan => {
  const images = keepSlices(scanned);
  requireOneSeries(images.slices);
  const arranged = arrange(requireGeometry(images.slices));
  const built = buildGrid(arranged.planes.map(({ slice }) => slice));
  const planes = requireReadablePixels(arranged.planes);
  requireSlices(planes.length, minSlices);
  requireSize(built.grid, maxVoxels);
  return {
    planes,
    grid: built.grid,
    warnings: [...images.warnings, ...arranged.warnings, ...built.warnings],
  };
};

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
const decodePlanes = async (
  { planes, grid }: Plan,
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

const frameOf = ({ sopClassUid, sopInstanceUid, slice }: Located): SourceFrame => ({
  sopClassUid,
  sopInstanceUid,
  frameNumber: null,
  positionLps: slice.positionLps,
});

const sourceOf = ({ planes, grid }: Plan, header: Header): SourceSeries => {
  const [first] = planes;
  if (first === undefined) throw failed("NO_IMAGES", "The series is empty.");
  return {
    studyUid: first.studyUid,
    seriesUid: first.seriesUid,
    modality: first.modality === "CT" ? "CT" : "MR",
    frameOfReferenceUid:
      planes.find(({ slice }) => slice.frameOfReferenceUid !== "")?.slice.frameOfReferenceUid ?? "",
    header,
    frames: planes.map(frameOf),
    grid,
  };
};

/**
 * The volume of a series of classic CT or MR images, the same bytes whatever the order of the instances. Voxels (z,y,x)
 * in HU (CT) or rescaled stored values (MR); the grid and the frames keep the source's planes, nothing is reoriented.
 * `frameOfReferenceUid` is empty where the source has none.
 * Two passes over the instances: headers first, then each slice into one preallocated array; never two files at once.
 * Throws FailureError: NOT_DICOM, NO_IMAGES, MODALITY, COLOUR_IMAGE, LOCALIZER, MULTI_FRAME, DERIVED_NOT_VOLUME,
 * SEVERAL_SERIES, UID_INVALID, NO_GEOMETRY, MIXED_*, AMBIGUOUS_POSITIONS, GANTRY_TILT, MISSING_SLICES,
 * NON_UNIFORM_SPACING, UNSUPPORTED_*, CT_NO_RESCALE, MODALITY_LUT, PIXEL_*, TOO_FEW_SLICES, TOO_LARGE.
 */
export const readSeries = async (
  instances: readonly InstanceBytes[],
  options: ReadOptions,
): Promise<SeriesVolume> => {
  const onProgress = options.onProgress ?? (() => undefined);
  const plan = planVolume(await scanAll(instances, onProgress), options);
  const { voxels, header, warnings } = await decodePlanes(plan, onProgress);
  return {
    source: sourceOf(plan, header),
    volume: { grid: plan.grid, voxels },
    warnings: [...plan.warnings, ...warnings],
  };
};
