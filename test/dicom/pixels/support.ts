import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { headerOf } from "../../../src/dicom/file/header.ts";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { decodeFrame, type StoredPixels } from "../../../src/dicom/pixels/decodeFrame.ts";
import { frameBytes, locateFrames } from "../../../src/dicom/pixels/pixelBytes.ts";
import { type PixelFormat, readPixelFormat } from "../../../src/dicom/pixels/pixelFormat.ts";
import { FailureError } from "../../../src/domain/failure.ts";
import { type Bits, dicomFile, nativePixels, sliceAttributes } from "../../support/dicomSeries.ts";

/** The one frame of a file and the header's account of it. */
export type Sample = { readonly format: PixelFormat; readonly frame: Uint8Array };

export const sampleOf = (bytes: Uint8Array): Sample => {
  const part10 = openPart10(bytes);
  const format = readPixelFormat(headerOf(part10), part10);
  const [ranges = []] = locateFrames(part10, format, 1);
  return { format, frame: frameBytes(part10, ranges) };
};

export const decode = ({ frame, format }: Sample): Promise<StoredPixels> => decodeFrame(frame, format);

export const decodeFile = async (bytes: Uint8Array): Promise<StoredPixels> => decode(sampleOf(bytes));

/** The failure's code, or "none". */
export const codeOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
    return "none";
  } catch (error) {
    return error instanceof FailureError ? error.failure.code : String(error);
  }
};

export type Picture = {
  readonly rows: number;
  readonly columns: number;
  readonly bits: Bits;
  /** Row by row; words beyond BitsStored are written as they are. */
  readonly values: readonly number[];
};

/** An uncompressed CT image. */
export const plainFile = ({ rows, columns, bits, values }: Picture): Uint8Array =>
  dicomFile(sliceAttributes({ rows, columns, bits }, 0), nativePixels(values, bits));

/** What an outside program makes of a file. */
export const convert = (file: Uint8Array, program: string, ...options: readonly string[]): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-"));
  try {
    const [from, to] = [join(folder, "in.dcm"), join(folder, "out.dcm")];
    writeFileSync(from, file);
    execFileSync(program, [...options, from, to], { stdio: "ignore" });
    return readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
