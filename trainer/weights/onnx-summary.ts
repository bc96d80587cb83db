import { decodeOnnx } from '../engine/onnx.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { isCount, isList, isNullable, isNumber, isObject, isString } from '../guards/guards.ts';
import { type Fail, readBytes, withFile } from '../tensor-files/file-bytes.ts';
import type { Metadata } from '../tensor-files/tensors.ts';

/** The content of an ONNX file. */
interface OnnxSummary {
  readonly producer: string;
  readonly operations: number;
  /** Name and sizes of each, such as `input [batch, 3, height, width]`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
  readonly metadata: Metadata;
}

const isPort = isObject({
  name: isString,
  type: isNullable(
    isObject({
      tensorType: isNullable(
        isObject({
          shape: isNullable(isObject({ dim: isList(isObject({ dimValue: isNumber, dimParam: isString })) })),
        }),
      ),
    }),
  ),
});

const isModel = isObject({
  producerName: isString,
  graph: isObject({
    node: isList((value): value is unknown => value !== undefined),
    input: isList(isPort),
    output: isList(isPort),
    initializer: isList(isObject({ name: isString, dataType: isCount, dims: isList(isCount) })),
  }),
  metadataProps: isList(isObject({ key: isString, value: isString })),
});

/** Safetensors' names of ONNX's types. */
const dtypes: Readonly<Record<number, string>> = {
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

/** Reads an ONNX file without running it. Throws a `data` error if it is not a valid one. */
export function readOnnxSummary(path: string): OnnxSummary {
  const fail: Fail = (what) =>
    new WorkbenchError('data', `${path} is not a valid ONNX file: ${what}. Download or export it again.`);
  const bytes = withFile(path, (file, size) => readBytes(file, 0, size, fail));
  let model: unknown;
  try {
    model = decodeOnnx(bytes);
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
  if (!isModel(model)) throw fail('it has no graph');
  const { graph, producerName, metadataProps } = model;
  // Some programs list the tensors among the inputs as well.
  const tensors = new Set(graph.initializer.map(({ name }) => name));
  return {
    producer: producerName,
    operations: graph.node.length,
    inputs: graph.input.filter(({ name }) => !tensors.has(name)).map(portText),
    outputs: graph.output.map(portText),
    tensors: graph.initializer.map(({ name, dataType, dims }) => ({
      name,
      dtype: dtypes[dataType] ?? `type ${dataType}`,
      shape: dims,
    })),
    metadata: Object.fromEntries(metadataProps.map(({ key, value }) => [key, value])),
  };
}

type Port = typeof isPort extends (value: unknown) => value is infer P ? P : never;

function portText({ name, type }: Port): string {
  const sizes = type?.tensorType?.shape?.dim ?? [];
  return `${name} [${sizes.map(({ dimValue, dimParam }) => dimParam || dimValue).join(', ')}]`;
}
