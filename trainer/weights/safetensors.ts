import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { WorkbenchError } from '../errors/errors.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import { isCount, isList, isPlainObject, isRecord, isString } from '../runs/json-shape.ts';
import { repeatedKey } from './repeated-key.ts';

/** A tensor in memory: row-major, `data.length` is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type TensorMap = Map<string, Tensor>;

/** Free texts of a file, by key. */
export type Metadata = Readonly<Record<string, string>>;

/** A tensor in a file: where it lies, in bytes of the file. */
export interface TensorEntry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A safetensors file whose header has been read and checked. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: Metadata;
  /** In the order of the header. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** Reads one tensor, widened or rounded to 32-bit floats. Throws a `data` error where there is none of that name. */
  read(name: string): Tensor;
}

/** Bytes an element has on disk, and how elements become 32-bit floats. */
const dtypes = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => float16(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => bfloat16(view.getUint16(at, true)) },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  U64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  U32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  U16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
} as const satisfies Record<string, { bytes: number; read: (view: DataView, at: number) => number }>;

export type DType = keyof typeof dtypes;

/** The format's own limit on the length of a header. */
const maximumHeaderBytes = 100_000_000;

const metadataKey = '__metadata__';

const isTexts = isRecord(isString);
const isCounts = isList(isCount);

/**
 * Reads and checks the header of a safetensors file. Throws a `data` error that names file and tensor: the header
 * is cut short or no JSON, a name stands twice, a type is unknown, shape and offsets disagree, or the tensors do
 * not fill the rest of the file exactly.
 */
export function openSafetensors(path: string): SafetensorsFile {
  const { header, dataStart, size } = readHeader(path);
  const fail = failure(path);
  const { [metadataKey]: metadata = {}, ...tensors } = parseHeader(header, fail);
  if (!isTexts(metadata)) throw fail(`${metadataKey} must be an object of texts`);
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(tensors)) {
    entries.set(
      name,
      parseEntry(value, dataStart, (what) => fail(`tensor ${JSON.stringify(name)} ${what}`)),
    );
  }
  checkLayout(entries, dataStart, size, fail);
  return {
    path,
    metadata,
    entries,
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw fail(`there is no tensor ${JSON.stringify(name)}`);
      return readTensor(path, entry);
    },
  };
}

/** Reads all tensors of a file. Errors as `openSafetensors`. */
export function readSafetensors(path: string): { readonly tensors: TensorMap; readonly metadata: Metadata } {
  const file = openSafetensors(path);
  const tensors: TensorMap = new Map();
  for (const name of file.entries.keys()) tensors.set(name, file.read(name));
  return { tensors, metadata: file.metadata };
}

/**
 * A safetensors file as pieces, which written one after the other are the file: F32, sorted by name, data aligned
 * to 8 bytes. Equal tensors and metadata give equal bytes, whatever their order. The pieces are views of `data`.
 */
export function encodeSafetensors(tensors: TensorMap, metadata: Metadata = {}): Uint8Array[] {
  const header: string[] = [];
  const texts = Object.entries(metadata)
    .sort(byName)
    .map(([key, text]) => member(key, text));
  if (texts.length > 0) header.push(`${JSON.stringify(metadataKey)}:{${texts.join(',')}}`);
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of [...tensors].sort(byName)) {
    if (name === metadataKey || elementsOf(shape) !== data.length) {
      throw new RangeError(
        `tensor ${name}: shape [${shape.join(', ')}] does not fit ${data.length} elements`,
      );
    }
    header.push(member(name, { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }));
    offset += data.byteLength;
    pieces.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const json = Buffer.from(`{${header.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const start = Buffer.alloc(8 + headerBytes, ' ');
  start.writeBigUInt64LE(BigInt(headerBytes));
  json.copy(start, 8);
  return [start, ...pieces];
}

/** Writes a safetensors file whole or not at all. Throws a `disk` error. */
export function writeSafetensors(path: string, tensors: TensorMap, metadata: Metadata = {}): void {
  writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

type Fail = (what: string) => WorkbenchError;

function failure(path: string): Fail {
  return (what) =>
    new WorkbenchError('data', `${path} is not a sound safetensors file: ${what}. Fetch or export it again.`);
}

function readHeader(path: string): { header: string; dataStart: number; size: number } {
  const fail = failure(path);
  return withFile(path, (file) => {
    const { size } = fstatSync(file);
    if (size < 8) throw fail(`it has ${size} bytes, and the length of its header alone takes 8`);
    const bytes = Number(Buffer.from(readBytes(file, 0, 8, fail)).readBigUInt64LE());
    if (bytes > maximumHeaderBytes || bytes > size - 8) {
      throw fail(`its header should have ${bytes} bytes, and the file has ${size}`);
    }
    const header = Buffer.from(readBytes(file, 8, bytes, fail)).toString('utf8');
    return { header, dataStart: 8 + bytes, size };
  });
}

function parseHeader(header: string, fail: Fail): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(header);
  } catch (error) {
    throw fail(`its header is no JSON (${error instanceof Error ? error.message : error})`);
  }
  if (!isPlainObject(value)) throw fail('its header must be a JSON object');
  const repeated = repeatedKey(header);
  if (repeated !== undefined) throw fail(`the name ${JSON.stringify(repeated)} stands twice in its header`);
  return value;
}

function parseEntry(value: unknown, dataStart: number, fail: Fail): TensorEntry {
  if (!isPlainObject(value)) throw fail('must be an object of dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDType(dtype)) {
    throw fail(`has dtype ${JSON.stringify(dtype)}; known are ${Object.keys(dtypes).join(', ')}`);
  }
  if (!isCounts(shape)) throw fail(`has shape ${JSON.stringify(shape)} instead of a list of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw fail(`has data_offsets ${JSON.stringify(offsets)} instead of two whole numbers`);
  }
  const [begin = 0, end = 0] = offsets;
  const needed = elementsOf(shape) * dtypes[dtype].bytes;
  if (end - begin !== needed) {
    throw fail(
      `has data_offsets [${begin}, ${end}], and ${dtype} of shape [${shape.join(', ')}] takes ${needed} bytes`,
    );
  }
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

/** The format wants every byte after the header to belong to exactly one tensor. */
function checkLayout(
  entries: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  size: number,
  fail: Fail,
): void {
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let expected = dataStart;
  for (const [name, { begin, end }] of inOrder) {
    const tensor = `tensor ${JSON.stringify(name)}`;
    if (end > size) throw fail(`${tensor} ends at byte ${end}, and the file has ${size} bytes`);
    if (begin < expected) throw fail(`${tensor} overlaps the one before it`);
    if (begin > expected) throw fail(`before ${tensor} lie ${begin - expected} bytes of no tensor`);
    expected = end;
  }
  if (expected < size) throw fail(`after the last tensor lie ${size - expected} bytes of no tensor`);
}

function readTensor(path: string, { dtype, shape, begin, end }: TensorEntry): Tensor {
  const bytes = withFile(path, (file) => readBytes(file, begin, end - begin, failure(path)));
  if (dtype === 'F32') return { shape, data: new Float32Array(bytes.buffer) };
  const view = new DataView(bytes.buffer);
  const { bytes: width, read } = dtypes[dtype];
  const data = new Float32Array(bytes.length / width);
  for (let i = 0; i < data.length; i++) data[i] = read(view, i * width);
  return { shape, data };
}

function withFile<T>(path: string, use: (file: number) => T): T {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new WorkbenchError(
      'data',
      `Cannot read ${path}: ${error instanceof Error ? error.message : error}.`,
    );
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function readBytes(file: number, position: number, length: number, fail: Fail): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    // A single read takes less than 2 GiB.
    const read = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), position + done);
    if (read === 0) throw fail('it became shorter while it was read');
    done += read;
  }
  return bytes;
}

/** The value of an IEEE 754 half. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The value of a bfloat16: the upper half of a 32-bit float. */
function bfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

function member(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(dtypes, value);
}
