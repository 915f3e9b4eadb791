import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";

/** A member of an archive; the overrides write a header that lies. */
export type Member = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly claimedBytes?: number;
  readonly claimedCrc?: number;
  readonly method?: number;
  readonly claimedOffset?: number;
};

const u16 = (value: number): Buffer => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);

/** Fields that local and central headers share: flags … extra length. */
const common = (member: Member, checksum: number, extraBytes: number, isZip64: boolean): Buffer => {
  const size = isZip64 ? 0xffffffff : (member.claimedBytes ?? member.bytes.length);
  const stored = isZip64 ? 0xffffffff : member.method === undefined ? size : member.bytes.length;
  return Buffer.concat([
    u16(45),
    u16(0x800),
    u16(member.method ?? 0),
    u32(0),
    u32(member.claimedCrc ?? checksum),
    u32(stored),
    u32(size),
    u16(Buffer.byteLength(member.name)),
    u16(extraBytes),
  ]);
};

const centralHeader = (member: Member, checksum: number, offset: number, isZip64: boolean): Buffer => {
  const size = member.claimedBytes ?? member.bytes.length;
  const extra = isZip64
    ? Buffer.concat([u16(1), u16(24), u64(size), u64(size), u64(offset)])
    : Buffer.alloc(0);
  return Buffer.concat([
    u32(0x02014b50),
    u16(45),
    common(member, checksum, extra.length, isZip64),
    u16(0),
    u16(0),
    u16(0),
    u32(0),
    u32(isZip64 ? 0xffffffff : (member.claimedOffset ?? offset)),
    Buffer.from(member.name),
    extra,
  ]);
};

const endRecords = (count: number, size: number, offset: number, isZip64: boolean): Buffer => {
  const zip64 = Buffer.concat([
    u32(0x06064b50),
    u64(44),
    u16(45),
    u16(45),
    u32(0),
    u32(0),
    u64(count),
    u64(count),
    u64(size),
    u64(offset),
    u32(0x07064b50),
    u32(0),
    u64(offset + size),
    u32(1),
  ]);
  const end = Buffer.concat([
    u32(0x06054b50),
    u16(0),
    u16(0),
    u16(isZip64 ? 0xffff : count),
    u16(isZip64 ? 0xffff : count),
    u32(isZip64 ? 0xffffffff : size),
    u32(isZip64 ? 0xffffffff : offset),
    u16(0),
  ]);
  return isZip64 ? Buffer.concat([zip64, end]) : end;
};

/** Writes members uncompressed, as torch.save does, one at a time; with zip64 records when asked. */
export const writeZip = (path: string, members: Iterable<Member>, isZip64 = false): void => {
  const file = openSync(path, "w");
  let position = 0;
  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    position += bytes.length;
  };
  try {
    const central: Buffer[] = [];
    for (const member of members) {
      const checksum = crc32(member.bytes);
      central.push(centralHeader(member, checksum, position, isZip64));
      write(Buffer.concat([u32(0x04034b50), common(member, checksum, 0, false), Buffer.from(member.name)]));
      write(member.bytes);
    }
    const directory = Buffer.concat(central);
    const start = position;
    write(directory);
    write(endRecords(central.length, directory.length, start, isZip64));
  } finally {
    closeSync(file);
  }
};

/** A member as web drives and desktops pack it. */
export const deflated = (name: string, bytes: Uint8Array): Member => ({
  name,
  bytes: deflateRawSync(bytes),
  method: 8,
  claimedBytes: bytes.length,
  claimedCrc: crc32(bytes),
});

/** Every file below a folder, packed under `prefix`. */
export const packFolder = (folder: string, prefix: string): Member[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => deflated(`${prefix}${path.slice(folder.length + 1)}`, readFileSync(path)));
