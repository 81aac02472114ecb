import { crc32, deflateRawSync } from "node:zlib";

export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  /** Bit 0: encrypted. */
  readonly flags?: number;
  /** Unix mode, e.g. 0o120777 for a link. */
  readonly mode?: number;
  /** Say another unpacked size than the true one. */
  readonly announcedBytes?: number;
  /** Put the directory entry on the packed bytes of an earlier file: what overlapping bombs do. */
  readonly sameBytesAs?: number;
}

/** Writes a zip, always the same for the same files. It can lie, for tests of what reads zips. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const file of files) {
    const bytes = Buffer.from(file.bytes);
    const packed = deflateRawSync(bytes, { level: 9 });
    const name = Buffer.from(file.name, "utf8");
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800 | (file.flags ?? 0), 2); // names are UTF-8
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(0, 6);
    common.writeUInt16LE(0x21, 8); // 1 January 1980
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(file.announcedBytes ?? bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    offsets.push(file.sameBytesAs === undefined ? at : (offsets[file.sameBytesAs] ?? 0));
    if (file.sameBytesAs === undefined) {
      const local = [Buffer.from("PK\x03\x04", "latin1"), common, name, packed];
      pieces.push(...local);
      at += local.reduce((sum, piece) => sum + piece.length, 0);
    }
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((file.mode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(offsets.at(-1) ?? 0, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), common, rest, name);
  }
  return Buffer.concat([...pieces, ...directory, endRecord(files.length, at, directory)]);
}

/** The record at the end; `entries` may be a lie, to be given by `withEntryCount`. */
function endRecord(entries: number, directoryAt: number, directory: readonly Buffer[]): Buffer {
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(
    directory.reduce((sum, piece) => sum + piece.length, 0),
    12,
  );
  end.writeUInt32LE(directoryAt, 16);
  return end;
}

/** The same zip, claiming to hold `entries` files (at most 65,534). */
export function withEntryCount(zip: Buffer, entries: number): Buffer {
  const lie = Buffer.from(zip);
  lie.writeUInt16LE(entries, lie.length - 14);
  lie.writeUInt16LE(entries, lie.length - 12);
  return lie;
}
