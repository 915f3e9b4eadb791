import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { failed } from "../../domain/failure.ts";
import { describeStart, START_BYTES } from "./fileKind.ts";

/** One stored (uncompressed) member: where its bytes lie in the file. */
export type ZipRecord = { readonly name: string; readonly bytes: number };

/** Random access to the members of one archive file; close it when done. */
export type ZipArchive = {
  readonly records: ReadonlyMap<string, ZipRecord>;
  /** `length` bytes of a member from `start`. The member's checksum is verified once. Throws CHECKPOINT_TRUNCATED. */
  readonly read: (record: ZipRecord, start: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly close: () => Promise<void>;
};

/** A checkpoint holds one member per storage, a few hundred. */
const MOST_RECORDS = 100_000;

const CHUNK_BYTES = 4 * 2 ** 20;

const truncated = (sentence: string, details: Record<string, unknown> = {}, cause?: unknown) =>
  failed("CHECKPOINT_TRUNCATED", sentence, details, cause);

const readFully = async (
  file: FileHandle,
  target: Uint8Array<ArrayBuffer>,
  position: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) {
      throw truncated(`The checkpoint ends at byte ${position + done}, before its last weights.`, {
        at: position + done,
      });
    }
    done += bytesRead;
  }
  return target;
};

/** A zip starts with its first member; whatever else was saved under a checkpoint's name is said. */
export const requireZipStart = async (file: FileHandle): Promise<void> => {
  const buffer = Buffer.alloc(START_BYTES);
  const { bytesRead } = await file.read(buffer, 0, START_BYTES, 0);
  if (bytesRead < 4) {
    throw truncated(`The file has only ${bytesRead} bytes; its download did not end, or never began.`, {
      bytes: bytesRead,
    });
  }
  const start = buffer.subarray(0, bytesRead);
  if (start.toString("latin1", 0, 4) !== "PK\u0003\u0004") {
    throw failed("CHECKPOINT_NOT_ZIP", describeStart(start), { firstBytes: start.toString("hex", 0, 4) });
  }
};

const listEntries = async (zip: yauzl.ZipFile): Promise<Map<string, yauzl.Entry>> => {
  const entries = new Map<string, yauzl.Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entries.size >= MOST_RECORDS) throw truncated(`The checkpoint lists over ${MOST_RECORDS} members.`);
    if (entries.has(entry.fileName)) throw truncated("The checkpoint lists a member twice.");
    entries.set(entry.fileName, entry);
  }
  return entries;
};

/** torch.save never compresses; a compressed member could be a bomb and has no place in a checkpoint. */
const requireStored = (entry: yauzl.Entry): void => {
  if (entry.compressionMethod !== 0 || entry.isEncrypted()) {
    throw failed(
      "CHECKPOINT_NOT_ZIP",
      "The archive was packed again by another program; torch.save never compresses.",
      {
        compressionMethod: entry.compressionMethod,
      },
    );
  }
};

const requireChecksum = async (file: FileHandle, entry: yauzl.Entry, start: number): Promise<void> => {
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, entry.uncompressedSize));
  let checksum = 0;
  for (let at = 0; at < entry.uncompressedSize; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, entry.uncompressedSize - at));
    checksum = crc32(await readFully(file, part, start + at), checksum);
  }
  if (checksum !== entry.crc32) {
    throw truncated("A member of the checkpoint does not match its checksum.", {
      expected: entry.crc32,
      found: checksum,
    });
  }
};

const openEntries = async (file: FileHandle): Promise<readonly [yauzl.ZipFile, Map<string, yauzl.Entry>]> => {
  await requireZipStart(file);
  try {
    const zip = await yauzl.fromFdPromise(file.fd, { autoClose: false, lazyEntries: true });
    return [zip, await listEntries(zip)];
  } catch (error) {
    if (error instanceof Error && error.name === "FailureError") throw error;
    throw truncated(
      "The file starts like a checkpoint, but its table of contents, which comes last, is missing or damaged.",
      {},
      error,
    );
  }
};

/**
 * The members of a zip archive by name; nothing is unpacked. Zip64 is read.
 * Throws CHECKPOINT_NOT_ZIP, CHECKPOINT_TRUNCATED.
 */
export const openZip = async (path: string): Promise<ZipArchive> => {
  const file = await open(path, "r");
  try {
    const [zip, entries] = await openEntries(file);
    const starts = new Map<string, number>();
    const startOf = async (entry: yauzl.Entry): Promise<number> => {
      const known = starts.get(entry.fileName);
      if (known !== undefined) return known;
      requireStored(entry);
      const header = await zip
        .readLocalFileHeaderPromise(entry, { minimal: true })
        .catch((cause: unknown) => {
          throw truncated("A member of the checkpoint lies beyond the end of the file.", {}, cause);
        });
      await requireChecksum(file, entry, header.fileDataStart);
      starts.set(entry.fileName, header.fileDataStart);
      return header.fileDataStart;
    };
    return {
      records: new Map([...entries].map(([name, entry]) => [name, { name, bytes: entry.uncompressedSize }])),
      read: async (record, start, length) => {
        const entry = entries.get(record.name);
        if (entry === undefined || start + length > entry.uncompressedSize) {
          throw truncated("A member of the checkpoint is shorter than its weights.", { bytes: record.bytes });
        }
        return readFully(file, new Uint8Array(length), (await startOf(entry)) + start);
      },
      // The zip reader would close the descriptor itself, behind the back of the handle that owns it.
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
};
