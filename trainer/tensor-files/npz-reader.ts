import { WorkbenchError } from '../errors/errors.ts';
import { quoted } from '../errors/quoted.ts';
import { bytesOf, type DType, toFloats } from './dtypes.ts';
import { elementsOf, type Tensor, type TensorFile, type TensorInfo } from './tensors.ts';
import { openZip, type ZipEntry } from './zip-reader.ts';

/** Types of NumPy, little-endian. */
const types = new Map<string, DType>([
  ['<f8', 'F64'],
  ['<f4', 'F32'],
  ['<f2', 'F16'],
  ['<i8', 'I64'],
  ['<i4', 'I32'],
]);

/** Magic number, version, and the length of the header, which takes up to 4 bytes. */
const startBytes = 12;

const mostHeaderBytes = 4096;

/** An array with the position of its elements in its entry. */
interface NpyArray extends TensorInfo {
  readonly entry: ZipEntry;
  readonly begin: number;
  readonly isFortranOrder: boolean;
}

/**
 * Opens NumPy's `.npz`: a zip archive with a file `<name>.npy` for each array (format 1.0 to 3.0). Objects of Python, which
 * are pickled, and other types than numbers are refused. Throws a `data` error.
 */
export function openNpz(path: string): TensorFile {
  const fail = (what: string) =>
    new WorkbenchError('data', `${path} is not a valid file of NumPy: ${what}. Download or export it again.`);
  const archive = openZip(path, fail);
  const arrays = new Map<string, NpyArray>();
  for (const [file, entry] of archive.entries) {
    const name = file.replace(/\.npy$/, '');
    const failArray = (what: string) => fail(`its array ${quoted(name)} ${what}`);
    const start = Buffer.from(archive.read(entry, 0, Math.min(entry.size, startBytes)));
    if (entry.size < startBytes || start.toString('latin1', 0, 6) !== '\x93NUMPY') {
      throw failArray('does not start as NumPy writes it');
    }
    const isLong = (start[6] ?? 0) > 1;
    const headerStart = isLong ? startBytes : startBytes - 2;
    const length = isLong ? start.readUInt32LE(8) : start.readUInt16LE(8);
    const begin = headerStart + length;
    if (length > mostHeaderBytes || begin > entry.size) throw failArray(`has a header of ${length} bytes`);
    const header = Buffer.from(archive.read(entry, headerStart, length)).toString('latin1');
    const type = /'descr': *'([^']*)'/.exec(header)?.[1];
    const dtype = types.get(type ?? '');
    if (dtype === undefined)
      throw failArray(`has the type ${quoted(type)}; supported are ${[...types.keys()].join(', ')}`);
    const sizes = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
    if (sizes === undefined) throw failArray('has no shape in its header');
    const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : Number(size)));
    const needed = elementsOf(shape) * bytesOf(dtype);
    if (needed !== entry.size - begin) {
      throw failArray(`has ${entry.size - begin} bytes, but ${type} of shape [${shape}] takes ${needed}`);
    }
    const isFortranOrder = /'fortran_order': *True/.test(header);
    arrays.set(name, { dtype, shape, entry, begin, isFortranOrder });
  }
  return {
    path,
    format: 'NumPy (zip)',
    wrapper: [],
    metadata: {},
    entries: arrays,
    read(name) {
      const array = arrays.get(name);
      if (array === undefined) throw fail(`there is no array ${quoted(name)}`);
      const { entry, begin, dtype, shape, isFortranOrder } = array;
      const data = toFloats(dtype, archive.read(entry, begin, entry.size - begin));
      return isFortranOrder ? rowMajor({ shape, data }) : { shape, data };
    },
  };
}

/** Reorders elements of which those of the first dimension are neighbors. */
function rowMajor({ shape, data }: Tensor): Tensor {
  const ordered = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    let [rest, to] = [at, 0];
    let stride = data.length;
    for (const extent of shape) {
      stride /= extent;
      to += (rest % extent) * stride;
      rest = Math.floor(rest / extent);
    }
    ordered[to] = data[at]!;
  }
  return { shape, data: ordered };
}
