import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { quoted } from '../errors/quoted.ts';
import { isCount, isList, isPlainObject, isRecord, isString } from '../guards/guards.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import { bytesOf, dtypeNames, isDType, type Precision, toBytes, toFloats } from './dtypes.ts';
import { type Fail, readBytes, withFile } from './file-bytes.ts';
import { nestingOf, repeatedKey } from './json-text.ts';
import {
  elementsOf,
  type Metadata,
  type Tensor,
  type TensorFile,
  type TensorInfo,
  type TensorMap,
} from './tensors.ts';

/** A tensor with the position of its bytes in the file. */
interface TensorEntry extends TensorInfo {
  readonly begin: number;
  readonly end: number;
}

/** A safetensors file whose header has been read and checked. */
interface SafetensorsFile extends TensorFile {
  /** In the order of the header. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/** The header of 3,000 tensors takes 300 kB. The format allows 100 MB, which would take minutes and gigabytes to parse. */
const maximumHeaderBytes = 2 ** 22;

/** Lists of numbers in tensors in the header. */
const deepestNesting = 3;

const metadataKey = '__metadata__';

const isTexts = isRecord(isString);
const isCounts = isList(isCount);

/**
 * Reads and checks the header of a safetensors file. Throws a `data` error that names the file and the tensor if the header
 * is truncated or is not JSON, a name is repeated, a type is unknown, shape and offsets do not match, or the tensors do not
 * fill the rest of the file exactly.
 */
export function openSafetensors(path: string): SafetensorsFile {
  const { header, dataStart, size } = readHeader(path);
  const fail = failure(path);
  const { [metadataKey]: metadata = {}, ...tensors } = parseHeader(header, fail);
  if (!isTexts(metadata)) throw fail(`${metadataKey} must be an object of strings`);
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(tensors)) {
    entries.set(
      name,
      parseEntry(value, dataStart, (what) => fail(`tensor ${quoted(name)} ${what}`)),
    );
  }
  checkLayout(entries, dataStart, size, fail);
  return {
    path,
    format: 'safetensors',
    wrapper: [],
    metadata,
    entries,
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw fail(`there is no tensor ${quoted(name)}`);
      return readTensor(path, entry);
    },
  };
}

/** Reads all tensors of a file. Throws like `openSafetensors`. */
export function readSafetensors(path: string): { readonly tensors: TensorMap; readonly metadata: Metadata } {
  const file = openSafetensors(path);
  const tensors: TensorMap = new Map();
  for (const name of file.entries.keys()) tensors.set(name, file.read(name));
  return { tensors, metadata: file.metadata };
}

/**
 * Encodes a safetensors file as pieces to write one after the other. Tensors are sorted by name and aligned to 8 bytes.
 * Equal tensors and metadata give equal bytes in any order. Pieces in F32 are views of `data`.
 */
export function encodeSafetensors(
  tensors: TensorMap,
  metadata: Metadata = {},
  precision: Precision = 'F32',
): Uint8Array[] {
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
    const piece = toBytes(data, precision);
    header.push(member(name, { dtype: precision, shape, data_offsets: [offset, offset + piece.length] }));
    offset += piece.length;
    pieces.push(piece);
  }
  const json = Buffer.from(`{${header.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const start = Buffer.alloc(8 + headerBytes, ' ');
  start.writeBigUInt64LE(BigInt(headerBytes));
  json.copy(start, 8);
  return [start, ...pieces];
}

/** Writes a safetensors file atomically. Throws a `disk` error. */
export function writeSafetensors(path: string, tensors: TensorMap, metadata: Metadata = {}): void {
  writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

function failure(path: string): Fail {
  return (what) =>
    new WorkbenchError(
      'data',
      `${path} is not a valid safetensors file: ${what}. Download or export it again.`,
    );
}

function readHeader(path: string): { header: string; dataStart: number; size: number } {
  const fail = failure(path);
  return withFile(path, (file, size) => {
    if (size < 8) throw fail(`it has only ${size} bytes, less than the length of its header takes`);
    const bytes = Number(Buffer.from(readBytes(file, 0, 8, fail)).readBigUInt64LE());
    if (bytes > size - 8) throw fail(`its header should have ${bytes} bytes, but the file has ${size}`);
    if (bytes > maximumHeaderBytes) {
      throw fail(`its header has ${bytes} bytes; headers of up to ${maximumHeaderBytes} bytes are supported`);
    }
    const header = Buffer.from(readBytes(file, 8, bytes, fail)).toString('utf8');
    return { header, dataStart: 8 + bytes, size };
  });
}

function parseHeader(header: string, fail: Fail): Record<string, unknown> {
  const nesting = nestingOf(header);
  if (nesting > deepestNesting) {
    throw fail(`its header has ${nesting} levels of brackets; the format has ${deepestNesting}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(header);
  } catch (error) {
    throw fail(`its header is not JSON (${quoted(messageOf(error))})`);
  }
  if (!isPlainObject(value)) throw fail('its header must be a JSON object');
  const repeated = repeatedKey(header);
  if (repeated !== undefined) throw fail(`the name ${quoted(repeated)} is repeated in its header`);
  return value;
}

function parseEntry(value: unknown, dataStart: number, fail: Fail): TensorEntry {
  if (!isPlainObject(value)) throw fail('must be an object of dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDType(dtype)) {
    throw fail(`has dtype ${quoted(dtype)}; supported are ${dtypeNames.join(', ')}`);
  }
  if (!isCounts(shape)) throw fail(`has shape ${quoted(shape)} instead of a list of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw fail(`has data_offsets ${quoted(offsets)} instead of two whole numbers`);
  }
  const [begin = 0, end = 0] = offsets;
  const needed = elementsOf(shape) * bytesOf(dtype);
  if (end - begin !== needed) {
    throw fail(
      `has data_offsets [${begin}, ${end}], but ${dtype} of shape [${shape.join(', ')}] takes ${needed} bytes`,
    );
  }
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

/** Checks that every byte after the header belongs to exactly one tensor. */
function checkLayout(
  entries: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  size: number,
  fail: Fail,
): void {
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let expected = dataStart;
  for (const [name, { begin, end }] of inOrder) {
    const tensor = `tensor ${quoted(name)}`;
    if (end > size) throw fail(`${tensor} ends at byte ${end}, but the file has ${size} bytes`);
    if (begin < expected) throw fail(`${tensor} overlaps the previous one`);
    if (begin > expected) throw fail(`${begin - expected} bytes before ${tensor} belong to no tensor`);
    expected = end;
  }
  if (expected < size) throw fail(`${size - expected} bytes after the last tensor belong to no tensor`);
}

function readTensor(path: string, { dtype, shape, begin, end }: TensorEntry): Tensor {
  const bytes = withFile(path, (file) => readBytes(file, begin, end - begin, failure(path)));
  return { shape, data: toFloats(dtype, bytes) };
}

function member(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
