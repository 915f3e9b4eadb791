import { createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { type FailureError, failed } from "../../domain/failure.ts";
import { LARGEST_PICKLE_BYTES } from "../pickle/pickle.ts";
import { requireSpace } from "./space.ts";

/** No checkpoint with its optimizer's copy comes near; a plan or description is far smaller. */
const LARGEST_ENTRY_BYTES = 8 * 2 ** 30;

export const unsafe = (
  sentence: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): FailureError => failed("MODEL_ARCHIVE_UNSAFE", sentence, details, cause);

const requireUnpackable = (entry: yauzl.Entry): void => {
  if (entry.isEncrypted())
    throw failed("CHECKPOINT_NOT_ZIP", "The zip has a password. Unpack it, and name the folder.");
  if (![0, 8].includes(entry.compressionMethod)) {
    throw failed(
      "CHECKPOINT_NOT_ZIP",
      "The zip is packed in another way than Deflate. Unpack it, and name the folder.",
      { compressionMethod: entry.compressionMethod },
    );
  }
  const most = /\.(pkl|json)$/.test(entry.fileName) ? LARGEST_PICKLE_BYTES : LARGEST_ENTRY_BYTES;
  if (entry.uncompressedSize > most)
    throw unsafe(`A file of the zip claims ${entry.uncompressedSize} bytes.`, {
      bytes: entry.uncompressedSize,
    });
};

/** Passes the bytes on and compares their checksum at the end; the zip reader bounds their number by what is claimed. */
const checksummed = (
  { crc32: expected, uncompressedSize }: yauzl.Entry,
  onProgress: (share: number) => void,
): Transform => {
  let checksum = 0;
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      checksum = crc32(chunk, checksum);
      bytes += chunk.length;
      onProgress(bytes / uncompressedSize);
      done(null, chunk);
    },
    flush(done) {
      done(checksum === expected ? null : new Error("checksum"));
    },
  });
};

/**
 * Writes one file of a zip to `target`, as long as it is no larger than a model's can be and the disk has room.
 * Throws CHECKPOINT_NOT_ZIP, CHECKPOINT_TRUNCATED, MODEL_ARCHIVE_UNSAFE, MODEL_NO_SPACE.
 */
export const unpack = async (
  archive: string,
  entry: yauzl.Entry,
  target: string,
  onProgress: (share: number) => void,
): Promise<void> => {
  requireUnpackable(entry);
  await mkdir(dirname(target), { recursive: true });
  await requireSpace(dirname(target), entry.uncompressedSize);
  const file = await open(archive, "r");
  try {
    const zip = await yauzl.fromFdPromise(file.fd, { autoClose: false, lazyEntries: true });
    const stream = await zip.openReadStreamPromise(entry);
    await pipeline(stream, checksummed(entry, onProgress), createWriteStream(target, { flags: "wx" }));
  } catch (error) {
    // What the disk says is no fault of the archive.
    if (error instanceof Error && "syscall" in error) throw error;
    throw failed("CHECKPOINT_TRUNCATED", "A file of the zip is damaged or cut off.", {}, error);
  } finally {
    await file.close();
  }
};
