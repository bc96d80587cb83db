import type { DataType, Shape } from './graph.ts';
import { identity, type Layout } from './layout.ts';
import {
  encodeOnnx,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
  onnxTypes,
} from './onnx.ts';

/** What differs between the places where a graph can run. */
export interface Target {
  /** Has Microsoft's matrix product that reads an operand transposed. */
  readonly fusedMatMul: boolean;
  /** Has Microsoft's convolution that adds its result to another tensor. */
  readonly fusedConvolution: boolean;
  /** Has a kernel for PReLU. */
  readonly prelu: boolean;
  /** Whether ONNX Runtime shall not know the shapes of maps, see `withUnknownShapes`. */
  readonly unknownShapes: boolean;
}

/** Every provider of ONNX Runtime. */
export const plainTarget: Target = {
  fusedMatMul: false,
  fusedConvolution: false,
  prelu: false,
  unknownShapes: false,
};

/** Most nodes of a model with unknown shapes: the time to plan it grows with their square. */
const mostNodesOfUnknownShape = 6000;

/** A matrix operand: the name of its tensor, its rank, and whether its last two dimensions are read transposed. */
export interface MatrixOperand {
  readonly name: string;
  readonly rank: number;
  readonly isTransposed: boolean;
}

/** An ONNX model under construction. Tensors are known by their names; equal nodes and constants are written once. */
export class OnnxBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly constants: OnnxTensor[] = [];
  private readonly inputs: OnnxPort[] = [];
  private readonly outputs: OnnxPort[] = [];
  private readonly batches = new Set<string>();
  /** Names of nodes' results and constants, by what they compute. */
  private readonly known = new Map<string, string>();
  /** Numbers of arrays. */
  private readonly arrays = new Map<Float32Array, number>();
  /** Origins of reshaped tensors. */
  private readonly reshaped = new Map<string, string>();
  private readonly computed = new Set<string>();
  private readonly renamed = new Map<string, string>();
  private count = 0;

  constructor(private readonly target: Target) {}

  input(port: OnnxPort): void {
    this.inputs.push(port);
  }

  /** An input `[N, H, W, C]`. */
  batch(port: OnnxPort): void {
    this.input(port);
    this.batches.add(port.name);
  }

  /** Makes the tensor `source` an output. The node that computes it writes it under that name; others are copied. */
  output(source: string, port: OnnxPort): void {
    if (this.computed.has(source) && !this.renamed.has(source)) this.renamed.set(source, port.name);
    else this.nodes.push({ type: 'Identity', inputs: [source], outputs: [port.name] });
    this.outputs.push(port);
  }

  finish(): { readonly model: Uint8Array; readonly nodes: number } {
    const { constants, inputs, outputs } = this;
    const final = (name: string) => this.renamed.get(name) ?? name;
    const nodes = this.usedNodes().map((node) => ({
      ...node,
      inputs: node.inputs.map(final),
      outputs: node.outputs.map(final),
    }));
    const known = { nodes, constants, inputs, outputs };
    const isUnknown = this.target.unknownShapes && nodes.length <= mostNodesOfUnknownShape;
    return { model: encodeOnnx(isUnknown ? this.withUnknownShapes(known) : known), nodes: nodes.length };
  }

  /**
   * The same model, but of maps ONNX Runtime knows no shapes before it runs. Where it knows them, it plans which tensor takes the
   * memory of an earlier one of the same shape, and holds that memory in between, also from the forward to the backward pass.
   * Otherwise each tensor is allocated when it is computed and freed after its last use.
   */
  private withUnknownShapes({ nodes, inputs, ...others }: OnnxGraph): OnnxGraph {
    const isReshape = ({ type }: OnnxNode) => type === 'Reshape';
    const shapes = new Set(nodes.filter(isReshape).map((node) => node.inputs[1]!));
    // Shapes are inferred from constants, but not from results.
    const computed = (shape: string) => `computed ${shape}`;
    return {
      ...others,
      inputs: inputs.map(({ name, shape }) => ({
        name,
        shape: this.batches.has(name) ? [undefined, ...shape.slice(1)] : shape,
      })),
      nodes: [
        ...[...shapes].map((shape) => ({ type: 'Identity', inputs: [shape], outputs: [computed(shape)] })),
        ...nodes.map((node) => {
          const [x = '', shape = ''] = node.inputs;
          return isReshape(node) ? { ...node, inputs: [x, computed(shape)] } : node;
        }),
      ],
    };
  }

  /** ONNX Runtime would run a node whose result nothing reads, and hold its inputs until then. */
  private usedNodes(): OnnxNode[] {
    const used = new Set([...this.outputs.map(({ name }) => name), ...this.renamed.keys()]);
    const isUsed = (node: OnnxNode) => node.outputs.some((name) => used.has(name));
    const backwards = this.nodes.toReversed().filter((node) => {
      if (!isUsed(node)) return false;
      for (const name of node.inputs) used.add(name);
      return true;
    });
    return backwards.toReversed();
  }

  /** Appends a node with one result; the name of the result. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): string {
    const key = `${type} ${inputs} ${JSON.stringify(attributes)}`;
    const known = this.known.get(key);
    if (known) return known;
    const name = `t${this.count++}`;
    this.nodes.push({ type, domain, inputs, outputs: [name], attributes });
    this.computed.add(name);
    this.known.set(key, name);
    return name;
  }

  scalar(value: number): string {
    return this.floats([value], []);
  }

  /** Short constants are equal where their numbers are. */
  floats(values: ArrayLike<number>, shape: Shape): string {
    const data = values instanceof Float32Array ? values : Float32Array.from(values);
    if (data.length > 1024) return this.array(data, shape);
    return this.constant(`float [${shape}] ${data}`, { shape, data });
  }

  /** A constant that is equal only to those of the same array. */
  array(data: Float32Array, shape: Shape): string {
    const id = this.arrays.get(data) ?? this.arrays.size;
    this.arrays.set(data, id);
    return this.constant(`array ${id} [${shape}]`, { shape, data });
  }

  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`integer ${values}`, { shape: [values.length], data });
  }

  transpose(name: string, from: Layout, to: Layout): string {
    const perm = to.map((axis) => from.indexOf(axis));
    if (perm.every((axis, index) => axis === index)) return name;
    return this.node('Transpose', [name], { perm });
  }

  /** A tensor in another shape. One that was reshaped before is reshaped from its origin. */
  reshape(name: string, shape: Shape): string {
    const origin = this.reshaped.get(name) ?? name;
    const result = this.node('Reshape', [origin, this.integers(shape)]);
    this.reshaped.set(result, origin);
    return result;
  }

  cast(name: string, to: DataType = 'float32'): string {
    return this.node('Cast', [name], { to: onnxTypes[to] });
  }

  /** Pads with a constant; negative amounts crop. */
  pad(name: string, pads: readonly number[], value = 0): string {
    if (pads.every((amount) => amount === 0)) return name;
    return this.node('Pad', [name, this.integers(pads), this.scalar(value)]);
  }

  concat(names: readonly string[], axis: number): string {
    return names.length === 1 ? names[0]! : this.node('Concat', names, { axis });
  }

  /** Entries of a tensor of shape `from` and `layout`; `begin` and `size` are in the graph's order. */
  slice(name: string, from: Shape, layout: Layout, begin: readonly number[], size: Shape): string {
    const axes = layout.flatMap((axis, index) => (from[axis] === size[axis] ? [] : [index]));
    const starts = axes.map((index) => begin[layout[index]!] ?? 0);
    const ends = axes.map((index, position) => starts[position]! + size[layout[index]!]!);
    return this.node('Slice', [name, this.integers(starts), this.integers(ends), this.integers(axes)]);
  }

  prelu(x: string, slopes: string): string {
    if (this.target.prelu) return this.node('PRelu', [x, slopes]);
    const negative = this.node('Mul', [slopes, this.node('Min', [x, this.scalar(0)])]);
    return this.node('Add', [this.node('Relu', [x]), negative]);
  }

  matmul(a: MatrixOperand, b: MatrixOperand): string {
    if (!a.isTransposed && !b.isTransposed) return this.node('MatMul', [a.name, b.name]);
    if (this.target.fusedMatMul) {
      const attributes = { transA: a.isTransposed ? 1 : 0, transB: b.isTransposed ? 1 : 0 };
      return this.node('FusedMatMul', [a.name, b.name], attributes, 'com.microsoft');
    }
    const plain = ({ name, rank, isTransposed }: MatrixOperand) => {
      if (!isTransposed) return name;
      const layout = identity(rank);
      return this.transpose(name, layout, [...layout.slice(0, -2), rank - 1, rank - 2]);
    };
    return this.node('MatMul', [plain(a), plain(b)]);
  }

  private constant(key: string, tensor: Omit<OnnxTensor, 'name'>): string {
    const known = this.known.get(key);
    if (known) return known;
    const name = `c${this.count++}`;
    this.constants.push({ name, ...tensor });
    this.known.set(key, name);
    return name;
  }
}
