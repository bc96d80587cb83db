import { WorkbenchError } from '../errors/errors.ts';
import { quoted } from '../errors/quoted.ts';
import { bytesOf, toFloats } from './dtypes.ts';
import { type Fail, readBytes, withFile } from './file-bytes.ts';
import { type PickleRules, readPickle } from './pickle-reader.ts';
import {
  describe,
  isKind,
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
} from './pickle-values.ts';
import type { Metadata, TensorFile } from './tensors.ts';
import { torchGlobal, torchStorage } from './torch-globals.ts';
import { openZip } from './zip-reader.ts';

/** The pickled value of a file, and access to its storages. */
interface Container {
  readonly format: TensorFile['format'];
  readonly root: PickleValue;
  /** Size of a storage in bytes; undefined if there is none with this key. */
  size(key: string): number | undefined;
  /** `length` bytes of a storage, starting at `begin`. */
  read(key: string, begin: number, length: number): Uint8Array<ArrayBuffer>;
}

/** The pickle of 3,000 tensors takes half a megabyte. */
const maximumPickleBytes = 2 ** 24;

/** A limit, because joined names take memory. Those of real networks have less than 100 characters. */
const longestName = 256;

/**
 * Reads the index of a file written by PyTorch's `save` (`.pth`, `.pt`, `.ckpt`), in the zip format or in the stream format
 * before PyTorch 1.6. Nothing in the file is executed: its pickle may use only the names that `torchGlobal` allows. Keys of
 * nested dictionaries and positions in lists are joined with dots: `params_ema.conv_first.weight`.
 *
 * @throws WorkbenchError `data` for files that are damaged, malicious or hold no tensors
 */
export function openPth(path: string): TensorFile {
  const fail: Fail = (what) =>
    new WorkbenchError(
      'data',
      `${path} is not a valid PyTorch file: ${what}. Nothing in it was executed. Download or export it again, preferably as .safetensors.`,
    );
  const start = withFile(path, (file, size) => readBytes(file, 0, Math.min(size, 2), fail));
  const container = String.fromCharCode(...start) === 'PK' ? openZipped(path, fail) : openStream(path, fail);
  const { root } = container;
  const tensors = namedTensors(root, fail);
  if (tensors.size === 0) {
    if (!isKind(root, 'dict')) throw fail(`it holds ${describe(root)} instead of a dictionary of tensors`);
    const keys = [...root.entries.keys()].slice(0, 5).map(describe).join(', ');
    throw fail(`it holds no tensors (its keys are ${keys || 'none'})`);
  }
  checkSizes(path, tensors, container, fail);
  const entries = new Map(
    [...tensors].map(([name, { storage, shape }]) => [name, { dtype: storage.dtype, shape }]),
  );
  return {
    path,
    format: container.format,
    wrapper: [],
    metadata: metadataOf(root),
    entries,
    read(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw fail(`there is no tensor ${quoted(name)}`);
      return { shape: tensor.shape, data: readTensor(tensor, container) };
    },
  };
}

/** The rules of PyTorch's pickles. The storages that a pickle refers to are added to `storages` by key. */
function rulesFor(fail: Fail, storages: Map<string, PickleStorage>): PickleRules {
  return {
    fail,
    global(module, name) {
      const found = torchGlobal(module, name, fail);
      if (found === undefined)
        throw fail(`its pickle uses ${describe(`${module}.${name}`)}, which files of weights do not need`);
      return found;
    },
    persistent(id) {
      const storage = torchStorage(id, fail);
      storages.set(storage.key, storage);
      return storage;
    },
  };
}

/** `<archive>/data.pkl`, and the storages as `<archive>/data/<key>`. */
function openZipped(path: string, fail: Fail): Container {
  const archive = openZip(path, fail);
  const [index, ...others] = [...archive.entries.values()].filter(({ name }) =>
    /^([^/]+\/)?data\.pkl$/.test(name),
  );
  if (index === undefined) {
    const [first = 'nothing'] = archive.entries.keys();
    throw fail(`it is a zip archive without data.pkl; it holds ${quoted(first)}`);
  }
  if (others.length > 0)
    throw fail(`it has ${others.length + 1} indexes, ${quoted(index.name)} and ${quoted(others[0]!.name)}`);
  if (index.size > maximumPickleBytes) throw fail(`its pickle has ${index.size} bytes`);
  const folder = index.name.slice(0, -'data.pkl'.length);
  const order = archive.entries.get(`${folder}byteorder`);
  if (order && Buffer.from(archive.read(order, 0, Math.min(order.size, 16))).toString() !== 'little') {
    throw fail('its byte order is big-endian; only little-endian files are supported');
  }
  const { value } = readPickle(archive.read(index, 0, index.size), 0, rulesFor(fail, new Map()));
  const storage = (key: string) => archive.entries.get(`${folder}data/${key}`);
  return {
    format: 'PyTorch (zip)',
    root: value,
    size: (key) => storage(key)?.size,
    read(key, begin, length) {
      const entry = storage(key);
      if (entry === undefined) throw fail(`storage ${key} is missing`);
      return archive.read(entry, begin, length);
    },
  };
}

/** The magic number of files of PyTorch before 1.6. */
const streamMagic = 0x1950a86a20f9469cfc6cn;
const streamVersion = 1001;

/**
 * Five pickles (magic number, version, information about the machine, the value, keys of the storages), then each storage:
 * the number of its elements in 8 bytes, and the elements.
 */
function openStream(path: string, fail: Fail): Container {
  return withFile(path, (file, size) => {
    const bytes = readBytes(file, 0, Math.min(size, maximumPickleBytes), fail);
    if (bytes[0] !== 0x80) {
      const start = quoted(Buffer.from(bytes.subarray(0, 8)).toString('latin1'));
      throw fail(
        size === 0 ? 'it is empty' : `it starts with ${start}, which is neither a zip archive nor a pickle`,
      );
    }
    const storages = new Map<string, PickleStorage>();
    const rules = rulesFor(fail, storages);
    let at = 0;
    const next = (): PickleValue => {
      const { value, end } = readPickle(bytes, at, rules);
      at = end;
      return value;
    };
    const magic = next();
    if (magic !== streamMagic) throw fail(`it is a pickle of ${describe(magic)}, not of PyTorch`);
    const version = next();
    if (version !== streamVersion) {
      throw fail(`it has version ${describe(version)} of the old format; only ${streamVersion} is supported`);
    }
    next();
    const root = next();
    const keys = next();
    if (!Array.isArray(keys)) throw fail(`its list of storages is ${describe(keys)}`);
    const places = new Map<string, { begin: number; bytes: number }>();
    for (const key of keys) {
      const storage = typeof key === 'string' ? storages.get(key) : undefined;
      if (storage === undefined || places.has(storage.key)) {
        throw fail(`it lists the storage ${describe(key)}, which is listed twice or has no tensor`);
      }
      if (at + 8 > size) throw fail(`it ends before storage ${storage.key}`);
      const elements = Number(Buffer.from(readBytes(file, at, 8, fail)).readBigUInt64LE());
      const place = { begin: at + 8, bytes: elements * bytesOf(storage.dtype) };
      at = place.begin + place.bytes;
      if (at > size) {
        throw fail(
          `storage ${storage.key} of ${elements} elements ends at byte ${at}, and the file has ${size}`,
        );
      }
      places.set(storage.key, place);
    }
    return {
      format: 'PyTorch (before 1.6)',
      root,
      size: (key) => places.get(key)?.bytes,
      read: (key, begin, length) =>
        withFile(path, (again) => readBytes(again, (places.get(key)?.begin ?? 0) + begin, length, fail)),
    };
  });
}

/** All tensors of a value and of the dictionaries and lists in it. Each is visited once. */
function namedTensors(root: PickleValue, fail: Fail): Map<string, PickleTensor> {
  const tensors = new Map<string, PickleTensor>();
  const seen = new Set<PickleValue>();
  const visit = (container: PickleValue, prefix: string, depth: number) => {
    if (seen.has(container) || depth > deepestNesting) return;
    seen.add(container);
    for (const [key, value] of itemsOf(container)) {
      if (typeof key !== 'string' && typeof key !== 'number') continue;
      const name = `${prefix}${key}`;
      if (isKind(value, 'tensor')) {
        if (name.length > longestName) throw fail(`it has a name of ${name.length} characters`);
        if (tensors.has(name)) throw fail(`two tensors have the name ${quoted(name)}`);
        tensors.set(name, value);
      } else if (name.length < longestName) {
        visit(value, `${name}.`, depth + 1);
      }
    }
  };
  visit(root, '', 0);
  return tensors;
}

/** Real files are not nested deeper. */
const deepestNesting = 16;

function itemsOf(value: PickleValue): Iterable<readonly [PickleValue, PickleValue]> {
  if (isKind(value, 'dict')) return value.entries;
  if (Array.isArray(value)) return value.entries();
  return isKind(value, 'tuple') ? value.items.entries() : [];
}

/** Strings, numbers and booleans next to the tensors; those of the original program's `hparams` get names with dots. */
function metadataOf(root: PickleValue): Metadata {
  const found: [string, string][] = [];
  const seen = new Set<PickleValue>();
  const visit = (value: PickleValue, prefix: string, depth: number) => {
    if (!isKind(value, 'dict') || seen.has(value)) return;
    seen.add(value);
    for (const [key, item] of value.entries) {
      if (typeof key !== 'string' || prefix.length + key.length > longestName) continue;
      if (/^(string|number|boolean|bigint)$/.test(typeof item)) found.push([prefix + key, String(item)]);
      else if (depth < 3 && (depth > 0 || key === 'hparams')) visit(item, `${prefix}${key}.`, depth + 1);
    }
  };
  visit(root, '', 0);
  return Object.fromEntries(found);
}

/** Checks the size of every tensor against the file before any memory is allocated for it. */
function checkSizes(
  path: string,
  tensors: ReadonlyMap<string, PickleTensor>,
  container: Container,
  fail: Fail,
): void {
  let elements = 0;
  for (const [name, { storage, shape }] of tensors) {
    const called = quoted(name);
    const found = container.size(storage.key);
    if (found === undefined) throw fail(`storage ${storage.key} of tensor ${called} is missing`);
    const needed = (storage.begin + storage.length) * bytesOf(storage.dtype);
    if (found < needed) {
      throw fail(`storage ${storage.key} of tensor ${called} should have ${needed} bytes and has ${found}`);
    }
    elements += shape.reduce((product, extent) => product * extent, 1);
  }
  const size = withFile(path, (_, bytes) => bytes);
  // An element takes at least one byte, unless tensors share storages.
  if (elements > size)
    throw fail(`its tensors have ${elements} elements, and the file has only ${size} bytes`);
}

/** The elements of a tensor in the order of its shape. */
function readTensor({ storage, offset, shape, strides }: PickleTensor, container: Container): Float32Array {
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (elements === 0) return new Float32Array();
  const width = bytesOf(storage.dtype);
  const span = 1 + shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, 0);
  const bytes = container.read(storage.key, (storage.begin + offset) * width, span * width);
  const numbers = toFloats(storage.dtype, bytes);
  if (isContiguous(shape, strides)) return numbers;
  const data = new Float32Array(elements);
  const index = shape.map(() => 0);
  for (let i = 0, from = 0; i < elements; i++) {
    data[i] = numbers[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return data;
}

/** Whether the elements are in row-major order without gaps. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
