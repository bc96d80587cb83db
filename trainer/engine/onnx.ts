import protobuf from 'protobufjs';

/** The part of ONNX's file format that we write, see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. */
const { root } = protobuf.parse(`
  syntax = "proto2";
  message Attribute {
    optional string name = 1; optional float f = 2; optional int64 i = 3; optional bytes s = 4;
    repeated float floats = 7; repeated int64 ints = 8; optional int32 type = 20;
  }
  message Tensor {
    repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9;
  }
  message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
  message TensorShape { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional TensorShape shape = 2; }
  message Type { optional TensorType tensor_type = 1; }
  message ValueInfo { optional string name = 1; optional Type type = 2; }
  message Node {
    repeated string input = 1; repeated string output = 2; optional string name = 3;
    optional string op_type = 4; optional string domain = 7; repeated Attribute attribute = 5;
  }
  message Graph {
    repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12;
  }
  message TextEntry { optional string key = 1; optional string value = 2; }
  message OperatorSet { optional string domain = 1; optional int64 version = 2; }
  message Model {
    optional int64 ir_version = 1; optional string producer_name = 2; optional Graph graph = 7;
    repeated OperatorSet opset_import = 8; repeated TextEntry metadata_props = 14;
  }
`);
const Model = root.lookupType('Model');

/** The value of an attribute. Floats are wrapped, because 1 and 1.0 are the same in JavaScript. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly type: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** A Uint16Array holds 16-bit floats (IEEE 754). */
  readonly data: Float32Array | BigInt64Array | Uint16Array;
}

export interface OnnxPort {
  readonly name: string;
  /** A name is a size that each call may choose, and so is undefined. */
  readonly shape: readonly (number | string | undefined)[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly metadata?: Readonly<Record<string, string>>;
}

export const onnxTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** Encodes a graph as an ONNX model (opset 18, plus version 1 of other domains that the graph uses, such as Microsoft's). Ports are floats. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const port = ({ name, shape }: OnnxPort) => ({
    name,
    type: {
      tensorType: { elemType: onnxTypes.float32, shape: { dim: shape.map(dimension) } },
    },
  });
  const domains = new Set(graph.nodes.map(({ domain = '' }) => domain));
  // protobuf.js takes plain objects; `fromObject` would copy all of them.
  const message = {
    irVersion: 8,
    producerName: 'esrgan-workbench',
    opsetImport: [
      { domain: '', version: 18 },
      ...[...domains].filter((domain) => domain !== '').map((domain) => ({ domain, version: 1 })),
    ],
    metadataProps: Object.entries(graph.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'step',
      node: graph.nodes.map((node, index) => ({
        opType: node.type,
        domain: node.domain ?? '',
        name: `${node.type}_${index}`,
        input: node.inputs,
        output: node.outputs,
        attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attribute(name, value)),
      })),
      initializer: graph.constants.map(({ name, shape, data }) => ({
        name,
        dims: shape,
        dataType: typeOf(data),
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
      input: graph.inputs.map(port),
      output: graph.outputs.map(port),
    },
  };
  return Model.encode(message).finish();
}

function dimension(size: number | string | undefined) {
  if (size === undefined) return {};
  return typeof size === 'number' ? { dimValue: size } : { dimParam: size };
}

function typeOf(data: OnnxTensor['data']): number {
  if (data instanceof Uint16Array) return onnxTypes.float16;
  return data instanceof Float32Array ? onnxTypes.float32 : onnxTypes.int64;
}

function attribute(name: string, value: OnnxAttribute) {
  if (typeof value === 'number') return { name, i: value, type: 2 };
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: 3 };
  if ('float' in value) return { name, f: value.float, type: 1 };
  return { name, ints: value, type: 7 };
}
