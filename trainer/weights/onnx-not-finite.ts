import { dirname, resolve } from 'node:path';
import { statOf } from '../files/regular-file.ts';
import { bytesOf, toFloats } from '../tensor-files/dtypes.ts';
import { type Fail, readBytes, withFile } from '../tensor-files/file-bytes.ts';
import { type FilePart, openProtobuf, type ProtobufFile } from '../tensor-files/protobuf-file.ts';
import type { NotFiniteTensor } from './not-finite.ts';
import { dtypes, ids, notOnnx, parts, text } from './onnx-summary.ts';

interface Counts {
  nan: number;
  infinite: number;
}

/** Bytes that are read at once, a multiple of the size of any element. */
const chunkBytes = 2 ** 20;

/** Operations that multiply images by weights. Infinite values elsewhere are masks of attention and bounds. */
const multiplying = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'];

/**
 * The tensors of an ONNX file that make it unusable: those with NaN, and weights of convolutions and matrix products with
 * infinite values. Reads all values, in parts. Values in another file that is missing are not checked: ONNX Runtime
 * reports that.
 *
 * @throws WorkbenchError `data` if it is not a valid ONNX file
 */
export function notFiniteOnnxTensors(path: string): NotFiniteTensor[] {
  const fail = notOnnx(path);
  return withFile(path, (file, size) => {
    const onnx = openProtobuf(file, size, fail);
    const weights = new Set<string>();
    const found = new Map<string, Counts>();
    const check = (name: string, tensor: FilePart) => {
      const counts = countsOf(onnx, file, tensor, dirname(path), fail);
      if (counts.nan + counts.infinite > 0) found.set(name, counts);
    };
    for (const graph of parts(onnx, onnx.message, ids.model.graph)) {
      for (const { id, value } of onnx.fields(graph)) {
        if (typeof value === 'number') continue;
        if (id === ids.graph.initializer) check(text(onnx, value, ids.tensor.name), value);
        if (id !== ids.graph.node) continue;
        const operation = text(onnx, value, ids.node.operation);
        if (multiplying.includes(operation)) {
          for (const input of parts(onnx, value, ids.node.input)) weights.add(onnx.text(input));
        } else if (operation === 'Constant') {
          for (const attribute of parts(onnx, value, ids.node.attribute)) {
            const [tensor] = parts(onnx, attribute, ids.attribute.tensor);
            if (tensor !== undefined) check(text(onnx, value, ids.node.output), tensor);
          }
        }
      }
    }
    return [...found].flatMap(([name, { nan, infinite }]) =>
      nan > 0 || weights.has(name) ? { name, count: nan + infinite } : [],
    );
  });
}

function countsOf(onnx: ProtobufFile, file: number, tensor: FilePart, folder: string, fail: Fail): Counts {
  const counts: Counts = { nan: 0, infinite: 0 };
  let dtype: string | undefined;
  const values: { readonly id: number; readonly part: FilePart }[] = [];
  const elsewhere = new Map<string, string>();
  for (const { id, value } of onnx.fields(tensor)) {
    if (typeof value !== 'number') {
      if (id === ids.tensor.externalData)
        elsewhere.set(text(onnx, value, ids.entry.key), text(onnx, value, ids.entry.value));
      else values.push({ id, part: value });
    } else if (id === ids.tensor.dataType) dtype = dtypes[value];
  }
  // Only floats can be infinite or NaN.
  if (dtype !== 'F64' && dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') return counts;
  for (const { id, part } of values) {
    const chunks = chunksOf(file, part, fail);
    if (id === ids.tensor.bytes) countFloats(dtype, chunks, counts);
    else if (id === ids.tensor.floats) countFloats('F32', chunks, counts);
    else if (id === ids.tensor.doubles) countFloats('F64', chunks, counts);
    else if (id === ids.tensor.integers) countIntegers(dtype === 'F16' ? 0x7c00 : 0x7f80, chunks, counts);
  }
  const location = elsewhere.get('location');
  const other = location === undefined ? undefined : resolve(folder, location);
  if (other !== undefined && statOf(other)?.isFile()) {
    withFile(other, (file, size) => {
      const begin = Number(elsewhere.get('offset') ?? 0);
      const end = begin + Number(elsewhere.get('length') ?? size - begin);
      if (!(begin >= 0 && begin <= end && end <= size))
        throw fail(`a tensor has the bytes ${begin} to ${end} of ${location}, which has ${size}`);
      countFloats(dtype, chunksOf(file, { begin, end }, fail), counts);
    });
  }
  return counts;
}

function* chunksOf(file: number, { begin, end }: FilePart, fail: Fail) {
  for (let at = begin; at < end; at += chunkBytes)
    yield readBytes(file, at, Math.min(chunkBytes, end - at), fail);
}

function countFloats(
  dtype: 'F64' | 'F32' | 'F16' | 'BF16',
  chunks: Iterable<Uint8Array<ArrayBuffer>>,
  counts: Counts,
): void {
  for (const chunk of chunks) {
    const whole = chunk.subarray(0, chunk.length - (chunk.length % bytesOf(dtype)));
    for (const value of toFloats(dtype, whole)) {
      if (Number.isFinite(value)) continue;
      if (Number.isNaN(value)) counts.nan++;
      else counts.infinite++;
    }
  }
}

/** Counts 16-bit floats that are stored as numbers of seven bits per byte. `exponent` has the bits of the largest one. */
function countIntegers(exponent: number, chunks: Iterable<Uint8Array>, counts: Counts): void {
  let bits = 0;
  let shift = 0;
  for (const chunk of chunks) {
    for (const byte of chunk) {
      bits |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte >= 0x80) continue;
      if ((bits & exponent) === exponent) {
        const fraction = bits & 0x7fff & ~exponent;
        if (fraction === 0) counts.infinite++;
        else counts.nan++;
      }
      bits = 0;
      shift = 0;
    }
  }
}
