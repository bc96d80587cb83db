import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { Tensor } from '../../../../trainer/tensor-files/tensors.ts';
import { temporaryFolder } from '../data/images.ts';

/** Bytes of a pickle, written by hand: texts stand for their characters, numbers for bytes. */
export function pickle(...parts: (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part, 'latin1');
      return typeof part === 'number' ? Buffer.of(part) : part;
    }),
  );
}

export const start = pickle(0x80, 2);

/** A text of less than 256 bytes (BINUNICODE). */
export const text = (value: string) => pickle('X', value.length, 0, 0, 0, value);
/** A number below 2 ** 31 (BININT2, or BININT from 65536 on). */
export const count = (value: number) =>
  value < 65536
    ? pickle('M', value & 255, value >> 8)
    : pickle('J', value & 255, (value >> 8) & 255, (value >> 16) & 255, value >> 24);
export const global = (module: string, name: string) => `c${module}\n${name}\n`;

export interface RawTensor {
  readonly type?: string;
  readonly key?: string;
  readonly elements?: number;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
}

/** A tensor as PyTorch pickles it; by default two floats in storage 0. */
export function tensor({
  type = 'FloatStorage',
  key = '0',
  elements = 2,
  offset = 0,
  shape = [2],
  strides = [1],
}: RawTensor = {}): Buffer {
  const tuple = (values: readonly number[]) => pickle('(', ...values.map(count), 't');
  return pickle(
    global('torch._utils', '_rebuild_tensor_v2'),
    '((',
    text('storage'),
    global('torch', type),
    text(key),
    text('cpu'),
    count(elements),
    'tQ',
    count(offset),
    tuple(shape),
    tuple(strides),
    0x89,
    global('collections', 'OrderedDict'),
    ')RtR',
  );
}

/** A dictionary of one item. */
export const dict = (key: string, value: Uint8Array | string) => pickle('}', text(key), value, 's');

export interface RawEntry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly deflate?: boolean;
  /** Instead of the true ones. */
  readonly size?: number;
  readonly packedSize?: number;
  readonly crc?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly offset?: number;
}

/** The same archive with 64-bit numbers (Zip64), as of more than 4 GiB. */
export function zip64(archive: Buffer): Buffer {
  const end = archive.length - 22;
  const [count, offset] = [archive.readUInt16LE(end + 10), archive.readUInt32LE(end + 16)];
  const entries: Buffer[] = [];
  for (let at = offset; at < end; ) {
    const name = archive.subarray(at + 46, at + 46 + archive.readUInt16LE(at + 28));
    const entry = Buffer.from(archive.subarray(at, at + 46));
    const extra = Buffer.alloc(6 + 28);
    // Another field comes first.
    extra.writeUInt16LE(0x7855, 0);
    extra.writeUInt16LE(2, 2);
    extra.writeUInt16LE(1, 6);
    extra.writeUInt16LE(24, 8);
    for (const [index, field] of [24, 20, 42].entries()) {
      extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(field)), 10 + 8 * index);
      entry.writeUInt32LE(0xffffffff, field);
    }
    entry.writeUInt16LE(extra.length, 30);
    entries.push(entry, name, extra);
    at += 46 + name.length;
  }
  const directory = Buffer.concat(entries);
  const large = Buffer.alloc(56);
  large.write('PK\x06\x06', 'latin1');
  large.writeBigUInt64LE(BigInt(count), 32);
  large.writeBigUInt64LE(BigInt(directory.length), 40);
  large.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(offset + directory.length), 8);
  const last = Buffer.alloc(22, 0xff);
  last.write('PK\x05\x06\0\0\0\0', 'latin1');
  last.writeUInt16LE(0, 20);
  return Buffer.concat([archive.subarray(0, offset), directory, large, locator, last]);
}

/** A zip archive in which anything may be wrong. */
export function zip(entries: readonly RawEntry[], change: (end: Buffer) => void = () => {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const packed = entry.deflate ? deflateRawSync(entry.content) : entry.content;
    const name = Buffer.from(entry.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(entry.flags ?? 0, 2);
    common.writeUInt16LE(entry.method ?? (entry.deflate ? 8 : 0), 4);
    common.writeUInt32LE(entry.crc ?? crc32(entry.content), 10);
    common.writeUInt32LE(entry.packedSize ?? packed.length, 14);
    common.writeUInt32LE(entry.size ?? entry.content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(entry.offset ?? offset, 10);
    directory.push(pickle('PK\x01\x02', 0, 0), common, rest, name);
    const local = Buffer.concat([pickle('PK\x03\x04'), common, name, packed]);
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  change(end);
  return Buffer.concat([...locals, listed, end]);
}

/** The two floats of storage 0. */
export const twoFloats = Buffer.from(Float32Array.of(1, 2).buffer);

/** A file of PyTorch's zip format around a pickle. */
export function zipped(data: Uint8Array, ...more: RawEntry[]): Buffer {
  return zip([
    { name: 'a/data.pkl', content: data },
    { name: 'a/data/0', content: twoFloats },
    { name: 'a/version', content: Buffer.from('3\n') },
    ...more,
  ]);
}

/** What programs save: dictionaries and lists of tensors, and of values that belong to training. */
export type Saved = Tensor | number | string | Buffer | readonly Saved[] | { readonly [key: string]: Saved };

/** A file of PyTorch's zip format. A Buffer is a pickled value. */
export function saved(value: Saved): Buffer {
  const storages: RawEntry[] = [];
  const isTensor = (item: Saved): item is Tensor =>
    typeof item === 'object' && 'data' in item && 'shape' in item;
  const write = (item: Saved): Buffer => {
    if (typeof item === 'number') return count(item);
    if (typeof item === 'string') return text(item);
    if (item instanceof Buffer) return item;
    if (Array.isArray(item)) return pickle('](', ...item.map(write), 'e');
    if (!isTensor(item)) {
      return pickle('}(', ...Object.entries(item).flatMap(([key, each]) => [text(key), write(each)]), 'u');
    }
    const { shape, data } = item;
    const key = String(storages.length);
    storages.push({ name: `a/data/${key}`, content: Buffer.from(data.slice().buffer) });
    const strides = shape.map((_, axis) =>
      shape.slice(axis + 1).reduce((product, extent) => product * extent, 1),
    );
    return tensor({ key, elements: data.length, shape, strides });
  };
  const content = pickle(start, write(value), '.');
  return zip([{ name: 'a/data.pkl', content }, ...storages]);
}

const magic = pickle(start, 0x8a, 10, Buffer.from('6cfc9c46f9206aa85019', 'hex'), '.');

/** A file of PyTorch's stream format around a pickle. */
export function streamed(
  data: Uint8Array,
  { keys = ['0'], storages = [pickle(2, 0, 0, 0, 0, 0, 0, 0, twoFloats)], version = 1001 } = {},
): Buffer {
  return pickle(
    magic,
    pickle(start, count(version), '.'),
    pickle(start, '}.'),
    data,
    pickle(start, '](', ...keys.map(text), 'e.'),
    ...storages,
  );
}

let files = 0;
const folder = temporaryFolder();

/** A new file with these bytes. */
export function fileOf(bytes: Uint8Array, extension = '.pth'): string {
  const path = join(folder, `${files++}${extension}`);
  writeFileSync(path, bytes);
  return path;
}
