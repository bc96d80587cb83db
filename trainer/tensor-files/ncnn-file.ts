import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { bytesOf, type DType, type Precision, toBytes, toFloats } from './dtypes.ts';
import { type Fail, readBytes, withFile } from './file-bytes.ts';
import { formatNcnnParam, type NcnnLayer, numberParam, parseNcnnParam } from './ncnn-param.ts';
import { elementsOf, type TensorFile, type TensorInfo, type TensorMap } from './tensors.ts';

/** A 16-bit tensor starts with this, a 32-bit one with zeros. */
const halfTag = 0x01306b47;

/** Layers without weights that generators have. */
const withoutWeights = new Set([
  ...['Input', 'Split', 'Concat', 'Eltwise', 'BinaryOp', 'ReLU'],
  ...['Interp', 'PixelShuffle', 'Reorg', 'Crop'],
]);
const supported = ['Convolution', 'PReLU', ...withoutWeights];

/** A graph of 40 dense blocks takes 300 kB. */
const mostParamBytes = 2 ** 24;

/** A tensor of a layer, in the order of the `.bin`. */
interface LayerTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether a tag in the file says how it is stored; else it has 32-bit floats. */
  readonly isTagged: boolean;
}

/** The other file of an ncnn network, which is a `.param` and a `.bin` of the same name. */
export function binOf(param: string): string {
  return `${param.slice(0, -extname(param).length)}.bin`;
}

/** The `.param` of a `.bin` of ncnn; undefined for other files. */
export function paramOf(path: string): string | undefined {
  if (extname(path).toLowerCase() !== '.bin') return undefined;
  const param = `${path.slice(0, -4)}.param`;
  return existsSync(param) ? param : undefined;
}

/** The files that weights are in: two of an ncnn network, which is named by one of them, else one. */
export function weightFiles(path: string): string[] {
  const param = extname(path).toLowerCase() === '.param' ? path : paramOf(path);
  return param === undefined ? [path] : [param, binOf(param)];
}

/**
 * Opens an ncnn network by its `.param`, with the weights in the `.bin` next to it.
 *
 * @throws WorkbenchError `data` if one of them is missing, damaged or does not fit the other, or a layer is not supported
 */
export function openNcnn(path: string): TensorFile {
  const fail = failure(path, 'is not a valid ncnn network');
  const text = withFile(path, (file, size) => {
    if (size > mostParamBytes) throw fail(`it has ${size} bytes; up to ${mostParamBytes} are supported`);
    return new TextDecoder().decode(readBytes(file, 0, size, fail));
  });
  const layers = parseNcnnParam(text, fail);
  const bin = binOf(path);
  if (!existsSync(bin)) throw fail(`its weights ${bin} do not exist`);
  const entries = readEntries(bin, tensorsOf(path, layers));
  return {
    path,
    format: 'ncnn',
    wrapper: [],
    metadata: {},
    entries,
    layers,
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw fail(`there is no tensor ${name}`);
      const { dtype, shape, begin } = entry;
      const length = elementsOf(shape) * bytesOf(dtype);
      const bytes = withFile(bin, (file) => readBytes(file, begin, length, failure(bin, 'is damaged')));
      return { shape, data: toFloats(dtype, bytes) };
    },
  };
}

/** The tensors of all layers, in the order of the `.bin`. */
function tensorsOf(path: string, layers: readonly NcnnLayer[]): LayerTensor[] {
  const tensors: LayerTensor[] = [];
  const fail = failure(path, 'is not a valid ncnn network');
  for (const layer of layers) {
    const { type, name } = layer;
    if (type === 'PReLU') {
      const slopes = numberParam(layer, 0);
      if (!Number.isSafeInteger(slopes) || slopes <= 0)
        throw fail(`its layer ${name} has ${slopes} slopes; it must have a positive number of them`);
      tensors.push({ name: `${name}.weight`, shape: [slopes], isTagged: false });
    } else if (type === 'Convolution') {
      const [outputs, width] = [numberParam(layer, 0), numberParam(layer, 1)];
      const height = numberParam(layer, 11, width);
      const inputs = numberParam(layer, 6) / (outputs * height * width);
      if (!Number.isSafeInteger(inputs) || inputs <= 0) {
        throw fail(
          `its layer ${name} has ${numberParam(layer, 6)} weights, which ${outputs} filters of ${width}x${height} cannot have`,
        );
      }
      tensors.push({ name: `${name}.weight`, shape: [outputs, inputs, height, width], isTagged: true });
      if (numberParam(layer, 5) === 1)
        tensors.push({ name: `${name}.bias`, shape: [outputs], isTagged: false });
    } else if (!withoutWeights.has(type)) {
      throw new WorkbenchError(
        'data',
        `${path} holds no supported generator: its layer ${name} is a ${type}. ncnn networks of RRDB and Compact are read, whose layers are ${supported.join(', ')}.`,
      );
    }
  }
  return tensors;
}

interface Entry extends TensorInfo {
  /** Of its numbers, after the tag. */
  readonly begin: number;
}

function readEntries(bin: string, tensors: readonly LayerTensor[]): ReadonlyMap<string, Entry> {
  const fail = failure(bin, 'does not fit its .param');
  return withFile(bin, (file, size) => {
    const entries = new Map<string, Entry>();
    let at = 0;
    for (const { name, shape, isTagged } of tensors) {
      let dtype: DType = 'F32';
      if (isTagged) {
        if (at + 4 > size) throw fail(`it ends at byte ${size}, before ${name}`);
        const tag = new DataView(readBytes(file, at, 4, fail).buffer).getUint32(0, true);
        if (tag !== 0 && tag !== halfTag) {
          throw fail(
            `${name} starts with the tag 0x${tag.toString(16)} at byte ${at}; only weights of 32 and 16 bits are supported (0x0, 0x${halfTag.toString(16)}), not quantized ones`,
          );
        }
        if (tag === halfTag) dtype = 'F16';
        at += 4;
      }
      const end = at + aligned(elementsOf(shape) * bytesOf(dtype));
      if (end > size) throw fail(`it ends at byte ${size}, and ${name} [${shape}] ends at byte ${end}`);
      entries.set(name, { dtype, shape, begin: at });
      at = end;
    }
    if (at < size) throw fail(`${size - at} bytes after the last tensor belong to no layer`);
    return entries;
  });
}

/**
 * Encodes a network. ncnn reads convolutions in 16 or 32 bits, and biases and slopes always in 32.
 *
 * @param tensors by layer, `<layer>.weight` and `<layer>.bias`
 */
export function encodeNcnn(
  layers: readonly NcnnLayer[],
  tensors: TensorMap,
  precision: Precision,
): { readonly param: string; readonly bin: Uint8Array[] } {
  const bin: Uint8Array[] = [];
  for (const { name, isTagged } of tensorsOf('', layers)) {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`The generator has no ${name}.`);
    if (!isTagged) {
      bin.push(toBytes(tensor.data, 'F32'));
      continue;
    }
    const bytes = toBytes(tensor.data, precision);
    const tag = Uint32Array.of(precision === 'F16' ? halfTag : 0);
    bin.push(new Uint8Array(tag.buffer), bytes, new Uint8Array(aligned(bytes.length) - bytes.length));
  }
  return { param: formatNcnnParam(layers), bin };
}

/** Tensors start at multiples of four bytes. */
function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function failure(path: string, problem: string): Fail {
  return (what) =>
    new WorkbenchError('data', `${path} ${problem}: ${what}. Download or export both files again.`);
}
