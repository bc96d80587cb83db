import { deflateRawSync, gzipSync } from 'node:zlib';
import { Header } from 'tar';

/** A file, folder or link of an archive under test; its name is written as it stands, however hostile. */
export interface Item {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** Unix file type and permissions. */
  readonly mode?: number;
  readonly isStored?: boolean;
  /** What the archive claims, instead of the truth. */
  readonly bytes?: number;
  /** Type of a tar entry. */
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice';
}

/** A zip archive of these items. */
export function zipOf(...items: Item[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', mode = 0, isStored = false, bytes } of items) {
    const raw = Buffer.from(content);
    const data = isStored ? raw : deflateRawSync(raw);
    const path = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt16LE(isStored ? 0 : 8, 4);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(bytes ?? raw.length, 18);
    shared.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, path, data]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE((mode << 16) >>> 0, 6);
    end.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), shared, end, path]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const tail = Buffer.alloc(18);
  tail.writeUInt16LE(items.length, 4);
  tail.writeUInt16LE(items.length, 6);
  tail.writeUInt32LE(central.length, 8);
  tail.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), tail]);
}

/** A compressed tar archive of these items. */
export function tgzOf(...items: Item[]): Buffer {
  const blocks = items.flatMap(({ name, content = '', type = 'File', bytes, mode = 0o644 }) => {
    const raw = Buffer.from(content);
    const block = Buffer.alloc(512);
    const isLink = type === 'SymbolicLink' || type === 'Link';
    new Header({
      path: name,
      mode: mode & 0o7777,
      size: bytes ?? raw.length,
      type,
      ...(isLink && { linkpath: '/etc' }),
    }).encode(block);
    return [block, raw, Buffer.alloc((512 - (raw.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
