import { WorkbenchError } from '../errors/errors.ts';
import { quoted } from '../errors/quoted.ts';
import { isCount } from '../guards/guards.ts';
import { type Fail, withFile } from '../tensor-files/file-bytes.ts';
import { type FilePart, openProtobuf, type ProtobufFile } from '../tensor-files/protobuf-file.ts';
import type { Metadata } from '../tensor-files/tensors.ts';

/** The content of an ONNX file. */
interface OnnxSummary {
  readonly producer: string;
  readonly operations: number;
  /** Name and sizes of each, such as `input [batch, 3, height, width]`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly tensors: readonly OnnxTensorInfo[];
  readonly metadata: Metadata;
}

interface OnnxTensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Numbers of the fields, see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. */
export const ids = {
  model: { producerName: 2, graph: 7, metadataProps: 14 },
  graph: { node: 1, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, operation: 4, attribute: 5 },
  attribute: { tensor: 5 },
  tensor: {
    dims: 1,
    dataType: 2,
    floats: 4,
    integers: 5,
    name: 8,
    bytes: 9,
    doubles: 10,
    externalData: 13,
  },
  port: { name: 1, type: 2 },
  type: { tensorType: 1 },
  tensorType: { shape: 2 },
  shape: { dim: 1 },
  dimension: { value: 1, parameter: 2 },
  entry: { key: 1, value: 2 },
} as const;

/** Safetensors' names of ONNX's types. */
export const dtypes: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  16: 'BF16',
};

/**
 * Reads what an ONNX file says about its graph, without running it and without reading the values of its tensors. Throws a
 * `data` error if it is not a valid one.
 */
export function readOnnxSummary(path: string): OnnxSummary {
  const fail = notOnnx(path);
  return withFile(path, (file, size) => {
    const onnx = openProtobuf(file, size, fail);
    const [graph, ...others] = parts(onnx, onnx.message, ids.model.graph);
    if (graph === undefined) throw fail('it has no graph');
    if (others.length > 0) throw fail(`it has ${others.length + 1} graphs`);
    const tensors: OnnxTensorInfo[] = [];
    const inputs: Port[] = [];
    const outputs: Port[] = [];
    let operations = 0;
    for (const { id, value } of onnx.fields(graph)) {
      if (typeof value === 'number') continue;
      if (id === ids.graph.node) operations++;
      else if (id === ids.graph.initializer) tensors.push(tensorInfo(onnx, value, fail));
      else if (id === ids.graph.input) inputs.push(port(onnx, value));
      else if (id === ids.graph.output) outputs.push(port(onnx, value));
    }
    // Some programs list the tensors among the inputs as well.
    const names = new Set(tensors.map(({ name }) => name));
    return {
      producer: text(onnx, onnx.message, ids.model.producerName),
      operations,
      inputs: inputs.filter(({ name }) => !names.has(name)).map(portText),
      outputs: outputs.map(portText),
      tensors,
      metadata: Object.fromEntries(
        parts(onnx, onnx.message, ids.model.metadataProps).map((entry) => [
          text(onnx, entry, ids.entry.key),
          text(onnx, entry, ids.entry.value),
        ]),
      ),
    };
  });
}

/** The error for a file that is not a valid ONNX file. */
export function notOnnx(path: string): Fail {
  return (what) =>
    new WorkbenchError('data', `${path} is not a valid ONNX file: ${what}. Download or export it again.`);
}

/** The fields of this number that are texts or messages. */
export function parts(onnx: ProtobufFile, message: FilePart, id: number): FilePart[] {
  const found: FilePart[] = [];
  for (const field of onnx.fields(message)) {
    if (field.id === id && typeof field.value !== 'number') found.push(field.value);
  }
  return found;
}

/** The text of this number; empty where there is none. */
export function text(onnx: ProtobufFile, message: FilePart, id: number): string {
  const part = parts(onnx, message, id).at(-1);
  return part === undefined ? '' : onnx.text(part);
}

function tensorInfo(onnx: ProtobufFile, tensor: FilePart, fail: Fail): OnnxTensorInfo {
  const shape: number[] = [];
  let type = 0;
  for (const { id, value } of onnx.fields(tensor)) {
    if (id === ids.tensor.dims) {
      for (const extent of typeof value === 'number' ? [value] : onnx.numbers(value)) shape.push(extent);
    } else if (id === ids.tensor.dataType && typeof value === 'number') type = value;
  }
  const name = text(onnx, tensor, ids.tensor.name);
  if (!shape.every(isCount)) throw fail(`tensor ${quoted(name)} has the shape ${quoted(shape)}`);
  return { name, dtype: dtypes[type] ?? `type ${type}`, shape };
}

interface Port {
  readonly name: string;
  readonly sizes: readonly (number | string)[];
}

function port(onnx: ProtobufFile, message: FilePart): Port {
  // Each message is in the one before.
  const path = [ids.port.type, ids.type.tensorType, ids.tensorType.shape, ids.shape.dim];
  const dimensions = path.reduce<FilePart[]>(
    (found, id) => found.flatMap((part) => parts(onnx, part, id)),
    [message],
  );
  return {
    name: text(onnx, message, ids.port.name),
    sizes: dimensions.map((dimension) => size(onnx, dimension)),
  };
}

/** A size is a number, or a name that each call chooses a number for. */
function size(onnx: ProtobufFile, dimension: FilePart): number | string {
  let found: number | string = 0;
  for (const { id, value } of onnx.fields(dimension)) {
    if (id === ids.dimension.value && typeof value === 'number') found = value;
    else if (id === ids.dimension.parameter && typeof value !== 'number') found = onnx.text(value);
  }
  return found;
}

function portText({ name, sizes }: Port): string {
  return `${name} [${sizes.join(', ')}]`;
}
